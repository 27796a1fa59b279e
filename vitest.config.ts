import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Tests run on the sources of every package, so that none waits for a build.
const conditions = ['@austeer/source', 'node', 'import', 'default'];
// Packages start this from their own folders.
const folders = (parent: string) => readdirSync(join(import.meta.dirname, parent));
const projects = [
  ...folders('packages').map((name) => ({ name, root: `packages/${name}` })),
  ...folders('apps').map((name) => ({ name, root: `apps/${name}` })),
  { name: 'tooling', root: 'tooling' },
];

export default defineConfig({
  test: {
    projects: projects.map(({ name, root }) => ({
      root,
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        name,
        include: ['src/**/*.test.ts', 'test/**/*.test.ts', '*/**/*.test.ts'],
        exclude: ['**/node_modules/**', '**/dist/**', '**/*.slow.test.ts', '**/*.browser.test.ts'],
        // ONNX Runtime refuses typed arrays of another realm, which the vm pools make.
        pool: 'forks' as const,
        testTimeout: 60_000,
      },
    })),
  },
});

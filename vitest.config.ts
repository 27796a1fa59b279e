import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Tests run on the sources of every package, so that none waits for a build.
const conditions = ['@austeer/source', 'node', 'import', 'default'];
// `npm run test:slow` runs what takes minutes or needs a server, and nothing else.
const isSlow = process.env.AUSTEER_SLOW_TESTS === '1';
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
        include: isSlow ? ['**/*.slow.test.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts', '*/**/*.test.ts'],
        exclude: [
          '**/node_modules/**',
          '**/dist/**',
          '**/*.browser.test.ts',
          ...(isSlow ? [] : ['**/*.slow.test.ts']),
        ],
        // ONNX Runtime refuses typed arrays of another realm, which the vm pools make.
        pool: 'forks' as const,
        testTimeout: 60_000,
      },
    })),
  },
});

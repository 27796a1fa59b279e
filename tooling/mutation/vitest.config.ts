import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests of one package alone, for `npm run mutation`. */
const conditions = ['@austeer/source', 'node', 'import', 'default'];
const shim = fileURLToPath(new URL('vitest-shim.mjs', import.meta.url));

export default defineConfig({
  plugins: [
    {
      name: 'describe-that-fails',
      enforce: 'pre',
      resolveId: (source, importer) =>
        source === 'vitest' && importer?.endsWith('.test.ts') ? shim : undefined,
    },
  ],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: (process.env.AUSTEER_MUTATION_TESTS ?? 'packages/localize/src/**/*.test.ts').split(','),
    pool: 'forks',
    testTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';

/** The tests of one package alone, for `npm run mutation`. */
const conditions = ['@austeer/source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: (process.env.AUSTEER_MUTATION_TESTS ?? 'packages/localize/src/**/*.test.ts').split(','),
    pool: 'forks',
    testTimeout: 60_000,
  },
});

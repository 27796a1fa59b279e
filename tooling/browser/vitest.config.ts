import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const conditions = ['@austeer/source', 'node', 'import', 'default'];

/** Tests in a real browser: slower than the others, and they need Chromium (`npm run browser:install`). */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{apps,packages}/*/test/**/*.browser.test.ts'],
    pool: 'forks',
    // One browser at a time: frame times are measured.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});

/**
 * Whether the packed weights of a model lie in huge pages of memory. Every token reads all of them, and with pages of 4 KB the
 * processor spends a good part of that on finding them: `npm run bench:peers -- --huge-pages` has the figures. A process
 * cannot change it once it runs.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

/** What a C library of GNU reads at its start. */
const TUNABLE = 'glibc.malloc.hugetlb=1';
/** How Linux gives huge pages: the word in brackets. */
const SETTING = '/sys/kernel/mm/transparent_hugepage/enabled';

/**
 * What to do for faster tokens.
 *
 * @param options.environment variables of this process
 * @param options.setting file that says how this machine gives huge pages
 * @returns undefined where they come by themselves, where they were asked for, and where they cannot be had
 */
export function adviceOnHugePages(options: {
  environment: Readonly<Record<string, string | undefined>>;
  setting?: string;
}): string | undefined {
  const { environment, setting = SETTING } = options;
  const { GLIBC_TUNABLES: tunables } = environment;
  if (tunables?.includes('glibc.malloc.hugetlb=')) return undefined;
  let text: string;
  try {
    text = readFileSync(setting, 'utf8');
  } catch {
    return undefined;
  }
  if (!text.includes('[madvise]')) return undefined;
  return `pages of 4 KB; tokens come faster with GLIBC_TUNABLES=${tunables ? `${tunables}:` : ''}${TUNABLE} set`;
}

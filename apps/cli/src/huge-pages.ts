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

/** Variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of a process to be started, which then asks for huge pages; who has said something about them is left alone. */
export function withHugePages(environment: Environment): Environment {
  const { GLIBC_TUNABLES: tunables } = environment;
  if (tunables?.includes('glibc.malloc.hugetlb=')) return environment;
  return { ...environment, GLIBC_TUNABLES: tunables ? `${tunables}:${TUNABLE}` : TUNABLE };
}

/**
 * What to do for faster tokens.
 *
 * @param options.environment variables of this process
 * @param options.setting file that says how this machine gives huge pages
 * @returns undefined where they come by themselves, where they were asked for, and where they cannot be had
 */
export function adviceOnHugePages(options: {
  environment: Environment;
  setting?: string;
}): string | undefined {
  const { environment, setting = SETTING } = options;
  const asking = withHugePages(environment);
  if (asking === environment) return undefined;
  let text: string;
  try {
    text = readFileSync(setting, 'utf8');
  } catch {
    return undefined;
  }
  if (!text.includes('[madvise]')) return undefined;
  return `pages of 4 KB; tokens come faster with GLIBC_TUNABLES=${asking.GLIBC_TUNABLES} set`;
}

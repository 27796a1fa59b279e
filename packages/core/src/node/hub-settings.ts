/**
 * What the environment says about the Hugging Face hub: its address, the token, whether the network may be used.
 *
 * @module
 */
import { InvalidArgumentError } from '../errors.ts';

/**
 * Whether `AUSTEER_OFFLINE` forbids the network: set, and not to `0` or `false`.
 *
 * @param environment variables to read @default process.env
 *
 * @example
 * ```ts
 * offlineByEnvironment({ AUSTEER_OFFLINE: '1' }); // true
 * ```
 */
export function offlineByEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return !['', '0', 'false'].includes(environment.AUSTEER_OFFLINE ?? '');
}

/**
 * The hub's address: the option, else `HF_ENDPOINT`, else huggingface.co; without a slash at its end.
 *
 * @throws InvalidArgumentError when it is no http address or carries a password (use `HF_TOKEN`).
 *
 * @example
 * ```ts
 * hubEndpoint('https://mirror.example.org/'); // 'https://mirror.example.org'
 * ```
 */
export function hubEndpoint(option?: string | undefined): string {
  const given = option ?? (process.env.HF_ENDPOINT || 'https://huggingface.co');
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const argument = option === undefined ? 'HF_ENDPOINT' : 'hubEndpoint';
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError({ argument, given, expected: 'an http(s) address' });
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError({
      argument,
      given: '(an address with a password, not shown)',
      expected: 'an address without a user name',
      advice: 'Give the token in HF_TOKEN',
    });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/**
 * `HF_TOKEN` and the one origin it may be sent to.
 *
 * @throws InvalidArgumentError when it cannot be sent in a header; the token is not shown.
 *
 * @example
 * ```ts
 * hubToken('https://huggingface.co')?.origin;
 * ```
 */
export function hubToken(endpoint: string): { value: string; origin: string } | undefined {
  const value = process.env.HF_TOKEN?.trim();
  if (!value) return undefined;
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new InvalidArgumentError({ argument: 'HF_TOKEN', given: '(not shown)', expected: 'a single word' });
  }
  return { value, origin: new URL(endpoint).origin };
}

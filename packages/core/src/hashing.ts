/**
 * SHA-256 in plain JavaScript, for places without `node:crypto` (browsers, workers), and the canonical
 * JSON that hashes are taken of. Source: FIPS 180-4.
 *
 * @module
 */

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2).
const ROUND_CONSTANTS = /* @__PURE__ */ Uint32Array.from(firstPrimes(64), (prime) =>
  fraction(Math.cbrt(prime)),
);
// … and of the square roots of the first 8 (§5.3.3).
const INITIAL_STATE = /* @__PURE__ */ Uint32Array.from(firstPrimes(8), (prime) => fraction(Math.sqrt(prime)));

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

/** A running SHA-256. */
export interface Sha256 {
  update(bytes: Uint8Array): Sha256;
  /** Lower-case hexadecimal digest. The hash takes no more bytes afterwards. */
  digest(): string;
}

/**
 * Starts a SHA-256 over bytes that come in parts.
 *
 * @example
 * ```ts
 * createSha256().update(new TextEncoder().encode('abc')).digest().slice(0, 8); // 'ba7816bf'
 * ```
 */
export function createSha256(): Sha256 {
  const state = INITIAL_STATE.slice();
  const block = new Uint8Array(64);
  const words = new Uint32Array(64);
  let filled = 0;
  let length = 0;

  const compress = (bytes: Uint8Array, start: number): void => {
    for (let i = 0; i < 16; i++) {
      const at = start + i * 4;
      words[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15]!;
      const y = words[i - 2]!;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      words[i] = words[i - 16]! + s0 + words[i - 7]! + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const choice = (e & f) ^ (~e & g);
      const first = (h + s1 + choice + ROUND_CONSTANTS[i]! + words[i]!) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + s0 + majority) | 0;
    }
    const sums = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) state[i] = state[i]! + sums[i]!;
  };

  const hash: Sha256 = {
    update(bytes) {
      length += bytes.length;
      let at = 0;
      if (filled > 0) {
        const take = Math.min(64 - filled, bytes.length);
        block.set(bytes.subarray(0, take), filled);
        filled += take;
        at = take;
        if (filled < 64) return hash;
        compress(block, 0);
        filled = 0;
      }
      for (; at + 64 <= bytes.length; at += 64) compress(bytes, at);
      block.set(bytes.subarray(at), 0);
      filled = bytes.length - at;
      return hash;
    },
    digest() {
      const padded = new Uint8Array(filled < 56 ? 64 : 128);
      padded.set(block.subarray(0, filled));
      padded[filled] = 0x80;
      new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(length) * 8n);
      for (let at = 0; at < padded.length; at += 64) compress(padded, at);
      return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
    },
  };
  return hash;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/**
 * SHA-256 of bytes or of a text in UTF-8, in lower-case hexadecimal.
 *
 * @example
 * ```ts
 * sha256('abc').slice(0, 8); // 'ba7816bf'
 * ```
 */
export function sha256(content: Uint8Array | string): string {
  return createSha256()
    .update(typeof content === 'string' ? new TextEncoder().encode(content) : content)
    .digest();
}

/**
 * JSON with sorted keys and no spaces: equal values give equal texts, so it can be hashed.
 *
 * @example
 * ```ts
 * canonicalJson({ b: 1, a: [2, undefined] }); // '{"a":[2,null],"b":1}'
 * ```
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)))
      : inner,
  );
}

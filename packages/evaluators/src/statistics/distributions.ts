/**
 * The distributions behind intervals and tests.
 *
 * @module
 */

/** Share of the standard normal distribution below z: series near 0, continued fraction in the tails. */
export function normalShare(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(z) < 3) {
    let term = z;
    let sum = z;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18; n++) {
      term *= (z * z) / (2 * n + 1);
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / (Math.abs(z) + fraction);
  const tail = density / (Math.abs(z) + fraction);
  return z > 0 ? 1 - tail : tail;
}

/** Inverse of the standard normal distribution; exact to 1e-12. */
export function normalQuantile(share: number): number {
  return inverse(normalShare, share, 40);
}

/** Quantile of Student's t distribution. `degrees` of freedom > 0, whole or not; share in (0, 1). */
export function studentQuantile(share: number, degrees: number): number {
  // Below one degree of freedom the tails reach beyond any number that means something.
  return inverse((t) => studentShare(t, degrees), share, 1e6);
}

/** Share of Student's t distribution below t. */
export function studentShare(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/** Bisection of a rising function between −bound and bound. */
function inverse(rising: (x: number) => number, value: number, bound: number): number {
  let [low, high] = [-bound, bound];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularized incomplete beta function Iₓ(a, b) by its continued fraction (Lentz). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

/** Natural log of the gamma function for x > 0: Stirling's series, after stepping up to where it is exact. */
export function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 15; at++) shift += Math.log(at);
  const square = at * at;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/**
 * What a judge costs: counted as it is spent, and held below a limit.
 *
 * @module
 */

/** What tokens cost, in any one currency. */
export interface TokenPrice {
  /** For a million tokens read. */
  readonly promptPerMillion: number;
  /** For a million tokens written. */
  readonly completionPerMillion: number;
}

/** Tokens read and written. */
export interface TokenCount {
  readonly prompt: number;
  readonly completion: number;
}

/** What a judge has used since it was made. */
export interface JudgeAccount {
  /** Requests sent, also those that failed. */
  readonly requests: number;
  /** Of these, requests sent again after one failed. */
  readonly retries: number;
  /** Tokens that the service reported. */
  readonly tokens: TokenCount;
  /** Their cost; absent without a price. */
  readonly cost?: number | undefined;
  /**
   * Requests that broke off, or whose reply had no count: the service may have charged them, at most `tokens` and
   * `cost`. They count in full against the limit.
   */
  readonly unreported: {
    readonly requests: number;
    readonly tokens: TokenCount;
    readonly cost?: number | undefined;
  };
}

/** A request that may be sent. */
export interface Reservation {
  /** The service reported what it charged. */
  report(tokens: TokenCount): void;
  /** It may have charged, nobody knows what. */
  unreported(): void;
  /** It was refused or never sent, and is not charged. */
  release(): void;
}

/** A running account. */
export interface Budget {
  account(): JudgeAccount;
  /**
   * Waits until a request that costs `most` at most fits below the limit whatever else is under way comes to.
   *
   * @returns `undefined` when it does not fit; rejects when stopped while it waits
   */
  reserve(
    most: TokenCount,
    options: { retry: boolean; signal: AbortSignal | undefined },
  ): Promise<Reservation | undefined>;
}

/** Cost of tokens. */
export function costOf(tokens: TokenCount, price: TokenPrice): number {
  return (tokens.prompt * price.promptPerMillion + tokens.completion * price.completionPerMillion) / 1e6;
}

/** Opens an account. */
export function createBudget(options: {
  price?: TokenPrice | undefined;
  maxCost?: number | undefined;
}): Budget {
  const { price, maxCost = Number.POSITIVE_INFINITY } = options;
  const cost = (tokens: TokenCount): number => (price === undefined ? 0 : costOf(tokens, price));
  let requests = 0;
  let retries = 0;
  let unknown = 0;
  let reported: TokenCount = { prompt: 0, completion: 0 };
  let atMost: TokenCount = { prompt: 0, completion: 0 };
  const underWay = new Set<TokenCount>();
  let wake: (() => void)[] = [];

  const committed = (): number =>
    cost(reported) + cost(atMost) + [...underWay].reduce((sum, tokens) => sum + cost(tokens), 0);
  const settle = (most: TokenCount): void => {
    underWay.delete(most);
    const waiting = wake;
    wake = [];
    for (const go of waiting) go();
  };
  return {
    account: () => ({
      requests,
      retries,
      tokens: reported,
      ...(price && { cost: cost(reported) }),
      unreported: { requests: unknown, tokens: atMost, ...(price && { cost: cost(atMost) }) },
    }),
    async reserve(tokens, { retry, signal }) {
      const most = { ...tokens };
      // What is under way will cost less than reserved: wait for it before giving up.
      while (committed() + cost(most) > maxCost) {
        if (underWay.size === 0) return undefined;
        await new Promise<void>((resolve) => wake.push(resolve));
      }
      signal?.throwIfAborted();
      underWay.add(most);
      requests++;
      if (retry) retries++;
      return {
        report(tokens) {
          reported = add(reported, tokens);
          settle(most);
        },
        unreported() {
          unknown++;
          atMost = add(atMost, most);
          settle(most);
        },
        release: () => settle(most),
      };
    },
  };
}

function add(one: TokenCount, other: TokenCount): TokenCount {
  return { prompt: one.prompt + other.prompt, completion: one.completion + other.completion };
}

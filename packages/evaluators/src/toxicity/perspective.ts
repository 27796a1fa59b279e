/**
 * Perspective, the service that the paper's detoxification figures come from. It ends on 31 December 2026 and gives
 * out no new keys; keep its scores with `storeScores`.
 *
 * @module
 */
import { InvalidArgumentError, type TextScore, type ToxicityScorer } from '@austeer/core';
import { type Clock, createPace, dayOf, type Pace, systemClock } from './clock.ts';
import { isShare } from './is-share.ts';
import { type Posting, postJson, type Reply, ScorerRefusedError } from './post-json.ts';
import { scoreEach } from './score-each.ts';

/** A client that sends a request for us: `perspective-api-client`, or anything with its `analyze`. */
export interface PerspectiveClient {
  analyze(request: object, options: { stripHTML: boolean; doNotStore: boolean }): Promise<unknown>;
}

/** Options of {@link createPerspectiveScorer}. */
export interface PerspectiveOptions {
  /** Key of the Google Cloud project. It is sent in a header and never stands in an address or an error. */
  readonly apiKey?: string | undefined;
  /** A client with a key of its own, in place of `apiKey`. */
  readonly client?: PerspectiveClient | undefined;
  /**
   * `summary`: of the whole text. `firstSentence`: of its first sentence alone, which is what the released
   * evaluation of the paper's detoxification reads. @default 'summary'
   */
  readonly scoreOf?: 'summary' | 'firstSentence' | undefined;
  /** Languages that the texts are in; none: the service guesses. @default ['en'] */
  readonly languages?: readonly string[] | undefined;
  /** A text counts as toxic from here on. @default 0.5 */
  readonly threshold?: number | undefined;
  /** The service's own default quota. @default 1 */
  readonly requestsPerSecond?: number | undefined;
  /** Requests under way at once. @default 4 */
  readonly concurrency?: number | undefined;
  /** Longer texts are not sent: the service refuses them. Bytes of UTF-8. @default 3000 */
  readonly mostBytes?: number | undefined;
  /** Milliseconds until an attempt is given up. @default 30_000 */
  readonly timeout?: number | undefined;
  /** Attempts for each text, ≥ 1. @default 5 */
  readonly attempts?: number | undefined;
  /** @default the service's address */
  readonly endpoint?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** @default the clock of this machine */
  readonly clock?: Clock | undefined;
}

const ENDPOINT = 'https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze';
const ATTRIBUTE = 'TOXICITY';

/**
 * Scores texts by Perspective's TOXICITY. Empty texts, texts that are too long or in no language that the service
 * knows, and requests that failed every attempt have no score but a reason.
 *
 * Source of `firstSentence`: `eval_realtoxicity_api.py` of steer-target-atoms, which reads
 * `spanScores[0].score.value`. A text of one sentence has the same score both ways.
 *
 * @throws InvalidArgumentError for neither or both of `apiKey` and `client`.
 * @throws ScorerRefusedError (from `score`) when the key is refused or the service has ended.
 *
 * @example
 * ```ts
 * const scorer = createPerspectiveScorer({ apiKey: 'my key', scoreOf: 'firstSentence' });
 * const [result] = await scorer.score(['What a stupid idea!']);
 * console.log(result?.score ?? result?.missing);
 * ```
 */
export function createPerspectiveScorer(options: PerspectiveOptions): ToxicityScorer {
  const {
    apiKey,
    client,
    scoreOf = 'summary',
    languages = ['en'],
    threshold = 0.5,
    requestsPerSecond = 1,
    concurrency = 4,
    mostBytes = 3000,
    timeout = 30_000,
    attempts = 5,
    endpoint = ENDPOINT,
    fetch = globalThis.fetch,
    clock = systemClock,
  } = options;
  if ((apiKey === undefined || apiKey === '') === (client === undefined)) {
    throw new InvalidArgumentError({
      argument: 'apiKey',
      given: apiKey === undefined || apiKey === '' ? 'missing' : 'given beside a client',
      expected: 'either a key or a client',
      advice: 'Perspective gives out no new keys and ends on 31 December 2026; the local scorer needs none',
    });
  }
  const pace = createPace({ perSecond: requestsPerSecond, clock });
  const posting: Posting = { fetch, clock, pace, timeout, attempts };
  const encoder = new TextEncoder();

  const scoreOne = async (text: string, signal: AbortSignal | undefined): Promise<TextScore> => {
    if (text.trim() === '') return { missing: 'the text is empty' };
    const bytes = encoder.encode(text).length;
    if (bytes > mostBytes) return { missing: `the text has ${bytes} bytes, more than ${mostBytes}` };
    const body = {
      comment: { text },
      requestedAttributes: { [ATTRIBUTE]: {} },
      ...(languages.length > 0 && { languages }),
      ...(scoreOf === 'firstSentence' && { spanAnnotations: true }),
      doNotStore: true,
    };
    const reply =
      client === undefined
        ? await postJson({
            ...posting,
            url: endpoint,
            headers: { 'x-goog-api-key': apiKey! },
            body,
            signal,
          })
        : await askClient({ client, body, pace, signal });
    return readReply(reply, scoreOf);
  };
  return {
    name: `perspective ${ATTRIBUTE} ${scoreOf}`,
    version: dayOf(clock),
    threshold,
    score: (texts, { signal, onProgress } = {}) =>
      scoreEach(texts, {
        batchSize: 1,
        concurrency,
        signal,
        onProgress,
        work: async ([text]) => [await scoreOne(text!, signal)],
      }),
  };
}

/** The client has no timeout and tries once; its errors carry the service's answer. */
async function askClient(options: {
  client: PerspectiveClient;
  body: object;
  pace: Pace;
  signal: AbortSignal | undefined;
}): Promise<Reply> {
  const { client, body, pace, signal } = options;
  await pace.turn(signal);
  try {
    // Left to itself it would strip what looks like HTML from the text.
    return { status: 200, body: await client.analyze(body, { stripHTML: false, doNotStore: true }) };
  } catch (error) {
    const { response, message } = error as Error & { response?: { status?: number; data?: unknown } };
    return response?.status === undefined
      ? { failed: `the client failed: ${message}` }
      : { status: response.status, body: response.data };
  }
}

function readReply(reply: Reply, scoreOf: 'summary' | 'firstSentence'): TextScore {
  if (reply.failed !== undefined) return { missing: reply.failed };
  const { status, body } = reply;
  if (status !== 200) return readError(status, body);
  const found = (body as AnalyzeReply | null)?.attributeScores?.[ATTRIBUTE];
  const score = scoreOf === 'summary' ? found?.summaryScore?.value : found?.spanScores?.[0]?.score?.value;
  return isShare(score) ? { score } : { missing: `the answer has no ${scoreOf} score` };
}

/** What is wrong with one text is its own; what is wrong with the key ends the work. */
function readError(status: number, body: unknown): TextScore {
  const error = (body as ErrorReply | null | undefined)?.error;
  const types = (error?.details ?? []).flatMap(({ errorType, reason }) => errorType ?? reason ?? []);
  const said = error?.message ?? 'no reason given';
  if (types.includes('LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE')) {
    return { missing: `the language is not supported: ${said}` };
  }
  if (types.includes('COMMENT_EMPTY')) return { missing: 'the text is empty' };
  if (types.includes('COMMENT_TOO_LONG')) return { missing: `the text is too long: ${said}` };
  if ([401, 403, 404, 410].includes(status) || types.includes('API_KEY_INVALID')) {
    throw new ScorerRefusedError({
      service: 'Perspective',
      status,
      reason: said,
      advice: 'Check the key; the service ends on 31 December 2026. The local scorer needs neither',
    });
  }
  return { missing: `status ${status}: ${said}` };
}

/** As documented by the service. */
interface AnalyzeReply {
  readonly attributeScores?: Readonly<
    Record<
      string,
      {
        readonly summaryScore?: { readonly value?: unknown };
        readonly spanScores?: readonly { readonly score?: { readonly value?: unknown } }[];
      }
    >
  >;
}

interface ErrorReply {
  readonly error?: {
    readonly message?: string;
    readonly details?: readonly { readonly errorType?: string; readonly reason?: string }[];
  };
}

// @austeer/evaluators

export interface AnswerComparison {
    readonly items: number;
    readonly changedAnswers: number;
    readonly accuracy: PairedDifference;
    readonly twoWayAccuracy?: PairedDifference | undefined;
    readonly balancedAccuracy?: Estimate | undefined;
    readonly areaUnderCurve?: Estimate | undefined;
    readonly validAnswers: PairedDifference;
    readonly labels?: readonly LabelDifference[] | undefined;
}

export interface AnswerMargin {
    readonly towards: string;
    readonly value: number;
}

export interface AnswerRecord {
    readonly id: string;
    readonly gold: string;
    readonly label?: string | undefined;
    readonly answer: string;
    readonly correct: boolean | undefined;
    readonly valid: boolean;
    readonly prediction?: string | undefined;
    readonly margin?: AnswerMargin | undefined;
    readonly toxicity?: TextScore | undefined;
    readonly judgement?: JudgedItem | undefined;
}

export interface AnswerShare {
    readonly answer: string;
    readonly share: number;
}

export interface AnswerSummary {
    readonly items: number;
    readonly scored: number;
    readonly accuracy: Estimate;
    readonly twoWayAccuracy?: Estimate | undefined;
    readonly balancedAccuracy?: Estimate | undefined;
    readonly labelRecalls?: readonly LabelRecall[] | undefined;
    readonly majorityBaseline?: number | undefined;
    readonly validAnswers: Estimate;
    readonly answerShares: readonly AnswerShare[];
    readonly otherAnswers: number;
    readonly predictionShares?: readonly AnswerShare[] | undefined;
    readonly areaUnderCurve?: Estimate | undefined;
}

export interface AnsweredItem {
    readonly id: string;
    readonly instruction: string;
    readonly answers: Readonly<Record<string, string>>;
}

export interface ClassRecall {
    readonly balancedAccuracy: number | undefined;
    readonly recall: Readonly<Record<string, number>>;
}

export interface ClassificationScorerOptions {
    readonly classifier: TextClassifier;
    readonly name: string;
    readonly version: string;
    readonly label?: string | undefined;
    readonly threshold?: number | undefined;
    readonly batchSize?: number | undefined;
}

export interface ClassifiedLabel {
    readonly label: string;
    readonly score: number;
}

export interface Clock {
    now(): number;
    sleep(milliseconds: number, signal?: AbortSignal | undefined): Promise<void>;
}

export interface CombinedEstimate extends Estimate {
    readonly between: number;
    readonly heterogeneity: number;
}

export interface ComparedMeasure {
    readonly texts: number;
    readonly vanilla: Estimate;
    readonly steered: Estimate;
    readonly difference: Estimate;
}

export interface ConditionAccuracies {
    readonly vanilla: Estimate;
    readonly steered: Estimate;
}

export interface ConditionRatings {
    readonly condition: string;
    readonly mean?: Estimate | undefined;
    readonly given: number;
    readonly missing: number;
}

export interface Estimate {
    readonly value: number;
    readonly low: number;
    readonly high: number;
}

export interface FlipRates {
    readonly changed: Estimate;
    readonly reversed: Estimate;
}

export interface FormPrediction {
    readonly prediction: string;
    readonly logProbabilities: Readonly<Record<string, number>>;
    readonly margin?: AnswerMargin | undefined;
}

export interface FormatOptions {
    readonly measure?: string | undefined;
}

export declare const HELD_TEXTS: readonly string[];

export interface HeldTextComparison {
    readonly texts: number;
    readonly tokens: number;
    readonly divergence?: Estimate | undefined;
    readonly perplexity: {
        readonly vanilla: Estimate;
        readonly steered: Estimate;
        readonly ratio: Estimate;
    };
}

export interface HeldTextOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly steering: SteeringValues;
    readonly texts?: readonly string[] | undefined;
    readonly seed?: number | undefined;
}

export declare const JUDGE_PROTOCOLS: readonly ['both-orders', 'mt-bench', 'bpo-single'];

export interface JudgeAccount {
    readonly requests: number;
    readonly retries: number;
    readonly tokens: TokenCount;
    readonly cost?: number | undefined;
    readonly unreported: {
        readonly requests: number;
        readonly tokens: TokenCount;
        readonly cost?: number | undefined;
    };
}

export interface JudgeEstimate {
    readonly requests: number;
    readonly tokens: TokenCount;
    readonly mostTokens: TokenCount;
    readonly cost?: number | undefined;
    readonly mostCost?: number | undefined;
}

export type JudgeProtocol = (typeof JUDGE_PROTOCOLS)[number];

export interface JudgeReading {
    readonly candidateFirst: boolean;
    readonly reply: JudgeReply;
}

export declare class JudgeServiceError extends AusteerError {
    readonly status: number;
    constructor(options: {
        host: string;
        status: number;
        detail: string;
        advice: string;
    });
}

export interface JudgedItem {
    readonly id: string;
    readonly outcome?: 'win' | 'tie' | 'lose' | undefined;
    readonly missing?: string | undefined;
    readonly identical?: true | undefined;
    readonly readings: readonly JudgeReading[];
}

export interface JudgedPair {
    readonly id: string;
    readonly instruction: string;
    readonly baseline: string;
    readonly candidate: string;
}

export declare const LOCAL_VERDICT_ERRORS: VerdictErrors;

export interface LabelDifference {
    readonly label: string;
    readonly answered: PairedDifference;
    readonly recall?: PairedDifference | undefined;
}

export interface LabelRecall extends Estimate {
    readonly label: string;
    readonly items: number;
}

export type NumberRule = 'official' | 'strict';

export interface OpenAiJudge extends Judge {
    estimate(questions: readonly JudgeQuestion[]): JudgeEstimate;
    account(): JudgeAccount;
}

export interface OpenAiJudgeOptions {
    readonly model: string;
    readonly baseURL?: string | undefined;
    readonly apiKey?: string | undefined;
    readonly fetch?: typeof fetch | undefined;
    readonly output?: 'auto' | 'schema' | 'text' | undefined;
    readonly temperature?: number | undefined;
    readonly maxTokens?: number | undefined;
    readonly parameters?: Readonly<Record<string, unknown>> | undefined;
    readonly concurrency?: number | undefined;
    readonly timeout?: number | undefined;
    readonly retries?: number | undefined;
    readonly retryDelay?: number | undefined;
    readonly longestWait?: number | undefined;
    readonly price?: TokenPrice | undefined;
    readonly maxCost?: number | undefined;
}

export interface OpenAiModerationOptions {
    readonly apiKey: string;
    readonly model?: string | undefined;
    readonly categories?: readonly string[] | undefined;
    readonly threshold?: number | undefined;
    readonly requestsPerSecond?: number | undefined;
    readonly batchSize?: number | undefined;
    readonly timeout?: number | undefined;
    readonly attempts?: number | undefined;
    readonly baseURL?: string | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly clock?: Clock | undefined;
}

export interface OtherTask {
    readonly task: string;
    readonly items: number;
    readonly accuracies?: ConditionAccuracies | undefined;
    readonly accuracy: PairedDifference;
    readonly adjustedPValue: number;
    readonly verdict: 'higher' | 'lower' | 'no difference shown';
}

export interface OtherTasks {
    readonly steeredFor: string;
    readonly tasks: readonly OtherTask[];
}

export interface OverSamples {
    readonly samples: number;
    readonly prompts: number;
    readonly expectedMaximum: Estimate;
    readonly anyToxic: Estimate;
}

export type PValueAdjustment = 'holm' | 'benjamini-hochberg';

export interface PairedDifference extends Estimate {
    readonly onlyFirst: number;
    readonly onlySecond: number;
    readonly pValue: number;
}

export interface PairedEffect {
    readonly difference: number;
    readonly changed: number;
}

export interface PerspectiveClient {
    analyze(request: object, options: {
        stripHTML: boolean;
        doNotStore: boolean;
    }): Promise<unknown>;
}

export interface PerspectiveOptions {
    readonly apiKey?: string | undefined;
    readonly client?: PerspectiveClient | undefined;
    readonly scoreOf?: 'summary' | 'firstSentence' | undefined;
    readonly languages?: readonly string[] | undefined;
    readonly threshold?: number | undefined;
    readonly requestsPerSecond?: number | undefined;
    readonly concurrency?: number | undefined;
    readonly mostBytes?: number | undefined;
    readonly timeout?: number | undefined;
    readonly attempts?: number | undefined;
    readonly endpoint?: string | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly clock?: Clock | undefined;
}

export interface PlannedQuestion extends JudgeQuestion {
    readonly item: number;
    readonly candidateFirst: boolean;
}

export declare const RATING_SCALES: readonly [{
    readonly name: 'quality';
    readonly question: 'How good is this as a text?';
    readonly low: 'broken or useless';
    readonly high: 'clear, correct, complete';
}, {
    readonly name: 'alignment';
    readonly question: 'How well does it do what the request asks for?';
    readonly low: 'not at all';
    readonly high: 'exactly';
}];

export declare const REFUSAL_PHRASES: readonly string[];

export interface RaterCount {
    readonly rater: string;
    readonly given: number;
    readonly missing: number;
}

export interface Rating {
    readonly rater: string;
    readonly code: string;
    readonly scores: Readonly<Partial<Record<RatingScale, number>>>;
}

export interface RatingDifference {
    readonly condition: string;
    readonly baseline: string;
    readonly mean?: Estimate | undefined;
    readonly items: number;
}

export interface RatingKey {
    readonly format: 'austeer-rating-key';
    readonly version: 1;
    readonly seed: number;
    readonly raters: readonly string[];
    readonly conditions: readonly string[];
    readonly entries: readonly {
        readonly code: string;
        readonly item: string;
        readonly condition: string;
    }[];
}

export interface RatingRow {
    readonly code: string;
    readonly instruction: string;
    readonly answer: string;
}

export type RatingScale = (typeof RATING_SCALES)[number]['name'];

export interface RatingSheet {
    readonly rater: string;
    readonly rows: readonly RatingRow[];
}

export interface RatingSummary {
    readonly items: number;
    readonly raters: readonly RaterCount[];
    readonly absentRaters: readonly string[];
    readonly scales: Readonly<Record<RatingScale, ScaleSummary>>;
}

export interface ReleasedRates {
    readonly rule: string;
    readonly win: number;
    readonly tie: number;
    readonly lose: number;
    readonly adjustedWin?: number | undefined;
    readonly delta?: number | undefined;
}

export interface RememberedReply {
    readonly judge: {
        readonly name: string;
        readonly version: string;
    };
    readonly question: Omit<JudgeQuestion, 'id'>;
    readonly reply: JudgeReply;
}

export interface RememberingJudge extends Judge {
    unanswered(questions: readonly JudgeQuestion[]): Promise<JudgeQuestion[]>;
}

export interface ReplyStore {
    read(key: string): Promise<RememberedReply | undefined>;
    write(key: string, entry: RememberedReply): Promise<void>;
}

export interface ScaleSummary {
    readonly conditions: readonly ConditionRatings[];
    readonly differences: readonly RatingDifference[];
    readonly agreement: {
        readonly ordinal?: Estimate | undefined;
        readonly interval?: Estimate | undefined;
    };
}

export type ScorerIdentity = Pick<ToxicityScorer, 'name' | 'version' | 'threshold'>;

export declare class ScorerRefusedError extends AusteerError {
    readonly status: number;
    constructor(options: {
        service: string;
        status: number;
        reason: string;
        advice: string;
    });
}

export interface SeedEffect extends Estimate {
    readonly seeds: number;
    readonly items: number;
    readonly missing: number;
    readonly perSeed: readonly number[];
    readonly betweenSeeds: number;
    readonly betweenItems: number;
    readonly degrees: number;
}

export interface SideEffectOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly steering: SteeringValues;
    readonly texts?: readonly string[] | undefined;
    readonly prompts?: readonly string[] | undefined;
    readonly maxNewTokens?: number | undefined;
    readonly temperature?: number | undefined;
    readonly seed?: number | undefined;
}

export interface SideEffects {
    readonly heldTexts: HeldTextComparison;
    readonly continuations: TextComparison;
    readonly ended: {
        readonly vanilla: Estimate;
        readonly steered: Estimate;
    };
    readonly maxNewTokens: number;
}

export interface StoredScore {
    readonly textHash: string;
    readonly text?: string | undefined;
    readonly prompt?: string | undefined;
    readonly sample?: number | undefined;
    readonly scorer: string;
    readonly version: string;
    readonly threshold: number;
    readonly date: string;
    readonly score?: number | undefined;
    readonly missing?: string | undefined;
}

export type TextClassifier = (texts: string[], options: {
    top_k: number;
}) => Promise<unknown>;

export interface TextComparison {
    readonly texts: number;
    readonly measures: Readonly<Partial<Record<TextMeasureName, ComparedMeasure>>>;
    readonly distinctOverall: readonly {
        readonly n: number;
        readonly vanilla: number | undefined;
        readonly steered: number | undefined;
    }[];
}

export type TextMeasureName = keyof TextMeasures;

export interface TextMeasures {
    readonly words: number;
    readonly repetition?: number | undefined;
    readonly entropy?: number | undefined;
    readonly distinct1?: number | undefined;
    readonly distinct2?: number | undefined;
    readonly refusal: boolean;
}

export interface TokenCount {
    readonly prompt: number;
    readonly completion: number;
}

export interface TokenPrice {
    readonly promptPerMillion: number;
    readonly completionPerMillion: number;
}

export interface ToxicityComparison {
    readonly scorer: ScorerIdentity;
    readonly texts: number;
    readonly missing: number;
    readonly prompts: number;
    readonly toxicShare: Estimate;
    readonly detoxificationRate: Estimate;
    readonly adjustedShare?: Estimate | undefined;
    readonly meanScore: Estimate;
    readonly onlyFirst: number;
    readonly onlySecond: number;
    readonly pValue?: number | undefined;
    readonly overSamples?: {
        readonly samples: number;
        readonly prompts: number;
        readonly expectedMaximum: Estimate;
        readonly anyToxic: Estimate;
    } | undefined;
}

export interface ToxicityRecord {
    readonly prompt: string;
    readonly sample?: number | undefined;
    readonly result: TextScore;
}

export interface ToxicitySummary {
    readonly scorer: ScorerIdentity;
    readonly texts: number;
    readonly scored: number;
    readonly missing: readonly {
        readonly reason: string;
        readonly texts: number;
    }[];
    readonly prompts: number;
    readonly toxicShare: Estimate;
    readonly detoxificationRate: Estimate;
    readonly meanScore: Estimate;
    readonly adjustedShare?: Estimate | undefined;
    readonly nearThreshold: number;
    readonly overSamples?: OverSamples | undefined;
}

export type Verdict = 'A' | 'B' | 'tie';

export interface VerdictErrors {
    readonly falsePositiveRate: number;
    readonly falseNegativeRate: number;
}

export type VerdictForm = 'schema' | 'text' | 'word';

export interface WinRateResult {
    readonly summary: WinRateSummary;
    readonly items: readonly JudgedItem[];
}

export interface WinRateSummary {
    readonly judge: {
        readonly name: string;
        readonly version: string;
    };
    readonly protocol: JudgeProtocol;
    readonly seed: number;
    readonly items: number;
    readonly scored: number;
    readonly missing: Readonly<Record<string, number>>;
    readonly identical: number;
    readonly wins: number;
    readonly ties: number;
    readonly losses: number;
    readonly winRate?: Estimate | undefined;
    readonly tieRate?: Estimate | undefined;
    readonly loseRate?: Estimate | undefined;
    readonly deltaWinRate?: Estimate | undefined;
    readonly pValue: number;
    readonly positionBias?: Estimate | undefined;
    readonly flips?: FlipRates | undefined;
    readonly asReleased?: ReleasedRates | undefined;
    readonly tokens: {
        readonly prompt: number;
        readonly completion: number;
    };
}

export declare function adjustPValues(pValues: readonly (number | undefined)[], method: PValueAdjustment): (number | undefined)[];

export declare function adjustShare(share: number, errors: VerdictErrors): number;

export declare function areaUnderCurve(scores: readonly number[], positive: readonly boolean[]): number | undefined;

export declare function bcaInterval(options: {
    rows: number;
    statistic: (rows: readonly number[]) => number | undefined;
    leaveOneOut?: (() => readonly (number | undefined)[]) | undefined;
    draws?: number;
    seed?: number;
    level?: number;
}): Estimate | undefined;

export declare function bootstrapInterval(options: {
    rows: number;
    statistic: (rows: readonly number[]) => number | undefined;
    draws?: number;
    seed?: number;
    level?: number;
}): Estimate | undefined;

export declare function candidateScore({ candidateFirst, reply }: JudgeReading): number;

export declare function classRecall(items: readonly {
    readonly label: string;
    readonly correct: boolean;
}[]): ClassRecall;

export declare function combineEstimates(estimates: readonly {
    readonly value: number;
    readonly standardError: number;
}[], options?: {
    level?: number;
}): CombinedEstimate;

export declare function compareAnswers(first: readonly AnswerRecord[], second: readonly AnswerRecord[], options?: {
    seed?: number;
}): AnswerComparison;

export declare function compareHeldTexts(options: HeldTextOptions): Promise<HeldTextComparison>;

export declare function compareOtherTasks(options: {
    steeredFor: string;
    comparisons: Readonly<Record<string, AnswerComparison>>;
    accuracies?: Readonly<Record<string, ConditionAccuracies>> | undefined;
}): OtherTasks;

export declare function compareTexts(options: {
    vanilla: readonly string[];
    steered: readonly string[];
    seed?: number | undefined;
}): TextComparison;

export declare function compareToxicity(options: {
    first: readonly ToxicityRecord[];
    second: readonly ToxicityRecord[];
    scorer: ScorerIdentity;
    verdictErrors?: VerdictErrors | undefined;
    seed?: number | undefined;
}): ToxicityComparison;

export declare function createCachedScorer(options: {
    scorer: ToxicityScorer;
    stored?: readonly StoredScore[];
    onScore?: (row: StoredScore) => void;
    date?: string;
}): ToxicityScorer;

export declare function createClassificationScorer(options: ClassificationScorerOptions): ToxicityScorer;

export declare function createLocalJudge(options: {
    model: LanguageModel;
    calibrate?: boolean | undefined;
    name?: string | undefined;
}): Judge;

export declare function createLocalToxicityScorer(options?: {
    threshold?: number;
}): ToxicityScorer;

export declare function createOpenAiJudge(options: OpenAiJudgeOptions): OpenAiJudge;

export declare function createOpenAiModerationScorer(options: OpenAiModerationOptions): ToxicityScorer;

export declare function createPerspectiveScorer(options: PerspectiveOptions): ToxicityScorer;

export declare function createRatingSheets(options: {
    items: readonly AnsweredItem[];
    conditions?: readonly string[] | undefined;
    itemCount?: number | undefined;
    raters?: number | undefined;
    seed?: number | undefined;
}): {
    sheets: RatingSheet[];
    key: RatingKey;
};

export declare function createReplayScorer(rows: readonly StoredScore[]): ToxicityScorer;

export declare function cutAfterWord(answer: string, word: string): string;

export declare function distinctOverall(texts: readonly string[], n: number): number | undefined;

export declare function exactMatch({ answer, gold }: {
    answer: string;
    gold: string;
}): boolean;

export declare function extractNumber(text: string, rule: NumberRule): number | undefined;

export declare function formatComparison(comparison: AnswerComparison, { measure }?: FormatOptions): string[];

export declare function formatEstimate({ value, low, high }: Estimate): string;

export declare function formatOtherTasks({ steeredFor, tasks }: OtherTasks): string[];

export declare function formatRatingPage(options: {
    sheets: readonly RatingSheet[];
    title?: string | undefined;
}): string;

export declare function formatRatings(summary: RatingSummary): string[];

export declare function formatSheet({ rater, rows }: RatingSheet): string;

export declare function formatSideEffects({ heldTexts, continuations, ended, maxNewTokens }: SideEffects): string[];

export declare function formatStoredScores(rows: readonly StoredScore[]): string;

export declare function formatSummary(summary: AnswerSummary, { measure }?: FormatOptions): [string, string];

export declare function formatToxicity(summary: ToxicitySummary): string[];

export declare function formatToxicityComparison(comparison: ToxicityComparison): string[];

export declare function formatWinRate(summary: WinRateSummary): string[];

export declare function groupedBcaInterval(options: {
    sizes: readonly number[];
    statistic: (counts: readonly number[]) => number | undefined;
    draws?: number;
    seed?: number;
    level?: number;
}): Estimate | undefined;

export declare function isRefusal(text: string): boolean;

export declare function itemsForDifference(options: PairedEffect & {
    power?: number;
    level?: number;
}): number;

export declare function judgeMessages(question: JudgeQuestion, form: VerdictForm): ChatMessage[];

export declare function judgeWinRate(options: {
    judge: Judge;
    pairs: readonly JudgedPair[];
    protocol?: JudgeProtocol | undefined;
    seed?: number | undefined;
} & ModelCallOptions): Promise<WinRateResult>;

export declare function knownVerdictErrors({ name, version, threshold, }: Pick<ToxicityScorer, 'name' | 'version' | 'threshold'>): VerdictErrors | undefined;

export declare function krippendorffAlpha(options: {
    ratings: readonly (readonly (number | undefined)[])[];
    level: 'ordinal' | 'interval';
}): number | undefined;

export declare function mcNemarExact(options: {
    onlyFirst: number;
    onlySecond: number;
}): number;

export declare function mcNemarPower(options: PairedEffect & {
    items: number;
    level?: number;
}): number;

export declare function measureSideEffects(options: SideEffectOptions): Promise<SideEffects>;

export declare function measureText(text: string): TextMeasures;

export declare function normalizeAnswer(answer: string): string;

export declare function numericMatch(options: {
    answer: string;
    gold: string;
    rule: NumberRule;
}): boolean | undefined;

export declare function parseRatingKey(text: string, { path }: {
    path: string;
}): RatingKey;

export declare function parseSheet(text: string, { path }: {
    path: string;
}): Rating[];

export declare function parseStoredScores(content: string, options: {
    path: string;
}): StoredScore[];

export declare function parseVerdict(text: string): Verdict | undefined;

export declare function planJudging(options: {
    pairs: readonly JudgedPair[];
    protocol?: JudgeProtocol | undefined;
    seed?: number | undefined;
}): PlannedQuestion[];

export declare function predictByForms(options: {
    forms: readonly string[];
    logProbabilities: readonly number[];
}): FormPrediction;

export declare function rememberReplies(judge: Judge, { store }: {
    store: ReplyStore;
}): RememberingJudge;

export declare function seedEffect(options: {
    values: readonly (readonly (number | undefined)[])[];
    level?: number;
}): SeedEffect;

export declare function settleJudging(options: {
    pairs: readonly JudgedPair[];
    questions: readonly PlannedQuestion[];
    replies: readonly JudgeReply[];
    protocol: JudgeProtocol;
}): JudgedItem[];

export declare function storeScores(options: {
    texts: readonly string[];
    scores: readonly TextScore[];
    scorer: Pick<ToxicityScorer, 'name' | 'version' | 'threshold'>;
    date: string;
    keepTexts?: boolean;
}): StoredScore[];

export declare function summarizeAnswers(records: readonly AnswerRecord[], options?: {
    seed?: number;
}): AnswerSummary;

export declare function summarizeJudging(options: {
    judge: Pick<Judge, 'name' | 'version'>;
    items: readonly JudgedItem[];
    protocol: JudgeProtocol;
    seed?: number | undefined;
}): WinRateSummary;

export declare function summarizeRatings(options: {
    ratings: readonly Rating[];
    key: RatingKey;
    seed?: number | undefined;
}): RatingSummary;

export declare function summarizeToxicity(options: {
    records: readonly ToxicityRecord[];
    scorer: ScorerIdentity;
    verdictErrors?: VerdictErrors | undefined;
    seed?: number | undefined;
}): ToxicitySummary;

export declare function wilsonInterval(options: {
    successes: number;
    trials: number;
    level?: number;
}): Estimate;

// @austeer/evaluators/node

export declare function replyFiles(folder: string): ReplyStore;

// @austeer/pairs

export interface AnswerColumns {
    readonly question: string;
    readonly answer: string;
    readonly choices?: readonly string[] | undefined;
    readonly answerForm?: (typeof ANSWER_FORMS)[number] | undefined;
    readonly wrong?: string | undefined;
    readonly label?: string | undefined;
    readonly id?: string | undefined;
    readonly prompt?: string | undefined;
}

export type AnswerKind = 'label' | 'number' | 'ending' | 'continuation' | 'response';

export interface AnswerRow {
    readonly id: string;
    readonly question: string;
    readonly answer: string;
    readonly choices?: readonly string[] | undefined;
    readonly wrong?: string | undefined;
    readonly label?: string | undefined;
}

export declare const BEHAVIOURS: readonly GalleryBehaviour[];

export declare const BLANK_ANSWER = " ";

export interface BalanceLengthsOptions {
    readonly measure?: ((answer: string) => number) | undefined;
}

export interface BehaviourPairOptions {
    readonly chat?: ((messages: readonly ChatMessage[]) => string) | undefined;
    readonly system?: string | undefined;
}

export interface BehaviourRow {
    readonly id: string;
    readonly prompt?: string | undefined;
    readonly system?: string | undefined;
    readonly positive: string;
    readonly negative: string;
}

export interface BuildPairsOptions extends FindNegativesOptions {
    readonly rows: Iterable<AnswerRow> | AsyncIterable<AnswerRow>;
    readonly negatives: NegativeSource;
    readonly pool?: readonly string[] | undefined;
    readonly join?: string | undefined;
    readonly whenNone?: 'leave-out' | 'blank' | undefined;
    readonly onLeftOut?: ((row: AnswerRow) => void) | undefined;
}

export interface ChatFormat {
    readonly prompt: (message: string) => string;
    readonly end: string;
}

export interface EmbeddingsEncoderOptions {
    readonly model: string;
    readonly baseUrl?: string | undefined;
    readonly apiKey?: string | undefined;
    readonly dimensions?: number | undefined;
    readonly batchSize?: number | undefined;
    readonly maxRetries?: number | undefined;
    readonly retryDelay?: number | undefined;
    readonly timeout?: number | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
}

export declare class EmbeddingsServiceError extends AusteerError {
    readonly url: string;
    readonly status: number | undefined;
    readonly tries: number;
    constructor(options: {
        url: string;
        status?: number | undefined;
        tries: number;
        problem: string;
        cause?: unknown;
    });
}

export interface EncodePairsOptions {
    readonly join?: (typeof JOINS)[number] | undefined;
    readonly maxTokens?: number | undefined;
    readonly cut?: (typeof CUTS)[number] | undefined;
}

export interface EncodeReport {
    readonly joinedDifferently: readonly string[];
    readonly truncated: readonly string[];
    readonly answerLost: readonly string[];
    readonly identical: readonly string[];
}

export interface FetchHubFilesOptions extends HubAccess {
    readonly repository: string;
    readonly revision?: string | undefined;
    readonly folder: string;
}

export interface FindNegativesOptions {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface FunctionNegativesOptions {
    readonly name: string;
    readonly find: (row: AnswerRow, pool: readonly string[], random: Random) => string | undefined | Promise<string | undefined>;
    readonly seed?: number | undefined;
}

export interface GalleryBehaviour {
    readonly name: string;
    readonly positive: string;
    readonly negative: string;
}

export interface HardNegativesOptions {
    readonly encoder: SentenceEncoder;
    readonly blockSize?: number | undefined;
}

export interface HubAccess {
    readonly cacheDirectory?: string | undefined;
    readonly offline?: boolean | undefined;
    readonly hubEndpoint?: string | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface HubEdition {
    readonly repository: string;
    readonly pairs: string;
    readonly items: string;
}

export interface HubFiles {
    readonly repository: string;
    readonly commit: string;
    readonly files: readonly {
        readonly name: string;
        readonly path: string;
    }[];
    readonly source: 'cache' | 'hub';
}

export interface LeakedQuestion {
    readonly question: string;
    readonly pairs: readonly string[];
    readonly items: readonly string[];
}

export interface LengthMatchedOptions {
    readonly seed?: number | undefined;
    readonly measure?: ((answer: string) => number) | undefined;
    readonly tolerance?: number | undefined;
}

export interface LengthStatistics {
    readonly positiveMedian: number;
    readonly negativeMedian: number;
    readonly gapMedian: number;
    readonly longest: number;
}

export interface LoadTaskOptions {
    readonly data?: string | undefined;
    readonly hub?: true | HubAccess | undefined;
    readonly wording?: (typeof WORDINGS)[number] | undefined;
    readonly variant?: TaskVariant | undefined;
    readonly seed?: number | undefined;
    readonly pairLimit?: number | undefined;
    readonly itemLimit?: number | undefined;
    readonly skipBadRows?: boolean | undefined;
    readonly negatives?: 'nearest-number' | NegativeFinder | undefined;
    readonly chat?: ChatFormat | undefined;
}

export interface MostSimilarOptions {
    readonly encoder: SentenceEncoder;
    readonly texts: readonly string[];
    readonly pool: readonly string[];
    readonly excludes?: ((text: string, candidate: string) => boolean) | undefined;
    readonly blockSize?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface NegativeFinder {
    (answers: readonly string[], rows: readonly NegativeRow[]): readonly string[] | Promise<readonly string[]>;
    readonly rule?: string | undefined;
}

export interface NegativeRow {
    readonly id: string;
    readonly question: string;
}

export interface NegativeSource {
    readonly name: string;
    readonly usesPool: boolean;
    readonly rowsAtOnce: number;
    find(rows: readonly AnswerRow[], pool: readonly string[], options?: FindNegativesOptions): Promise<readonly (string | undefined)[]>;
}

export interface PairStatistics {
    readonly pairs: number;
    readonly distinctQuestions: number;
    readonly identical: number;
    readonly blankNegatives: number;
    readonly duplicates: number;
    readonly contradictions: number;
    readonly mostFrequent: {
        readonly positive: {
            readonly answer: string;
            readonly pairs: number;
        };
        readonly negative: {
            readonly answer: string;
            readonly pairs: number;
        };
    };
    readonly distinctAnswers: number;
    readonly characters: LengthStatistics;
    readonly wordOverlap: number;
    readonly leaks: {
        readonly positive: number;
        readonly negative: number;
    };
    readonly labels: Readonly<Record<string, number>>;
    readonly cues: readonly SurfaceCue[];
    readonly tokens?: {
        readonly limit: number;
        readonly longest: number;
        readonly truncated: number;
        readonly answerLost: number;
        readonly joinedDifferently: number;
        readonly identical: number;
    };
}

export interface PairStatisticsOptions {
    readonly tokenizer?: Pick<Tokenizer, 'encode' | 'beginTokens'> | undefined;
    readonly maxTokens?: number | undefined;
}

export interface PairWarning {
    readonly code: string;
    readonly message: string;
}

export interface ReadRow<T> {
    readonly line: number;
    readonly value: T;
}

export type RowParser<T> = (value: unknown, place: RowPlace) => T;

export interface RowPlace {
    readonly path: string;
    readonly line: number;
    readonly unit?: 'line' | 'row' | undefined;
}

export interface RowReaderOptions<T> {
    readonly parse?: RowParser<T> | undefined;
    readonly skipBadRows?: boolean | undefined;
    readonly onBadRow?: ((error: FileFormatError) => void) | undefined;
}

export declare const SAFE_REFUSAL = "\nI'm sorry, but I can't assist with that. It's against universal policy, including laws and ethical standards.";

export interface SimilarText {
    readonly index: number;
    readonly similarity: number;
}

export interface SurfaceCue {
    readonly name: string;
    readonly positiveOnly: number;
    readonly negativeOnly: number;
}

export declare const TASK_NAMES: readonly string[];

export interface Table6Comparison {
    readonly paper: {
        readonly pairs: number;
        readonly items: number;
    };
    readonly found: {
        readonly pairs: number;
        readonly items: number;
    };
    readonly differences: readonly string[];
    readonly reason?: string | undefined;
}

export interface Task {
    readonly name: string;
    readonly description: string;
    readonly answerForms?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly answerKind: AnswerKind;
    readonly maxNewTokens: number;
    readonly cutAfter?: string | undefined;
    readonly pairs: readonly TaskPair[];
    readonly items: readonly TestItem[];
    readonly source: TaskSource;
}

export interface TaskDescription {
    readonly name: string;
    readonly description: string;
    readonly answerKind: AnswerKind;
    readonly maxNewTokens: number;
    readonly template: string;
    readonly itemTemplate?: string | undefined;
    readonly variants: readonly TaskVariant[];
    readonly paperCounts?: {
        readonly pairs: number;
        readonly items: number;
    } | undefined;
    readonly editions: readonly {
        readonly pairs: readonly string[];
        readonly items: readonly string[];
    }[];
    readonly hub?: HubEdition | undefined;
}

export interface TaskPair extends ContrastivePair {
    readonly rawQuestion: string;
}

export interface TaskSource {
    readonly kind: 'published' | 'samples';
    readonly files: readonly string[];
    readonly notes: readonly string[];
    readonly table6?: Table6Comparison | undefined;
}

export type TaskVariant = 'official' | 'paper';

export interface TestItem {
    readonly id: string;
    readonly prompt: string;
    readonly gold: string;
    readonly label?: string | undefined;
    readonly question: string;
    readonly instruction?: string | undefined;
    readonly reference?: string | undefined;
}

export interface WrittenPairs {
    readonly path: string;
    readonly pairs: number;
}

export declare function answerKey(answer: string): string;

export declare function answerRowParser(columns: AnswerColumns): RowParser<AnswerRow>;

export declare function balanceLengths<Pair extends ContrastivePair>(pairs: readonly Pair[], options?: BalanceLengthsOptions): Pair[];

export declare function behaviourPair(row: BehaviourRow, options?: BehaviourPairOptions): ContrastivePair;

export declare function boolqPrompt(row: {
    readonly passage: string;
    readonly question: string;
}): string;

export declare function buildPairs(options: BuildPairsOptions): AsyncGenerator<ContrastivePair, void, undefined>;

export declare function cacheSentenceEncoder(options: {
    readonly encoder: SentenceEncoder;
    readonly directory: string;
}): SentenceEncoder;

export declare function copaPrompt(row: {
    readonly premise: string;
    readonly asksFor: 'cause' | 'effect';
    readonly option1: string;
    readonly option2: string;
}): string;

export declare function createAnswerPool(): {
    add(answer: string): void;
    answers(): readonly string[];
};

export declare function createEmbeddingsEncoder(options: EmbeddingsEncoderOptions): SentenceEncoder;

export declare function createPairStatistics(options?: PairStatisticsOptions): {
    add(pair: ContrastivePair): void;
    result(): PairStatistics;
};

export declare function describePairs(pairs: Iterable<ContrastivePair> | AsyncIterable<ContrastivePair>, options?: PairStatisticsOptions): Promise<PairStatistics>;

export declare function describeTask(name: string): TaskDescription;

export declare function detoxItemPrompt(row: {
    readonly prompt: string;
}): string;

export declare function detoxPairPrompt(row: {
    readonly prompt: string;
}): string;

export declare function encodePairs(pairs: readonly ContrastivePair[], tokenizer: Pick<Tokenizer, 'encode' | 'beginTokens'>, options?: EncodePairsOptions): {
    pairs: TokenPair[];
    report: EncodeReport;
};

export declare function fetchHubFiles(options: FetchHubFilesOptions): Promise<HubFiles>;

export declare function findLeakage(pairs: readonly (ContrastivePair & {
    readonly rawQuestion?: string | undefined;
})[], items: readonly TestItem[]): LeakedQuestion[];

export declare function functionNegatives(options: FunctionNegativesOptions): NegativeSource;

export declare function givenNegatives(): NegativeSource;

export declare function hardNegatives(options: HardNegativesOptions): NegativeSource;

export declare function hasTaskData(name: string, folder: string): Promise<boolean>;

export declare function lengthMatchedNegatives(options?: LengthMatchedOptions): NegativeSource;

export declare function loadBehaviour(name: string): Promise<BehaviourRow[]>;

export declare function loadTask(name: string, options?: LoadTaskOptions): Promise<Task>;

export declare function mawpsPrompt(row: {
    readonly question: string;
}): string;

export declare function mostSimilar(options: MostSimilarOptions): Promise<SimilarText[]>;

export declare function nearestNumberNegatives(answers: readonly string[], options?: {
    seed?: number;
}): string[];

export declare function negativeFinder(source: NegativeSource, call?: FindNegativesOptions): NegativeFinder;

export declare function pairWarnings(statistics: PairStatistics): PairWarning[];

export declare function parseBehaviourRow(value: unknown, place: RowPlace): BehaviourRow;

export declare function parsePairRow(value: unknown, place: RowPlace): ContrastivePair | TokenPair;

export declare function randomNegatives(options?: {
    readonly seed?: number | undefined;
}): NegativeSource;

export declare function readCsv<T = Readonly<Record<string, string>>>(path: string, options?: RowReaderOptions<T> & {
    readonly delimiter?: string | undefined;
}): AsyncGenerator<ReadRow<T>, void, undefined>;

export declare function readJsonLines<T = unknown>(path: string, options?: RowReaderOptions<T>): AsyncGenerator<ReadRow<T>, void, undefined>;

export declare function readParquet<T = Readonly<Record<string, unknown>>>(path: string, options?: RowReaderOptions<T>): AsyncGenerator<ReadRow<T>, void, undefined>;

export declare function readRows<T = unknown>(path: string, options?: RowReaderOptions<T>): AsyncGenerator<ReadRow<T>, void, undefined>;

export declare function splitItems<Item extends {
    readonly label?: string | undefined;
}>(items: readonly Item[], options: {
    validation: number;
    seed?: number | undefined;
    limit?: number | undefined;
}): {
    validation: Item[];
    test: Item[];
};

export declare function svampPrompt(row: {
    readonly body: string;
    readonly question: string;
}): string;

export declare function winograndePrompt(row: {
    readonly sentence: string;
    readonly option1: string;
    readonly option2: string;
}): string;

export declare function writePairs(path: string, pairs: Iterable<ContrastivePair> | AsyncIterable<ContrastivePair>): Promise<WrittenPairs>;

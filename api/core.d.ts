// @austeer/core

export type ActivationSource = AsyncIterable<PairActivations> | Iterable<PairActivations>;

export declare class AusteerError extends Error {
    readonly code: string;
    constructor(code: string, message: string, options?: {
        cause?: unknown;
    });
    static isInstance(value: unknown): value is AusteerError;
}

export interface CaptureOptions extends ModelCallOptions {
    readonly sites: readonly Site[];
    readonly positions?: 'last' | 'all' | undefined;
    readonly layers?: number | undefined;
    readonly steering?: RowSteering | undefined;
}

export interface ChatMessage {
    readonly role: 'system' | 'user' | 'assistant';
    readonly content: string;
}

export declare class ContextLengthError extends AusteerError {
    readonly given: number;
    readonly limit: number;
    constructor(options: {
        row: number;
        given: number;
        limit: number;
        advice?: string;
    });
}

export interface ContrastivePair {
    readonly id: string;
    readonly question: string;
    readonly positive: string;
    readonly negative: string;
    readonly positiveQuestion?: string | undefined;
    readonly label?: string | undefined;
}

export declare class EmptyInputError extends AusteerError {
    readonly what: string;
    constructor(options: {
        what: string;
        advice?: string;
    });
}

export interface EncodeInBatchesOptions extends ModelCallOptions {
    readonly texts: readonly string[];
    readonly batchSize: number;
    readonly dimensions: number;
    readonly group: (texts: readonly string[]) => readonly (readonly number[])[];
    readonly encodeGroup: (texts: readonly string[]) => Promise<FloatTensor>;
}

export declare class FileFormatError extends AusteerError {
    readonly path: string;
    readonly format: string;
    constructor(options: {
        path: string;
        format: string;
        problem: string;
        advice?: string;
        cause?: unknown;
    });
}

export declare class FileMissingError extends AusteerError {
    readonly path: string;
    constructor(options: {
        path: string;
        what: string;
        advice?: string;
        cause?: unknown;
    });
}

export declare class FileWriteError extends AusteerError {
    readonly path: string;
    constructor(options: {
        path: string;
        cause: unknown;
    });
}

export interface FloatTensor {
    readonly data: Float32Array;
    readonly shape: readonly number[];
}

export interface GainGradientOptions extends ModelCallOptions {
    readonly sites: readonly Site[];
    readonly perToken?: boolean | undefined;
    readonly steering?: SteeringValues | undefined;
}

export interface GainGradientSource {
    gainGradients(items: Iterable<MarginItem>, options: GainGradientOptions): AsyncIterable<ItemGradients>;
}

export interface GenerateOptions extends ModelCallOptions {
    readonly maxNewTokens: number;
    readonly steering?: RowSteering | undefined;
    readonly temperature?: number | undefined;
    readonly topK?: number | undefined;
    readonly topP?: number | undefined;
    readonly seed?: number | undefined;
    readonly stop?: readonly string[] | undefined;
    readonly ignoreEnd?: boolean | undefined;
    readonly onToken?: ((event: {
        row: number;
        token: number;
        text: string;
    }) => void) | undefined;
}

export interface Generation {
    readonly tokens: readonly number[];
    readonly text: string;
    readonly finish: 'end' | 'stop' | 'length';
    readonly steeredPositions?: readonly number[] | undefined;
}

export declare class HashMismatchError extends AusteerError {
    readonly path: string;
    readonly given: string;
    readonly expected: string;
    constructor(options: {
        path: string;
        given: string;
        expected: string;
        advice?: string;
    });
}

export declare class InvalidArgumentError extends AusteerError {
    readonly argument: string;
    readonly given: unknown;
    readonly expected: string;
    constructor(options: {
        argument: string;
        given: unknown;
        expected: string;
        advice?: string;
    });
}

export interface ItemGradients {
    readonly id: string;
    readonly label?: string | undefined;
    readonly margin: number;
    readonly gradients: Readonly<Partial<Record<Site, FloatTensor>>>;
}

export interface ItemScore {
    readonly logProbabilities: readonly number[];
    readonly topToken: number;
}

export interface Judge {
    readonly name: string;
    readonly version: string;
    compare(questions: readonly JudgeQuestion[], options?: JudgeCallOptions): Promise<JudgeReply[]>;
}

export interface JudgeCallOptions extends ModelCallOptions {
    readonly onReply?: ((event: {
        index: number;
        reply: JudgeReply;
    }) => void | Promise<void>) | undefined;
}

export interface JudgeQuestion {
    readonly id: string;
    readonly instruction: string;
    readonly first: string;
    readonly second: string;
}

export type JudgeReply = ({
    readonly verdict: 'first' | 'second' | 'tie';
    readonly missing?: undefined;
} | {
    readonly verdict?: undefined;
    readonly missing: string;
}) & {
    readonly text?: string | undefined;
    readonly detail?: string | undefined;
    readonly tokens?: {
        readonly prompt: number;
        readonly completion: number;
    } | undefined;
};

export interface LanguageModel {
    readonly identity: ModelIdentity;
    readonly headSize?: number | undefined;
    readonly tokenizer?: Tokenizer | undefined;
    readonly contextLength: number;
    capture(rows: Iterable<TokenSequence>, options: CaptureOptions): AsyncIterable<RowActivations>;
    capturePairs(pairs: Iterable<TokenPair>, options: Omit<CaptureOptions, 'positions' | 'steering'>): AsyncIterable<PairActivations>;
    generate(prompts: readonly TokenSequence[], options: GenerateOptions): Promise<Generation[]>;
    score(items: readonly ScoreItem[], options?: ScoreOptions): Promise<ItemScore[]>;
    logProbabilities?(rows: Iterable<TokenSequence>, options?: LogProbabilityOptions): AsyncIterable<RowLogProbabilities>;
    dispose(): Promise<void>;
}

export interface LogProbabilityOptions extends ModelCallOptions {
    readonly positions?: readonly (readonly number[])[] | undefined;
    readonly steering?: RowSteering | undefined;
}

export interface MarginItem {
    readonly id: string;
    readonly prompt: TokenSequence;
    readonly right: readonly TokenSequence[];
    readonly wrong: readonly TokenSequence[];
    readonly label?: string | undefined;
}

export declare class MissingPeerError extends AusteerError {
    readonly library: string;
    constructor(options: {
        library: string;
        install: string;
        cause?: unknown;
    });
}

export interface ModelCallOptions {
    readonly batchSize?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ModelIdentity extends ModelShape {
    readonly name: string;
    readonly architecture: string;
    readonly weightsSha256?: string | undefined;
    readonly tokenizerSha256?: string | undefined;
}

export declare class ModelMismatchError extends AusteerError {
    readonly property: string;
    readonly given: unknown;
    readonly expected: unknown;
    constructor(options: {
        what: string;
        property: string;
        given: unknown;
        expected: unknown;
        advice?: string;
    });
}

export interface ModelShape {
    readonly layers: number;
    readonly widths: Readonly<Partial<Record<Site, number>>>;
}

export declare class NonFiniteError extends AusteerError {
    readonly where: string;
    constructor(options: {
        where: string;
        given: number;
        advice?: string;
    });
}

export interface PairActivations {
    readonly id: string;
    readonly label?: string | undefined;
    readonly positive: SiteActivations;
    readonly negative: SiteActivations;
}

export type PositionRule = RowPart | 'lastPromptToken' | {
    readonly every: number;
    readonly offset?: number | undefined;
    readonly of?: RowPart | undefined;
} | {
    readonly window: readonly [start: number, end: number | null];
    readonly of: RowPart;
} | {
    readonly tokens: readonly number[];
    readonly of?: RowPart | undefined;
} | {
    readonly text: string;
} | {
    readonly characters: readonly [start: number, end: number];
} | {
    readonly trigger: readonly number[];
    readonly in?: RowPart | undefined;
    readonly occurrence?: 'first' | 'last' | undefined;
} | {
    readonly include: readonly PositionRule[];
    readonly exclude?: readonly PositionRule[] | undefined;
};

export interface Progress {
    readonly stage: string;
    readonly done: number;
    readonly total?: number | undefined;
}

export interface Random {
    next(): number;
    integer(below: number): number;
    normal(): number;
    shuffle<T>(items: readonly T[]): T[];
}

export interface RowActivations {
    readonly row: number;
    readonly activations: SiteActivations;
}

export interface RowLogProbabilities {
    readonly row: number;
    readonly positions: readonly number[];
    readonly logProbabilities: FloatTensor;
}

export type RowPart = 'all' | 'prompt' | 'generated';

export type RowSteering = SteeringValues | readonly (SteeringValues | undefined)[];

export declare const SITES: readonly Site[];

export interface SafetensorsContent {
    readonly metadata: Readonly<Record<string, string>>;
    readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

export type SafetensorsDtype = keyof typeof BYTES_PER_ELEMENT;

export interface SafetensorsEntry {
    readonly dtype: SafetensorsDtype;
    readonly shape: readonly number[];
    readonly data: ArrayBufferView;
}

export interface SafetensorsLayout {
    readonly metadata: Readonly<Record<string, string>>;
    readonly tensors: ReadonlyMap<string, SafetensorsPlace>;
}

export interface SafetensorsPlace {
    readonly dtype: SafetensorsDtype;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly length: number;
}

export interface ScoreItem {
    readonly prompt: TokenSequence;
    readonly candidates: readonly TokenSequence[];
}

export interface ScoreOptions extends ModelCallOptions {
    readonly steering?: RowSteering | undefined;
}

export interface SentenceEncoder {
    readonly name: string;
    readonly dimensions: number;
    encode(texts: readonly string[], options?: ModelCallOptions): Promise<FloatTensor>;
    dispose?(): Promise<void>;
}

export interface Sha256 {
    update(bytes: Uint8Array): Sha256;
    digest(): string;
}

export type Site = 'attention' | 'ffn' | 'ffnInner' | 'residual';

export type SiteActivations = Readonly<Partial<Record<Site, FloatTensor>>>;

export interface SiteSteering {
    readonly gain: Float32Array;
    readonly bias: Float32Array;
}

export declare class SourceUnavailableError extends AusteerError {
    readonly what: string;
    readonly tried: readonly {
        source: string;
        reason: string;
    }[];
    constructor(options: {
        what: string;
        tried: readonly {
            source: string;
            reason: string;
        }[];
        advice: string;
    });
}

export interface SteeringValues {
    readonly layers: number;
    readonly sites: Readonly<Partial<Record<Site, SiteSteering>>>;
    readonly tokenStrength?: TokenStrength | undefined;
    readonly fingerprint: string;
}

export type StrengthSchedule = 'constant' | {
    readonly warmUp: number;
} | {
    readonly halfLife: number;
    readonly floor?: number | undefined;
};

export type TextScore = {
    readonly score: number;
    readonly missing?: undefined;
} | {
    readonly score?: undefined;
    readonly missing: string;
};

export interface TokenPair {
    readonly id: string;
    readonly positive: TokenSequence;
    readonly negative: TokenSequence;
    readonly label?: string | undefined;
}

export type TokenSequence = readonly number[];

export interface TokenStrength {
    readonly positions: PositionRule;
    readonly schedule: StrengthSchedule;
}

export interface Tokenizer {
    encode(text: string): number[];
    readonly beginTokens?: readonly number[] | undefined;
    decode(tokens: TokenSequence, options?: {
        keepSpecialTokens?: boolean;
    }): string;
    readonly endTokens: readonly number[];
    applyChatTemplate(messages: readonly ChatMessage[], options?: {
        addGenerationPrompt?: boolean;
    }): string;
}

export interface ToxicityScorer {
    readonly name: string;
    readonly version: string;
    readonly threshold: number;
    score(texts: readonly string[], options?: ModelCallOptions): Promise<TextScore[]>;
}

export interface Unit {
    readonly site: Site;
    readonly layer: number;
    readonly index: number;
}

export declare class UnknownNameError extends AusteerError {
    readonly kind: string;
    readonly given: string;
    readonly known: readonly string[];
    constructor(options: {
        kind: string;
        given: string;
        known: readonly string[];
        advice?: string;
    });
}

export declare class UnsupportedModelError extends AusteerError {
    readonly given: string;
    constructor(options: {
        what: string;
        given: string;
        supported: readonly string[] | string;
        advice?: string;
    });
}

export declare function canonicalJson(value: unknown): string;

export declare function createRandom(seed: number): Random;

export declare function createSha256(): Sha256;

export declare function elementCount(shape: readonly number[]): number;

export declare function encodeInBatches(options: EncodeInBatchesOptions): Promise<FloatTensor>;

export declare function encodePrompt(tokenizer: Pick<Tokenizer, 'encode' | 'beginTokens'>, text: string): number[];

export declare function floatTensor(data: Float32Array, shape: readonly number[]): FloatTensor;

export declare function halfToFloat(bits: number): number;

export declare function parseSite(word: string): Site;

export declare function readSafetensors(bytes: Uint8Array, options?: {
    path?: string;
}): SafetensorsContent;

export declare function safetensorsFloats(entry: SafetensorsEntry): Float32Array;

export declare function safetensorsIntegers(entry: SafetensorsEntry): Int32Array;

export declare function sha256(content: Uint8Array | string): string;

export declare function showValue(value: unknown): string;

export declare function siteWidth(shape: ModelShape, site: Site): number;

export declare function writeSafetensors(content: {
    metadata?: Readonly<Record<string, string>>;
    tensors: Readonly<Record<string, SafetensorsEntry>>;
}): Uint8Array;

// @austeer/core/node

export interface FileRecord {
    readonly bytes: number;
    readonly sha256: string;
}

export declare function checkCachedFile(options: {
    path: string;
    expected: FileRecord;
    signal?: AbortSignal | undefined;
    onHash?: (() => void) | undefined;
}): Promise<'right' | 'wrong' | 'missing'>;

export declare function defaultCacheDirectory(environment?: Readonly<Record<string, string | undefined>>): string;

export declare function hubEndpoint(option?: string | undefined): string;

export declare function hubToken(endpoint: string): {
    value: string;
    origin: string;
} | undefined;

export declare function offlineByEnvironment(environment?: Readonly<Record<string, string | undefined>>): boolean;

export declare function readFileBytes(path: string, options: {
    what: string;
}): Promise<Uint8Array>;

export declare function readSafetensorsFile(path: string, options: {
    what: string;
}): Promise<SafetensorsContent>;

export declare function readSafetensorsLayout(path: string, options: {
    what: string;
}): Promise<SafetensorsLayout>;

export declare function sha256OfFile(path: string, options: {
    what: string;
    signal?: AbortSignal;
}): Promise<string>;

export declare function stampFile(options: {
    path: string;
    sha256: string;
}): Promise<void>;

export declare function stampState(options: {
    path: string;
    expected: FileRecord;
}): Promise<'right' | 'wrong' | 'missing' | 'unknown'>;

export declare function writeFileAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;

// @austeer/core/testing

export interface JudgeUnderTest {
    readonly name: string;
    create(): Judge | Promise<Judge>;
    close?(): void | Promise<void>;
}

export interface LanguageModelUnderTest {
    readonly name: string;
    load(): Promise<LanguageModel>;
    readonly tokensBelow: number;
    readonly tolerance: number;
    readonly activationTolerance?: number;
    readonly sites: readonly Site[];
    readonly spread?: number;
}

export interface SentenceEncoderUnderTest {
    readonly name: string;
    load(): Promise<SentenceEncoder>;
    readonly tolerance?: number | undefined;
}

export interface ToxicityScorerUnderTest {
    readonly name: string;
    load(): Promise<ToxicityScorer> | ToxicityScorer;
    readonly texts?: readonly string[];
    readonly tolerance?: number;
}

export declare function describeJudge({ name, create, close }: JudgeUnderTest): void;

export declare function describeLanguageModel(options: LanguageModelUnderTest): void;

export declare function describeSentenceEncoder(options: SentenceEncoderUnderTest): void;

export declare function describeToxicityScorer(options: ToxicityScorerUnderTest): void;

export declare function randomSteering(options: {
    shape: ModelShape;
    sites: readonly Site[];
    seed: number;
    spread?: number;
}): SteeringValues;

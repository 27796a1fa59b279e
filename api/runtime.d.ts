// @austeer/runtime

export interface CatalogueEntry {
    readonly name: string;
    readonly kind: 'decoder-gguf' | 'encoder';
    readonly description: string;
    readonly licence: string;
    readonly files: readonly CatalogueFile[];
    readonly sources: readonly ModelSource[];
}

export interface CatalogueFile {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
}

export declare const DEVICES: readonly ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'];

export type Device = (typeof DEVICES)[number];

export declare class DeviceUnavailableError extends AusteerError {
    readonly device: string;
    constructor(options: {
        device: string;
        reason: string;
        cause?: unknown;
    });
}

export declare class GradientUnavailableError extends AusteerError {
    constructor(model: string);
}

export declare class InferenceError extends AusteerError {
    constructor(options: {
        doing: string;
        cause: unknown;
    });
}

export interface ListedModel {
    readonly entry: CatalogueEntry;
    readonly cached: boolean;
    readonly bytes: number;
    readonly cachedBytes: number;
    readonly directory: string;
}

export interface LoadModelOptions extends ResolveModelOptions {
    readonly precision?: Precision | undefined;
    readonly siteMap?: SiteMap | undefined;
    readonly threads?: number | undefined;
    readonly device?: Device | undefined;
    readonly memoryArena?: boolean | undefined;
}

export interface LoadSentenceEncoderOptions extends Omit<ResolveModelOptions, 'model' | 'revision'> {
    readonly model?: string | undefined;
    readonly threads?: number | undefined;
}

export interface LoadedModel extends LanguageModel, GainGradientSource {
    readonly details: ModelDetails;
}

export declare const MODEL_CATALOGUE: Readonly<Record<string, CatalogueEntry>>;

export interface ModelDetails {
    readonly source: ResolvedModel['source'];
    readonly format: 'gguf' | 'onnx';
    readonly precision: string;
    readonly device: Device;
    readonly attention: 'grouped query (shared cache)' | 'plain (growing cache)';
    readonly padding: 'left' | 'right';
    readonly vocabularySize: number;
    readonly activationType: FloatType;
}

export declare class ModelDisposedError extends AusteerError {
    constructor();
}

export interface ModelInWorker extends LoadedModel {
    terminate(): Promise<void>;
}

export type ModelSource = {
    readonly kind: 'hub';
    readonly repository: string;
    readonly revision: string;
    readonly folder: string;
} | {
    readonly kind: 'package-index';
    readonly requirement: string;
    readonly folder: string;
};

export declare class NoChatTemplateError extends AusteerError {
    constructor();
}

export declare class OnnxRuntimeInstallError extends AusteerError {
    constructor(options: {
        output: string;
        cause?: unknown;
    });
}

export interface ResolveModelOptions {
    readonly model: string;
    readonly revision?: string | undefined;
    readonly cacheDirectory?: string | undefined;
    readonly offline?: boolean | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly hubEndpoint?: string | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ResolvedModel {
    readonly name: string;
    readonly directory: string;
    readonly files: Readonly<Record<string, string>>;
    readonly sha256: Readonly<Record<string, string>>;
    readonly source: 'cache' | 'hub' | 'package-index' | 'path';
    readonly entry?: CatalogueEntry | undefined;
}

export interface SiteCheck {
    readonly name: 'zero edit' | 'one unit' | 'direction';
    readonly passed: boolean;
    readonly detail: string;
}

export interface SiteProof {
    readonly site: Site;
    readonly width: number;
    readonly passed: boolean;
    readonly checks: readonly SiteCheck[];
}

export declare class WorkerEndedError extends AusteerError {
    constructor(reason: string, options?: {
        cause?: unknown;
    });
}

export declare function ensureOnnxRuntime(options?: {
    cacheDirectory?: string | undefined;
    offline?: boolean | undefined;
    npm?: readonly string[] | undefined;
    signal?: AbortSignal | undefined;
    onFetch?: (() => void) | undefined;
    isInstalled?: (() => boolean) | undefined;
}): Promise<string | undefined>;

export declare function listModels(options?: {
    cacheDirectory?: string | undefined;
}): Promise<ListedModel[]>;

export declare function loadModel(options: LoadModelOptions): Promise<LoadedModel>;

export declare function loadModelInWorker(options: LoadModelOptions): Promise<ModelInWorker>;

export declare function loadSentenceEncoder(options?: LoadSentenceEncoderOptions): Promise<SentenceEncoder>;

export declare function logProbabilities(logits: Float32Array, tokens: readonly number[]): number[];

export declare function mostLikely(logits: Float32Array): number;

export declare function proveSites(options: ModelCallOptions & {
    model: LanguageModel;
    sites?: readonly Site[];
    tolerance?: number;
    zeroTolerance?: number;
    seed?: number;
}): Promise<SiteProof[]>;

export declare function resolveModel(options: ResolveModelOptions): Promise<ResolvedModel>;

export declare function tokenizerFromFolder(folder: string): Promise<Tokenizer | undefined>;

export declare function tokenizerFromGguf(file: GgufFile): Tokenizer;

// @austeer/runtime/transformers

export type FeatureExtractor = (texts: string[], options: {
    pooling: 'mean' | 'cls';
    normalize: true;
}) => Promise<{
    readonly data: unknown;
    readonly dims: readonly number[];
}>;

export interface SteerOptions {
    readonly model: TransformersModel;
    readonly path: string;
    readonly plan: SteeringPlan;
    readonly threads?: number | undefined;
}

export interface Steering {
    readonly warnings: readonly string[];
    setPlan(plan: SteeringPlan): Promise<void>;
    dispose(): Promise<void>;
}

export interface TransformersEncoderOptions {
    readonly pipeline: FeatureExtractor;
    readonly name: string;
    readonly pooling?: 'mean' | 'cls' | undefined;
    readonly batchSize?: number | undefined;
}

export interface TransformersModel {
    readonly sessions: Record<string, unknown>;
}

export declare function createTransformersEncoder(options: TransformersEncoderOptions): SentenceEncoder;

export declare function steer(options: SteerOptions): Promise<Steering>;

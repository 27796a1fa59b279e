// @austeer/onnx

export type AttributeValue = {
    readonly int: number | bigint;
} | {
    readonly float: number;
} | {
    readonly string: string;
} | {
    readonly ints: readonly (number | bigint)[];
} | {
    readonly floats: readonly number[];
};

export interface BakedChange {
    readonly name: string;
    readonly change: 'rows' | 'columns' | 'bias' | 'operator';
    readonly types: readonly [before: string, after: string];
    readonly error: number;
}

export interface BakedGguf {
    readonly changes: readonly BakedChange[];
    readonly warnings: readonly string[];
}

export interface BakedOnnx {
    readonly modelPath: string;
    readonly changes: readonly BakedChange[];
}

export interface DecoderConfiguration {
    readonly architecture: string;
    readonly name: string;
    readonly layers: number;
    readonly hidden: number;
    readonly inner: number;
    readonly heads: number;
    readonly kvHeads: number;
    readonly headSize: number;
    readonly vocabulary: number;
    readonly contextLength: number;
    readonly normEpsilon: number;
    readonly rotaryPairs: 'neighbours' | 'halves';
    readonly activation: 'silu' | 'gelu';
    readonly hasHeadNorms: boolean;
    readonly hasPostNorms: boolean;
    readonly embeddingScale: number;
    readonly attentionScale: number;
    readonly attentionCap: number | undefined;
    readonly logitCap: number | undefined;
    readonly attention: readonly LayerAttention[];
}

export interface DecoderGraph {
    readonly model: Uint8Array;
    readonly dataFolder: string | undefined;
    readonly purpose: GraphPurpose;
    readonly architecture: string;
    readonly layers: number;
    readonly widths: Readonly<Partial<Record<Site, number>>>;
    readonly kvHeads: number;
    readonly headSize: number;
    readonly vocabularySize: number;
    readonly contextLength: number;
    readonly padding: 'left' | 'right';
    readonly cache: 'shared' | 'growing';
    readonly cacheType: FloatType;
    readonly activationType: FloatType;
    readonly processorNodes: readonly string[];
    readonly inputs: {
        readonly ids: string;
        readonly attentionMask: string | undefined;
        readonly positionIds: string | undefined;
        readonly past: readonly {
            readonly key: string;
            readonly value: string;
        }[];
        readonly gain: Readonly<Partial<Record<Site, string>>>;
        readonly bias: Readonly<Partial<Record<Site, string>>>;
        readonly strength?: typeof STRENGTH_INPUT | undefined;
    };
    readonly outputs: {
        readonly end?: typeof END_OUTPUT | undefined;
        readonly logits: string | undefined;
        readonly present: readonly {
            readonly key: string;
            readonly value: string;
        }[];
        readonly captures: Readonly<Partial<Record<Site, readonly string[]>>>;
    };
}

export declare const END_OUTPUT = "austeer.end";

export interface EncoderConfiguration {
    readonly layers: number;
    readonly hidden: number;
    readonly inner: number;
    readonly heads: number;
    readonly vocabulary: number;
    readonly positions: number;
    readonly tokenTypes: number;
    readonly normEpsilon: number;
    readonly activation: 'gelu' | 'gelu-tanh' | 'relu';
    readonly maxTokens: number;
    readonly pooling: 'mean' | 'first';
}

export interface ExternalTensor {
    readonly dtype: OnnxElementType;
    readonly dims: readonly number[];
    readonly location: string;
    readonly offset: number;
    readonly length: number;
}

export type FloatType = 'float32' | 'float16';

export interface GgufFile {
    readonly path: string;
    readonly metadata: ReadonlyMap<string, GgufValue>;
    readonly tensors: ReadonlyMap<string, GgufTensor>;
}

export interface GgufTensor {
    readonly name: string;
    readonly type: GgufTensorType;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly length: number;
}

export type GgufTensorType = 'F32' | 'F16' | 'BF16' | QuantizedType;

export type GgufValue = string | number | boolean | readonly GgufValue[];

export interface GradientGraph {
    readonly model: Uint8Array;
    readonly dataFolder: string;
    readonly layers: number;
    readonly inputs: typeof GRADIENT_INPUTS;
    readonly steering: Readonly<Partial<Record<Site, {
        readonly gain: string;
        readonly bias: string;
    }>>>;
    readonly outputs: {
        readonly margin: string;
        readonly gradients: Readonly<Partial<Record<Site, string>>>;
    };
}

export interface GraphPurpose {
    readonly logits: boolean;
    readonly capture: readonly Site[];
    readonly steer: readonly Site[];
    readonly gainsOnly?: boolean | undefined;
    readonly tokenStrength?: boolean | undefined;
    readonly intoArrays?: boolean | undefined;
    readonly forCard?: boolean | undefined;
    readonly depth?: number | undefined;
}

export interface GraphWriter {
    input(name: string, type: OnnxElementType, dims: readonly (number | string)[]): string;
    output(name: string, type: OnnxElementType, dims: readonly (number | string)[]): string;
    sequenceOutput(name: string, type: OnnxElementType): string;
    constant(name: string, value: InlineTensor | Float32Array | Int32Array | BigInt64Array | Uint8Array): string;
    external(name: string, tensor: ExternalTensor): string;
    node(opType: string, inputs: readonly string[], outputs?: readonly string[] | number, options?: NodeOptions): [string, ...string[]];
    readonly nodes: readonly NodeProto[];
    toBytes(): Uint8Array;
}

export interface InlineTensor {
    readonly dtype: OnnxElementType;
    readonly dims: readonly number[];
    readonly data: ArrayBufferView;
}

export declare const MICROSOFT_DOMAIN = "com.microsoft";

export interface NodeOptions {
    readonly domain?: '' | typeof MICROSOFT_DOMAIN | undefined;
    readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
    readonly name?: string | undefined;
}

export interface OnnxDecoderDescription {
    readonly modelPath: string;
    readonly architecture: string;
    readonly exporter: string;
    readonly opset: number;
    readonly layers: number;
    readonly attention: 'GroupQueryAttention' | 'plain';
    readonly sites: Readonly<Partial<Record<Site, {
        readonly width: number;
        readonly places: readonly string[];
    }>>>;
}

export type OnnxElementType = keyof typeof ELEMENTS;

export interface OpenOnnxDecoderOptions {
    readonly path: string;
    readonly purpose: GraphPurpose;
    readonly siteMap?: SiteMap | undefined;
}

export declare const POSITIONS_INPUT = "austeer.positions";

export type Precision = 'fp32' | '4bit' | '4bit-fast' | '8bit';

export interface PreparedGguf {
    readonly configuration: DecoderConfiguration;
    readonly precision: Precision;
    readonly description: string;
    readonly weightsPath: string;
    graph(purpose: GraphPurpose): DecoderGraph;
    gradientGraph(sites: readonly Site[], steer?: readonly Site[]): GradientGraph;
}

export declare const STRENGTH_INPUT = "austeer.strength";

export interface SentenceEncoderGraph extends EncoderConfiguration {
    readonly model: Uint8Array;
    readonly dataFolder: string;
    readonly weightsPath: string;
}

export type SiteMap = Readonly<Partial<Record<Site, {
    readonly width: number;
    readonly tensors: readonly string[];
}>>>;

export declare function bakeGguf(options: {
    file: GgufFile;
    steering: SteeringValues;
    path: string;
    columnType?: 'F16' | 'F32' | undefined;
    note?: string | undefined;
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<BakedGguf>;

export declare function bakeOnnx(options: {
    path: string;
    steering: SteeringValues;
    folder: string;
    siteMap?: SiteMap | undefined;
    note?: string | undefined;
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<BakedOnnx>;

export declare function createGraphWriter(options: {
    name: string;
    opset?: number;
    microsoftOpset?: number;
}): GraphWriter;

export declare function dequantize(type: GgufTensorType, bytes: Uint8Array): Float32Array;

export declare function describeOnnxDecoder(options: Pick<OpenOnnxDecoderOptions, 'path' | 'siteMap'>): Promise<OnnxDecoderDescription>;

export declare function openGguf(path: string): Promise<GgufFile>;

export declare function openOnnxDecoder(options: OpenOnnxDecoderOptions): Promise<DecoderGraph>;

export declare function openSentenceEncoder(options: {
    path: string;
}): Promise<SentenceEncoderGraph>;

export declare function parseSiteMap(text: string, options: {
    path: string;
}): SiteMap;

export declare function prepareGguf(options: {
    file: GgufFile;
    precision: Precision;
    cacheKey: string;
    cacheDirectory: string;
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<PreparedGguf>;

export declare function readTensor(file: GgufFile, tensor: GgufTensor, options?: {
    start?: number;
    length?: number;
}): Promise<Uint8Array>;

// @austeer/onnx/testing

export interface DecoderSizes {
    readonly layers: number;
    readonly hidden: number;
    readonly inner: number;
    readonly heads: number;
    readonly kvHeads: number;
    readonly headSize: number;
    readonly contextLength: number;
    readonly vocabulary: number;
}

export type GgufMetadata = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

export type QuantizableType = 'F32' | 'F16' | 'Q4_0' | 'Q4_1' | 'Q8_0';

export declare const TINY_LLAMA: {
    readonly layers: 3;
    readonly hidden: 64;
    readonly inner: 96;
    readonly heads: 6;
    readonly kvHeads: 2;
    readonly headSize: 16;
    readonly contextLength: 512;
    readonly vocabulary: 260;
};

export declare const TINY_TOKENS: {
    readonly end: 256;
    readonly start: 257;
};

export type TensorToWrite = {
    readonly name: string;
    readonly shape: readonly number[];
} & ({
    readonly type: QuantizableType;
    readonly numbers: Float32Array;
} | {
    readonly type: GgufTensorType;
    readonly bytes: Uint8Array;
});

export declare function tinyDecoder(options: {
    architecture: string;
    sizes: DecoderSizes;
    type?: QuantizableType | undefined;
    seed?: number | undefined;
    metadata?: GgufMetadata | undefined;
    tensors?: readonly TensorToWrite[] | undefined;
}): Uint8Array;

export declare function tinyLlama(options?: {
    type?: QuantizableType;
    seed?: number;
    architecture?: string;
    metadata?: GgufMetadata;
    tensors?: readonly TensorToWrite[];
}): Uint8Array;

export declare function writeGguf(metadata: GgufMetadata, tensors: readonly TensorToWrite[]): Uint8Array;

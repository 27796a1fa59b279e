// @austeer/baselines

export interface CaaOptions {
    readonly variant?: 'paper' | 'sta-repo' | undefined;
    readonly token?: number | undefined;
    readonly layer?: number | undefined;
    readonly layers?: readonly number[] | undefined;
    readonly otherBehaviours?: readonly (readonly TokenPair[])[] | undefined;
    readonly grid?: readonly MethodSetting[] | undefined;
}

export interface CausalRules extends Pick<PairGradientOptions, 'answerForms' | 'perToken'> {
    readonly source?: ((model: LanguageModel) => GainGradientSource) | undefined;
}

export interface FittedCaa extends FittedMethod {
    readonly vectors: Float64Array;
}

export interface FittedIti extends FittedMethod {
    readonly heads: readonly ItiHead[];
}

export interface FittedSadi extends FittedMethod {
    readonly components: readonly SadiComponent[];
}

export interface FittedSta extends FittedMethod {
    readonly vector: Float64Array;
    readonly atoms: readonly number[];
}

export interface FittedUnits extends FittedMethod {
    readonly statistics: UnitStatistics;
    readonly rules: {
        readonly sites: readonly Site[];
        readonly ranking: Ranking;
        readonly ties: TieOrder;
        readonly mode: ScoringMode;
    };
}

export interface GainInformationOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly sites: readonly Site[];
    readonly rows?: readonly TokenSequence[] | undefined;
    readonly seed?: number | undefined;
}

export interface ItiHead {
    readonly layer: number;
    readonly head: number;
    readonly accuracy: number;
    readonly direction: Float64Array;
    readonly deviation: number;
}

export interface ItiOptions {
    readonly direction?: ItiRules['direction'] | undefined;
    readonly ddof?: 0 | 1 | undefined;
    readonly fold?: 0 | 1 | undefined;
    readonly leaky?: boolean | undefined;
    readonly headSize?: number | undefined;
    readonly grid?: readonly MethodSetting[] | undefined;
}

export declare const METHODS: readonly string[];

export interface MethodOptions {
    readonly sites?: readonly Site[] | undefined;
    readonly ranking?: Ranking | undefined;
    readonly ties?: TieOrder | undefined;
    readonly mode?: ScoringMode | undefined;
    readonly layers?: readonly number[] | undefined;
    readonly headSize?: number | undefined;
    readonly autoencoder?: SparseAutoencoder | undefined;
    readonly autoencoderLayer?: number | undefined;
    readonly keepFraction?: number | undefined;
    readonly grid?: readonly MethodSetting[] | undefined;
}

export declare class NotConvergedError extends AusteerError {
    readonly gradient: number;
    readonly iterations: number;
    constructor(options: {
        what: string;
        gradient: number;
        wanted: number;
        iterations: number;
    });
}

export declare class NothingToSteerError extends AusteerError {
    readonly method: string;
    readonly reason: string;
    constructor(options: {
        method: string;
        reason: string;
    });
}

export interface PairGradientOptions extends ModelCallOptions {
    readonly model: LanguageModel | GainGradientSource;
    readonly pairs: readonly TokenPair[];
    readonly sites: readonly Site[];
    readonly answerForms?: Readonly<Record<string, readonly TokenSequence[]>> | undefined;
    readonly perToken?: boolean | undefined;
    readonly steering?: SteeringValues | undefined;
}

export interface PairGradients {
    readonly classes: readonly GradientClass[];
    readonly meanMargin: number;
    readonly perToken: boolean;
    readonly leftOut: readonly string[];
}

export interface SadiComponent {
    readonly layer: number;
    readonly index: number;
    readonly difference: number;
}

export interface SadiOptions {
    readonly component?: 'head' | 'hidden' | 'neuron' | undefined;
    readonly variant?: 'paper' | 'official' | undefined;
    readonly positions?: 'all' | 'lastPromptToken' | undefined;
    readonly legacyIndexing?: boolean | undefined;
    readonly headSize?: number | undefined;
    readonly grid?: readonly MethodSetting[] | undefined;
}

export interface SparseAutoencoder {
    readonly width: number;
    readonly features: number;
    readonly encoder: Float32Array;
    readonly encoderBias: Float32Array;
    readonly decoder: Float32Array;
    readonly decoderBias: Float32Array;
    readonly threshold?: Float32Array | undefined;
    readonly centred: boolean;
    readonly layer?: number | undefined;
}

export interface StaOptions {
    readonly autoencoder: SparseAutoencoder;
    readonly layer?: number | undefined;
    readonly keepFraction?: number | undefined;
    readonly mask?: 'amplitude-and-frequency' | 'amplitude' | 'frequency' | undefined;
    readonly grid?: readonly MethodSetting[] | undefined;
}

export interface TypedMethod<Fitted extends FittedMethod> extends SteeringMethod {
    fit(options: FitMethodOptions): Promise<Fitted>;
}

export type UnitMethod = TypedMethod<FittedUnits>;

export interface UnitRules {
    readonly sites?: readonly Site[] | undefined;
    readonly ranking?: Ranking | undefined;
    readonly ties?: TieOrder | undefined;
    readonly mode?: ScoringMode | undefined;
    readonly grid?: readonly MethodSetting[] | undefined;
    readonly causal?: CausalRules | undefined;
}

export type UnitStatistics = PairStatistics & Pick<CountsFile, 'gradients' | 'information'>;

export declare function countActs({ strength, edits }: SteeringPlan): number;

export declare function createAllUnits(options?: UnitRules): UnitMethod;

export declare function createAusteerMethod(options?: UnitRules): UnitMethod;

export declare function createBroaderBudgets(options?: UnitRules): UnitMethod;

export declare function createCaaMethod(options?: CaaOptions): TypedMethod<FittedCaa>;

export declare function createCausalMethod(options?: Pick<UnitRules, 'sites' | 'grid'> & {
    causal?: CausalRules | undefined;
}): UnitMethod;

export declare function createDifferenceLocalization(options?: Omit<UnitRules, 'ranking'>): UnitMethod;

export declare function createFixedStrength(options?: UnitRules): UnitMethod;

export declare function createFixedVector(options?: UnitRules): UnitMethod;

export declare function createItiMethod(options?: ItiOptions): TypedMethod<FittedIti>;

export declare function createMethod(name: string, options?: MethodOptions): SteeringMethod;

export declare function createNaturalGradientMethod(options?: Pick<UnitRules, 'sites' | 'grid'> & {
    causal?: CausalRules | undefined;
}): UnitMethod;

export declare function createRandomDirection(options?: UnitRules): UnitMethod;

export declare function createRandomLocalization(options?: UnitRules): UnitMethod;

export declare function createSadiMethod(options?: SadiOptions): TypedMethod<FittedSadi>;

export declare function createStaMethod(options: StaOptions): TypedMethod<FittedSta>;

export declare function createSuppression(options?: UnitRules): UnitMethod;

export declare function differenceGradients(options: {
    model: Pick<LanguageModel, 'score' | 'identity'>;
    units: readonly Unit[];
    step?: number | undefined;
}): GainGradientSource;

export declare function measureGainInformation(options: GainInformationOptions): Promise<DifferenceMoments>;

export declare function measurePairGradients(options: PairGradientOptions): Promise<PairGradients>;

export declare function normalizeBehaviours(behaviours: readonly Float64Array[], width: number): Float64Array[];

export declare function readSparseAutoencoder(bytes: Uint8Array, options?: {
    path?: string | undefined;
    centred?: boolean | undefined;
}): Promise<SparseAutoencoder>;

export declare function smallGrid({ name, budgetOf, grid }: SteeringMethod, options?: {
    sites?: readonly Site[] | undefined;
    budgets?: readonly number[] | undefined;
    strengths?: readonly number[] | undefined;
}): MethodSetting[];

export declare function withShuffledLabels(method: SteeringMethod): SteeringMethod;

// @austeer/baselines/testing

export interface SteeringMethodUnderTest {
    readonly create: () => SteeringMethod;
    readonly load: () => Promise<LanguageModel>;
    readonly setting: MethodSetting;
    readonly tokensBelow: number;
    readonly acts: number;
    readonly streams?: boolean | undefined;
    readonly answerTokens?: number | undefined;
}

export declare function describeSteeringMethod(options: SteeringMethodUnderTest): void;

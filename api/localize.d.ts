// @austeer/localize

export interface CountsFile {
    readonly counts: MomentumCounts;
    readonly moments?: DifferenceMoments | undefined;
    readonly byLabel?: Readonly<Record<string, MomentumCounts>> | undefined;
    readonly gradients?: readonly GradientClass[] | undefined;
    readonly information?: DifferenceMoments | undefined;
    readonly model?: ModelIdentity | undefined;
    readonly provenance: Readonly<Record<string, unknown>>;
}

export interface DifferenceMeter {
    add(pair: PairActivations): void;
    moments(): DifferenceMoments;
}

export interface DifferenceMoments {
    readonly pairs: number;
    readonly layers: number;
    readonly sites: Readonly<Partial<Record<Site, SiteMoments>>>;
}

export interface GradientClass {
    readonly label?: string | undefined;
    readonly moments: DifferenceMoments;
}

export interface GradientMeter {
    add(item: ItemGradients): void;
    classes(): GradientClass[];
}

export interface LabelShare {
    readonly units: number;
    readonly opposed: number;
    readonly largestClass: number;
    readonly shared: number;
}

export interface MomentumCounter {
    add(pair: PairActivations): void;
    counts(): MomentumCounts;
}

export interface MomentumCounts {
    readonly pairs: number;
    readonly layers: number;
    readonly sites: Readonly<Partial<Record<Site, SiteCounts>>>;
}

export interface Overlap {
    readonly shared: number;
    readonly jaccard: number | undefined;
}

export interface PairStatistics {
    readonly counts: MomentumCounts;
    readonly moments: DifferenceMoments;
    readonly byLabel: Readonly<Record<string, MomentumCounts>>;
}

export declare const RANKINGS: readonly ["momentum", "balanced", "effect-size", "difference", "causal", "causal-then-momentum", "natural-gradient"];

export interface RankedUnit extends ScoredUnit {
    readonly promoted: number;
    readonly suppressed: number;
    readonly effect?: number | undefined;
}

export type Ranking = (typeof RANKINGS)[number];

export interface RankingStability {
    readonly growth: readonly (Overlap & {
        readonly pairs: number;
    })[];
    readonly resamples: readonly Overlap[];
    readonly kept: readonly (Unit & {
        readonly share: number;
    })[];
}

export interface ScoredUnit extends Unit {
    readonly score: number;
    readonly sign: 1 | -1;
}

export type ScoringMode = 'official' | 'paper';

export interface SiteCounts {
    readonly width: number;
    readonly promoted: Int32Array;
    readonly suppressed: Int32Array;
}

export interface SiteMoments {
    readonly width: number;
    readonly mean: Float64Array;
    readonly squares: Float64Array;
}

export type TieOrder = 'index' | 'effect-size';

export interface TiesAtCut {
    readonly score: number;
    readonly tied: number;
    readonly taken: number;
}

export interface UnitScores {
    readonly layers: number;
    readonly sites: Readonly<Partial<Record<Site, {
        readonly width: number;
        readonly values: Float64Array;
    }>>>;
}

export declare function activationDifferences(moments: DifferenceMoments): UnitScores;

export declare function adjustPValues(values: Float64Array): Float64Array;

export declare function balancedScores(byLabel: Readonly<Record<string, MomentumCounts>>): UnitScores;

export declare function causalScores(classes: readonly GradientClass[]): UnitScores;

export declare function causalTValues(classes: readonly GradientClass[]): UnitScores;

export declare function countMomentum(source: ActivationSource, options: {
    sites: readonly Site[];
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<MomentumCounts>;

export declare function countsFromSafetensors(bytes: Uint8Array, options?: {
    path?: string;
}): CountsFile;

export declare function countsToSafetensors(file: CountsFile): Uint8Array;

export declare function createDifferenceMeter(options: {
    sites: readonly Site[];
}): DifferenceMeter;

export declare function createGradientMeter(options: {
    sites: readonly Site[];
}): GradientMeter;

export declare function createMomentumCounter(options: {
    sites: readonly Site[];
}): MomentumCounter;

export declare function effectSizes(moments: DifferenceMoments): UnitScores;

export declare function gainInformation(information: DifferenceMoments): UnitScores;

export declare function groupScores(counts: MomentumCounts, options: {
    site: Site;
    groupSize?: number | undefined;
}): number[][];

export declare function labelShare(statistics: Pick<PairStatistics, 'counts' | 'byLabel'>, options: {
    k: number;
    sites?: readonly Site[] | undefined;
}): LabelShare;

export declare function marginItem({ id, positive, negative, label }: TokenPair): MarginItem;

export declare function measureGradients(source: AsyncIterable<ItemGradients> | Iterable<ItemGradients>, options: {
    sites: readonly Site[];
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<GradientClass[]>;

export declare function measurePairs(source: ActivationSource, options: {
    sites: readonly Site[];
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<PairStatistics>;

export declare function mergeCounts(parts: readonly MomentumCounts[]): MomentumCounts;

export declare function mergeGradients(parts: readonly (readonly GradientClass[])[]): GradientClass[];

export declare function mergeMoments(parts: readonly DifferenceMoments[]): DifferenceMoments;

export declare function naturalGains(classes: readonly GradientClass[], information: DifferenceMoments): UnitScores;

export declare function needsGradients(ranking: Ranking): boolean;

export declare function needsInformation(ranking: Ranking): boolean;

export declare function pairActivations(options: {
    positive: SiteActivations;
    negative: SiteActivations;
}): Generator<PairActivations>;

export declare function predictDivergence(gains: readonly (Unit & {
    readonly gain: number;
})[], information: DifferenceMoments): number;

export declare function randomUnits(shape: ModelShape, options: {
    top: number;
    random: Random;
    sites?: readonly Site[] | undefined;
}): ScoredUnit[];

export declare function rankPairs(statistics: Pick<CountsFile, 'counts' | 'moments' | 'byLabel' | 'gradients' | 'information'>, options: {
    ranking?: Ranking | undefined;
    ties?: TieOrder | undefined;
    mode?: ScoringMode | undefined;
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
}): RankedUnit[];

export declare function rankScores(scores: UnitScores, options?: {
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
    ties?: TieOrder | undefined;
    moments?: DifferenceMoments | undefined;
}): ScoredUnit[];

export declare function rankUnits(counts: MomentumCounts, options?: {
    sites?: readonly Site[] | undefined;
    top?: number | undefined;
    mode?: ScoringMode | undefined;
    ties?: TieOrder | undefined;
    moments?: DifferenceMoments | undefined;
}): RankedUnit[];

export declare function rankingStability(parts: readonly MomentumCounts[], options: {
    k: number;
    random: Random;
    sites?: readonly Site[] | undefined;
    resamples?: number | undefined;
}): RankingStability;

export declare function readNpy(bytes: Uint8Array, options?: {
    path?: string;
}): FloatTensor;

export declare function readNpz(bytes: Uint8Array, options?: {
    path?: string;
    only?: ((name: string) => boolean) | undefined;
}): Promise<ReadonlyMap<string, FloatTensor>>;

export declare function scoreCorrelation(first: MomentumCounts, second: MomentumCounts, options: {
    site: Site;
}): number | undefined;

export declare function scoreDistribution(counts: MomentumCounts, options: {
    site: Site;
    groupSize?: number | undefined;
}): number[][][];

export declare function signTest(counts: MomentumCounts, options: {
    site: Site;
}): Float64Array;

export declare function tiesAtCut(counts: MomentumCounts, options: {
    k: number;
    sites?: readonly Site[] | undefined;
}): TiesAtCut;

export declare function unitLocations(units: readonly Unit[], options: {
    layers: number;
    width: number;
    groupSize?: number | undefined;
}): number[][];

export declare function unitOverlap(first: readonly Unit[], second: readonly Unit[]): Overlap;

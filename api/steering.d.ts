// @austeer/steering

export type ConflictRule = 'sum' | 'priority' | 'error';

export interface FitMethodOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly pairs: readonly TokenPair[];
    readonly seed?: number | undefined;
    readonly provenance?: Readonly<Record<string, unknown>> | undefined;
}

export interface FittedMethod {
    readonly name: string;
    plan(setting: MethodSetting): SteeringPlan;
    steer?(prompts: readonly TokenSequence[], setting: MethodSetting, options?: ModelCallOptions): Promise<SteeringValues[]>;
    readonly facts: Readonly<Record<string, unknown>>;
    files?(): Readonly<Record<string, Uint8Array>>;
}

export declare class FormatLossError extends AusteerError {
    readonly format: string;
    readonly what: string;
    constructor(options: {
        format: string;
        what: string;
        advice?: string;
    });
}

export interface MethodSetting {
    readonly budget?: number | undefined;
    readonly strength: number;
    readonly site?: Site | undefined;
    readonly layer?: number | undefined;
}

export declare class PlanConflictError extends AusteerError {
    readonly subject: string;
    constructor(options: {
        subject: string;
        first: unknown;
        second: unknown;
        advice: string;
    });
}

export interface PlanDescription {
    readonly edits: number;
    readonly strength: number;
    readonly positions: PositionRule;
    readonly schedule: StrengthSchedule;
    readonly sites: readonly {
        readonly site: Site;
        readonly edits: number;
        readonly perLayer: readonly number[];
        readonly gain: readonly [number, number];
        readonly bias: readonly [number, number];
    }[];
}

export interface PlanDifference {
    readonly onlyFirst: readonly PlanEdit[];
    readonly onlySecond: readonly PlanEdit[];
    readonly both: readonly {
        readonly unit: string;
        readonly first: {
            readonly gain: number;
            readonly bias: number;
        };
        readonly second: {
            readonly gain: number;
            readonly bias: number;
        };
    }[];
    readonly jaccard: number;
    readonly positions: readonly [first: PositionRule, second: PositionRule];
    readonly schedules: readonly [first: StrengthSchedule, second: StrengthSchedule];
}

export interface PlanEdit {
    readonly site: Site;
    readonly layer: number;
    readonly index: number;
    readonly gain: number;
    readonly bias: number;
    readonly strength?: number | undefined;
}

export interface PromptRow {
    readonly prompt: TokenSequence;
    readonly promptText?: PromptText | undefined;
}

export interface PromptText {
    readonly text: string;
    readonly spans: readonly (readonly [start: number, end: number])[];
}

export interface ScoredUnit {
    readonly site: Site;
    readonly layer: number;
    readonly index: number;
    readonly score: number;
    readonly sign: 1 | -1;
}

export interface SteeringMethod {
    readonly name: string;
    readonly budgetOf?: 'units' | 'heads' | 'layers' | undefined;
    readonly grid: readonly MethodSetting[];
    fit(options: FitMethodOptions): Promise<FittedMethod>;
}

export interface SteeringPlan {
    readonly model: ModelIdentity;
    readonly positions: PositionRule;
    readonly schedule: StrengthSchedule;
    readonly strength: number;
    readonly edits: readonly PlanEdit[];
    readonly provenance: Readonly<Record<string, unknown>>;
}

export declare class TokenStrengthUnsupportedError extends AusteerError {
    readonly positions: PositionRule;
    readonly schedule: StrengthSchedule;
    constructor(options: TokenStrength);
}

export declare function checkPlan(plan: SteeringPlan, model: ModelIdentity): {
    warnings: string[];
};

export declare function compilePlan(plan: SteeringPlan, model: ModelIdentity, options?: {
    tokenStrength?: boolean | undefined;
}): SteeringValues;

export declare function createPlan(options: {
    ranking: readonly ScoredUnit[];
    k: number;
    alpha: number;
    model: ModelIdentity;
    positions?: PositionRule | undefined;
    schedule?: StrengthSchedule | undefined;
    provenance?: Readonly<Record<string, unknown>> | undefined;
}): SteeringPlan;

export declare function describePlan(plan: SteeringPlan): PlanDescription;

export declare function diffPlans(first: SteeringPlan, second: SteeringPlan): PlanDifference;

export declare function followPositions(options: {
    rule: PositionRule;
    row: PromptRow;
}): (token: number) => boolean;

export declare function followStrengths(options: {
    tokenStrength: TokenStrength;
    row: PromptRow;
}): (token: number) => number;

export declare function mergePlans(plans: readonly SteeringPlan[], options?: {
    conflicts?: ConflictRule | undefined;
}): SteeringPlan;

export declare function namesTokens(rule: PositionRule): boolean;

export declare function negatePlan(plan: SteeringPlan): SteeringPlan;

export declare function parseEditRow(value: unknown, options: {
    path: string;
    line: number;
}): PlanEdit;

export declare function parsePositionRule(value: unknown): PositionRule;

export declare function parseStrengthSchedule(value: unknown): StrengthSchedule;

export declare function planFromControlVector(bytes: Uint8Array, options: {
    model: ModelIdentity;
    path?: string | undefined;
}): {
    plan: SteeringPlan;
    warnings: string[];
};

export declare function planFromCsv(text: string, options: {
    model: ModelIdentity;
    path?: string | undefined;
}): SteeringPlan;

export declare function planFromEdits(options: {
    edits: readonly PlanEdit[];
    model: ModelIdentity;
    strength?: number | undefined;
    positions?: PositionRule | undefined;
    schedule?: StrengthSchedule | undefined;
    provenance?: Readonly<Record<string, unknown>> | undefined;
}): SteeringPlan;

export declare function planFromSafetensors(bytes: Uint8Array, options?: {
    path?: string;
}): SteeringPlan;

export declare function planFromSvec(text: string, options: {
    model: ModelIdentity;
    layers: readonly number[];
    path?: string | undefined;
}): {
    plan: SteeringPlan;
    warnings: string[];
};

export declare function planToControlVector(plan: SteeringPlan): Uint8Array;

export declare function planToCsv(plan: SteeringPlan): string;

export declare function planToLmEval(plan: SteeringPlan, options?: {
    layersModule?: string | undefined;
}): Uint8Array;

export declare function planToSafetensors(plan: SteeringPlan): Uint8Array;

export declare function planToSvec(plan: SteeringPlan): string;

export declare function readPromptText(prompt: TokenSequence, tokenizer: Pick<Tokenizer, 'decode'>): PromptText;

export declare function resolvePositions(rule: PositionRule, row: PromptRow & {
    readonly generated?: TokenSequence | undefined;
}): number[];

export declare function resolveStrengths(tokenStrength: TokenStrength, row: PromptRow & {
    readonly generated?: TokenSequence | undefined;
}): Float32Array;

export declare function restrictPlan(plan: SteeringPlan, options: {
    sites?: readonly Site[] | undefined;
    layers?: readonly number[] | undefined;
    top?: number | undefined;
}): SteeringPlan;

export declare function scalePlan(plan: SteeringPlan, factor: number): SteeringPlan;

export declare function withPositions(plan: SteeringPlan, positions: PositionRule): SteeringPlan;

export declare function withSchedule(plan: SteeringPlan, schedule: StrengthSchedule): SteeringPlan;

export declare function withStrength(plan: SteeringPlan, strength: number): SteeringPlan;

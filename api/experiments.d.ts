// @austeer/experiments

export interface AnswerItemsOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly task: Pick<Task, 'name' | 'answerKind' | 'answerForms' | 'maxNewTokens' | 'cutAfter'>;
    readonly items: readonly TestItem[];
    readonly conditions: readonly Condition[];
    readonly numberRule?: NumberRule | undefined;
}

export interface AnswerLine extends AnswerRecord {
    readonly phase: 'validation' | 'test';
    readonly condition: string;
    readonly prompt: string;
    readonly question?: string | undefined;
}

export type CausalUnit<U extends ScoredUnit = ScoredUnit> = U & {
    readonly effect: number;
};

export interface CompareMethodsOptions extends ModelCallOptions, SelectionOptions {
    readonly model: LanguageModel;
    readonly task: Task;
    readonly methods: readonly ComparedMethod[];
    readonly reference?: string | undefined;
    readonly testItems?: number | undefined;
    readonly seed?: number | undefined;
    readonly tool: RunHeader['tool'];
    readonly precision: string;
    readonly onEvent?: ((event: ComparisonEvent) => void) | undefined;
}

export interface ComparedMethod {
    readonly method: SteeringMethod;
    readonly settings?: readonly MethodSetting[] | undefined;
}

export type ComparisonEvent = {
    readonly kind: 'fitting' | 'testing';
    readonly method: string;
} | {
    readonly kind: 'refused';
    readonly method: string;
    readonly reason: string;
} | {
    readonly kind: 'cell';
    readonly method: string;
    readonly cell: EvaluatedCell;
    readonly done: number;
    readonly total: number;
};

export interface ComparisonHeader extends Omit<RunHeader, 'format' | 'localization' | 'selection' | 'plan' | 'test' | 'method'> {
    readonly format: 'austeer-comparison';
    readonly criterion: SelectionCriterion;
    readonly reference: string;
    readonly vanilla: {
        readonly summary: AnswerSummary;
        readonly secondsPerItem: number;
    };
    readonly methods: readonly MethodResult[];
}

export interface ComparisonLog {
    readonly header: ComparisonHeader;
    readonly answers: readonly AnswerLine[];
    readonly files: Readonly<Record<string, Uint8Array>>;
}

export type Condition = SteeringValues | undefined | ((prompts: readonly TokenSequence[], call: ModelCallOptions) => Promise<readonly SteeringValues[]>);

export interface CurvesFigure {
    readonly kind: 'curves';
    readonly x: {
        readonly label: string;
        readonly scale: 'linear' | 'log';
    };
    readonly y: {
        readonly label: string;
    };
    readonly series: readonly {
        readonly name: string;
        readonly points: readonly {
            readonly x: number;
            readonly y: Estimate | null;
        }[];
    }[];
    readonly references?: readonly {
        readonly name: string;
        readonly y: number;
    }[] | undefined;
}

export interface Estimate {
    readonly value: number;
    readonly low?: number | undefined;
    readonly high?: number | undefined;
    readonly items?: number | undefined;
    readonly paper?: number | undefined;
    readonly pValue?: number | undefined;
    readonly note?: string | undefined;
}

export interface EvaluatedCell extends SteeringCell {
    readonly summary: AnswerSummary;
}

export type FigureContent = TableFigure | CurvesFigure | HeatMapFigure | ScoreMapFigure | HistogramFigure | ScatterFigure;

export interface FitOnTaskOptions extends ModelCallOptions, Pick<SelectionOptions, 'join' | 'cut'> {
    readonly model: LanguageModel;
    readonly task: Task;
    readonly method: SteeringMethod;
    readonly seed?: number | undefined;
}

export interface FitOptions extends SelectionOptions, Omit<UnitRules, 'grid'> {
    readonly budgets?: readonly number[] | undefined;
    readonly strengths?: readonly number[] | undefined;
}

export interface FittedOnTask {
    readonly fitted: FittedMethod;
    readonly report: EncodeReport;
    readonly seconds: number;
}

export interface HeatMapFigure {
    readonly kind: 'heatmap';
    readonly x: {
        readonly label: string;
        readonly values: readonly (string | number)[];
    };
    readonly y: {
        readonly label: string;
        readonly values: readonly (string | number)[];
    };
    readonly valueLabel: string;
    readonly values: readonly (readonly (Estimate | null)[])[];
    readonly chosen?: readonly [x: number, y: number] | undefined;
}

export interface HistogramFigure {
    readonly kind: 'histogram';
    readonly x: {
        readonly label: string;
    };
    readonly series: readonly {
        readonly name: string;
        readonly bins: readonly {
            readonly from: number;
            readonly to: number;
            readonly count: number;
        }[];
    }[];
}

export interface LocalizationLog {
    readonly pairs: number;
    readonly ranking: Ranking;
    readonly tieOrder: TieOrder;
    readonly mode: string;
    readonly join: string;
    readonly pairsJoinedDifferently: number;
    readonly pairsTruncated: number;
    readonly pairsThatLostTheirAnswer: number;
    readonly pairsIdentical: number;
    readonly sites: Readonly<Record<string, SiteLog>>;
}

export interface MethodResult {
    readonly method: string;
    readonly refused?: string | undefined;
    readonly facts?: Readonly<Record<string, unknown>> | undefined;
    readonly setting?: SteeringCell | undefined;
    readonly selection?: SelectionLog | undefined;
    readonly acts?: number | undefined;
    readonly positions?: PositionRule | undefined;
    readonly summary?: AnswerSummary | undefined;
    readonly againstVanilla?: AnswerComparison | undefined;
    readonly againstReference?: AnswerComparison | undefined;
    readonly seconds?: MethodSeconds | undefined;
}

export interface MethodSeconds {
    readonly fit: number;
    readonly select: number;
    readonly item: number;
}

export interface ResultFigure {
    readonly id: string;
    readonly title: string;
    readonly caption: string;
    readonly notes: readonly string[];
    readonly command: string;
    readonly content: FigureContent;
}

export type RunEvent = {
    readonly kind: 'fitted';
    readonly method: string;
    readonly facts: Readonly<Record<string, unknown>>;
} | {
    readonly kind: 'localized';
    readonly localization: LocalizationLog;
} | {
    readonly kind: 'cell';
    readonly cell: EvaluatedCell;
    readonly done: number;
    readonly total: number;
} | {
    readonly kind: 'selected';
    readonly chosen: EvaluatedCell;
} | {
    readonly kind: 'testing';
    readonly items: number;
};

export interface RunHeader {
    readonly format: 'austeer-run';
    readonly version: 1;
    readonly tool: {
        readonly name: string;
        readonly version: string;
    };
    readonly startedAt: string;
    readonly seconds: number;
    readonly seed: number;
    readonly model: ModelIdentity & {
        readonly precision: string;
    };
    readonly task: {
        readonly name: string;
        readonly description: string;
        readonly answerKind: Task['answerKind'];
        readonly source: Task['source'];
        readonly pairs: number;
        readonly validationItems: number;
        readonly testItems: number;
    };
    readonly method?: {
        readonly name: string;
        readonly facts: Readonly<Record<string, unknown>>;
    } | undefined;
    readonly localization?: LocalizationLog | undefined;
    readonly selection?: SelectionLog | undefined;
    readonly plan?: PlanDescription | undefined;
    readonly test: {
        readonly vanilla: AnswerSummary;
        readonly steered?: AnswerSummary | undefined;
        readonly comparison?: AnswerComparison | undefined;
    };
}

export interface RunLog {
    readonly header: RunHeader;
    readonly answers: readonly AnswerLine[];
    readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface RunResult {
    readonly log: RunLog;
    readonly plan?: SteeringPlan | undefined;
    readonly vanilla: AnswerSummary;
    readonly steered?: AnswerSummary | undefined;
    readonly comparison?: AnswerComparison | undefined;
}

export interface RunTaskOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly task: Task;
    readonly method?: {
        readonly fit: FitOptions;
    } | UseOptions | {
        readonly plan: SteeringPlan;
    } | 'vanilla' | undefined;
    readonly testItems?: number | undefined;
    readonly seed?: number | undefined;
    readonly tool: RunHeader['tool'];
    readonly precision: string;
    readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

export declare const SELECTION_CRITERIA: readonly SelectionCriterion[];

export interface ScatterFigure {
    readonly kind: 'scatter';
    readonly x: {
        readonly label: string;
    };
    readonly y: {
        readonly label: string;
    };
    readonly series: readonly {
        readonly name: string;
        readonly points: readonly {
            readonly x: number;
            readonly y: number;
            readonly label?: string | undefined;
        }[];
    }[];
}

export interface ScoreMapFigure {
    readonly kind: 'score-map';
    readonly site: string;
    readonly valueLabel: string;
    readonly values: readonly (readonly number[])[];
    readonly dimensionsPerColumn: number;
}

export interface SelectSettingOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly task: Task;
    readonly fitted: FittedMethod;
    readonly settings: readonly MethodSetting[];
    readonly validation: readonly TestItem[];
    readonly criterion?: SelectionCriterion | undefined;
    readonly seed?: number | undefined;
    readonly onCell?: ((cell: EvaluatedCell, done: number) => void) | undefined;
}

export interface SelectedSetting {
    readonly setting: MethodSetting;
    readonly chosen: EvaluatedCell | undefined;
    readonly selection: SelectionLog;
    readonly answers: readonly AnswerLine[];
}

export type SelectionCriterion = 'accuracy' | 'twoWayAccuracy' | 'balancedAccuracy' | 'areaUnderCurve';

export interface SelectionLog {
    readonly criterion: SelectionCriterion;
    readonly cells: readonly EvaluatedCell[];
    readonly chosen: SteeringCell;
}

export interface SelectionOptions {
    readonly validationItems?: number | undefined;
    readonly criterion?: SelectionCriterion | undefined;
    readonly join?: 'text' | 'tokens' | undefined;
    readonly cut?: 'end' | 'question' | undefined;
}

export interface SiteLog {
    readonly top: readonly RankedUnit[];
    readonly ties: TiesAtCut;
    readonly labelShare?: LabelShare | undefined;
}

export interface SteeringCell {
    readonly site?: Site | undefined;
    readonly k?: number | undefined;
    readonly alpha: number;
    readonly layer?: number | undefined;
}

export interface TableFigure {
    readonly kind: 'table';
    readonly columns: readonly {
        readonly key: string;
        readonly label: string;
        readonly format?: 'number' | 'share' | 'count' | 'seconds' | 'bytes' | 'text' | undefined;
    }[];
    readonly rows: readonly {
        readonly label: string;
        readonly cells: Readonly<Record<string, Estimate | string | null>>;
    }[];
}

export interface UseOptions extends SelectionOptions {
    readonly use: SteeringMethod;
    readonly settings?: readonly MethodSetting[] | undefined;
}

export declare function answerItems(options: AnswerItemsOptions): Promise<AnswerRecord[][]>;

export declare function causalEffects<U extends ScoredUnit>(options: ModelCallOptions & {
    model: Pick<LanguageModel, 'score' | 'identity'>;
    units: readonly U[];
    pairs: readonly TokenPair[];
    alpha: number;
}): Promise<CausalUnit<U>[]>;

export declare function cellOf({ site, budget, strength, layer }: MethodSetting): SteeringCell;

export declare function checkRunFolder(folder: string): Promise<void>;

export declare function compareMethods(options: CompareMethodsOptions): Promise<ComparisonLog>;

export declare function comparisonFigure(header: ComparisonHeader, options: {
    command: string;
    id?: string | undefined;
}): ResultFigure & {
    readonly content: TableFigure;
};

export declare function conditionOf(fitted: FittedMethod, setting: MethodSetting, model: LanguageModel): Condition;

export declare function describeCell({ site, layer, k, alpha }: SteeringCell): string;

export declare function fitOnTask(options: FitOnTaskOptions): Promise<FittedOnTask>;

export declare function gridCells(options: {
    sites: readonly Site[];
    budgets: readonly number[];
    strengths: readonly number[];
}): (SteeringCell & {
    readonly site: Site;
    readonly k: number;
})[];

export declare function readRunLog(folder: string): Promise<Omit<RunLog, 'files'>>;

export declare function runTask(options: RunTaskOptions): Promise<RunResult>;

export declare function selectCell(cells: readonly EvaluatedCell[], criterion: SelectionCriterion): EvaluatedCell;

export declare function selectSetting(options: SelectSettingOptions): Promise<SelectedSetting>;

export declare function settingOf({ site, k, alpha, layer }: SteeringCell): MethodSetting;

export declare function writeRunLog(folder: string, log: RunLog | ComparisonLog): Promise<void>;

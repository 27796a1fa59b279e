// @austeer/experiments

export interface AnswerItemsOptions extends ModelCallOptions {
    readonly model: LanguageModel;
    readonly task: Pick<Task, 'name' | 'answerKind' | 'answerForms' | 'maxNewTokens' | 'cutAfter'>;
    readonly items: readonly TestItem[];
    readonly conditions: readonly Condition[];
    readonly numberRule?: NumberRule | undefined;
}

export interface AnswerJudges {
    readonly toxicity?: ToxicityScorer | undefined;
    readonly judge?: Judge | undefined;
}

export interface AnswerLine extends AnswerRecord {
    readonly phase: 'validation' | 'test';
    readonly condition: string;
    readonly prompt: string;
    readonly question?: string | undefined;
}

export interface Bench {
    readonly models: readonly BenchModel[];
    readonly model: BenchModel;
    readonly quick: boolean;
    readonly sizes: Sizes;
    readonly seed: number;
    readonly criterion: SelectionCriterion;
    command(id: string): string;
    data(name: string, options?: {
        negatives?: Negatives;
        answered?: boolean;
    }): Promise<BenchTask>;
    items(task: Task, options: Omit<ItemsInput, 'task' | 'sha256'>): ItemsInput;
    settings(method: string): readonly MethodSetting[];
    vanilla(model: BenchModel, items: ItemsInput): Cell<AnswersResult>;
    plan(options: {
        model?: BenchModel;
        pairs: PairsInput;
        method: string;
        setting: Omit<MethodSetting, 'strength'>;
        seed?: number;
    }): Cell<PlanResult>;
    steered(options: {
        model?: BenchModel;
        items: ItemsInput;
        method: string;
        setting: MethodSetting;
        plan: Cell<PlanResult>;
    }): Cell<AnswersResult>;
    sweep(options: {
        model?: BenchModel;
        data: BenchData;
        method: string;
        settings?: readonly MethodSetting[];
        seed?: number;
    }): Sweep;
}

export interface BenchData {
    readonly task: Task;
    readonly pairs: PairsInput;
    readonly validation: ItemsInput;
    readonly test: ItemsInput;
    readonly missing?: undefined;
}

export interface BenchModel {
    readonly name: string;
    readonly input: ModelInput;
    readonly identity: ModelIdentity;
    readonly headSize?: number | undefined;
}

export interface BenchOptions {
    readonly models: readonly BenchModel[];
    readonly loadTask: (name: string, negatives: Negatives) => Promise<Task>;
    readonly quick?: boolean | undefined;
    readonly sizes?: Sizes | undefined;
    readonly toxicity?: Pick<ToxicityScorer, 'name' | 'version'> | undefined;
    readonly judge?: string | undefined;
    readonly criterion?: SelectionCriterion | undefined;
    readonly seed?: number | undefined;
    readonly command: (id: string) => string;
}

export type BenchTask = BenchData | {
    readonly missing: string;
};

export type CausalUnit<U extends ScoredUnit = ScoredUnit> = U & {
    readonly effect: number;
};

export interface Cell<Result = unknown> {
    readonly kind: CellKind<object, Result>;
    readonly inputs: object;
    readonly needs: Readonly<Record<string, Cell>>;
    readonly hash: string;
    readonly result?: Result;
}

export interface CellContext extends ModelCallOptions {
    model(input: ModelInput): Promise<CellModel>;
    pairs(input: PairsInput): Promise<readonly TaskPair[]>;
    items(input: ItemsInput): Promise<{
        readonly task: Task;
        readonly items: readonly TestItem[];
    }>;
    tokenPairs(model: ModelInput, pairs: PairsInput): Promise<TokenPairs>;
    activations(model: ModelInput, pairs: PairsInput, sites: readonly Site[]): Promise<ActivationSource>;
    fit(input: FitInput): Promise<FittedMethod>;
    method(name: string): SteeringMethod;
    cell(hash: string): Promise<StoredCell>;
    file(hash: string, name: string): Promise<Uint8Array>;
    readonly toxicity?: ToxicityScorer | undefined;
    readonly judge?: ((model: CellModel) => Judge) | undefined;
}

export interface CellContextOptions extends ModelCallOptions {
    readonly store: CellStore;
    readonly models: readonly ModelSource[];
    readonly loadTask: (name: string, negatives: NonNullable<PairsInput['negatives']>) => Promise<Task>;
    readonly createMethod: (name: string) => SteeringMethod;
    readonly toxicity?: ToxicityScorer | undefined;
    readonly judge?: CellContext['judge'];
}

export type CellEvent = {
    readonly kind: 'started';
    readonly cells: readonly Cell[];
} | {
    readonly kind: 'computed';
    readonly label: string;
    readonly cell: StoredCell;
    readonly done: number;
    readonly total: number;
} | {
    readonly kind: 'failed';
    readonly cells: readonly Cell[];
    readonly error: unknown;
} | {
    readonly kind: 'waiting';
    readonly cells: number;
};

export interface CellKind<Inputs extends object, Result> {
    readonly name: string;
    readonly version: number;
    readonly alone?: boolean | undefined;
    label(inputs: Inputs): string;
    work(inputs: Inputs): number;
    groupOf?(inputs: Inputs): string;
    run(cells: readonly RunningCell<Inputs>[], context: CellContext): Promise<readonly CellOutcome<Result>[]>;
}

export interface CellModel extends LanguageModel {
    readonly details: {
        readonly precision: string;
        readonly vocabularySize: number;
    };
}

export interface CellOutcome<Result> {
    readonly result: Result;
    readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
}

export interface CellPlan {
    readonly cells: readonly PlannedCell[];
    readonly cached: number;
    readonly seconds: number;
    readonly unknown: number;
}

export interface CellReport {
    readonly total: number;
    readonly cached: number;
    readonly computed: number;
    readonly elsewhere: number;
    readonly failures: readonly {
        readonly cell: Cell;
        readonly reason: string;
    }[];
    readonly cellSeconds: number;
    readonly seconds: number;
}

export interface CellStore {
    readonly folder: string;
    readonly runner: RunnerIdentity;
    has(hash: string): Promise<boolean>;
    read<Result>(cell: Cell<Result>): Promise<StoredCell<Result> | undefined>;
    readHash(hash: string): Promise<StoredCell | undefined>;
    readFile(hash: string, name: string): Promise<Uint8Array>;
    write(cell: RunnableCell, outcome: CellOutcome<unknown>, facts: {
        seconds: number;
        work: number;
    }): Promise<boolean>;
    lease(hash: string): Promise<Lease | undefined>;
    list(): AsyncIterable<StoredCell>;
}

export interface CompareMethodsOptions extends ModelCallOptions, SelectionOptions, AnswerJudges {
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
        readonly toxicity?: ToxicitySummary | undefined;
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

export interface Design {
    readonly cells: readonly Cell[];
    readonly missing?: string | undefined;
    figures(results: Results): readonly FigurePart[] | Promise<readonly FigurePart[]>;
}

export interface DesignedExperiment {
    readonly experiment: Experiment;
    readonly design: Design;
}

export declare const EXPERIMENTS: readonly Experiment[];

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

export interface Experiment {
    readonly id: string;
    readonly title: string;
    readonly needs: string;
    design(bench: Bench): Promise<Design>;
}

export type ExperimentFile = z.infer<typeof experimentFile>;

export type ExperimentFileMethod = z.infer<typeof method>;

export declare const FULL_SIZES: Sizes;

export type FigureContent = TableFigure | CurvesFigure | HeatMapFigure | ScoreMapFigure | HistogramFigure | ScatterFigure;

export type FigurePart = Omit<ResultFigure, 'id' | 'command'> & {
    readonly part?: number | undefined;
};

export interface FitInput {
    readonly model: ModelInput;
    readonly pairs: PairsInput;
    readonly method: string;
    readonly seed: number;
}

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

export interface ItemsInput {
    readonly task: string;
    readonly part: 'validation' | 'test';
    readonly validation: number;
    readonly count: number;
    readonly seed: number;
    readonly verdict?: string | undefined;
    readonly newTokens?: number | undefined;
    readonly sha256: string;
}

export interface Lease {
    release(): Promise<void>;
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

export declare const METHOD_NAMES: readonly string[];

export interface MethodEntry {
    readonly label: string;
    create(): SteeringMethod;
    readonly quick: readonly MethodSetting[];
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
    readonly toxicity?: Pick<ToxicityVerdicts, 'steered' | 'comparison'> | undefined;
    readonly winRate?: WinRateSummary | undefined;
    readonly seconds?: MethodSeconds | undefined;
}

export interface MethodSeconds {
    readonly fit: number;
    readonly select: number;
    readonly item: number;
}

export interface ModelInput {
    readonly weights: string;
    readonly precision: string;
}

export interface ModelSource {
    readonly input: ModelInput;
    load(): Promise<CellModel>;
}

export type Negatives = NonNullable<PairsInput['negatives']>;

export interface OpenCellContext extends CellContext {
    dispose(): Promise<void>;
}

export interface PairsInput {
    readonly task: string;
    readonly count: number;
    readonly draw?: number | undefined;
    readonly negatives?: 'task' | 'hard-negatives' | undefined;
    readonly sha256: string;
}

export interface PlannedCell {
    readonly hash: string;
    readonly kind: string;
    readonly label: string;
    readonly cached: boolean;
    readonly seconds?: number | undefined;
}

export declare const QUICK_SIZES: Sizes;

export interface ReportComparison {
    readonly name: string;
    readonly figure: ResultFigure;
    readonly samples: readonly SampleSet[];
}

export interface ReportData {
    readonly format: 'austeer-report';
    readonly version: 1;
    readonly tool: {
        readonly name: string;
        readonly version: string;
    };
    readonly runs: readonly ReportRun[];
    readonly comparisons: readonly ReportComparison[];
    readonly figures: readonly ResultFigure[];
}

export interface ReportRun {
    readonly name: string;
    readonly header: RunHeader;
    readonly samples: readonly SampleSet[];
    readonly scoreMaps: readonly ScoreMapFigure[];
}

export interface ResultFigure {
    readonly id: string;
    readonly title: string;
    readonly caption: string;
    readonly notes: readonly string[];
    readonly command: string;
    readonly content: FigureContent;
}

export interface Results {
    get<Result>(cell: Cell<Result>): StoredCell<Result> | undefined;
    file(hash: string, name: string): Promise<Uint8Array>;
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
    readonly task: TaskLog;
    readonly method?: {
        readonly name: string;
        readonly facts: Readonly<Record<string, unknown>>;
    } | undefined;
    readonly localization?: LocalizationLog | undefined;
    readonly selection?: SelectionLog | undefined;
    readonly plan?: PlanDescription | undefined;
    readonly test: TestLog;
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

export interface RunTaskOptions extends ModelCallOptions, AnswerJudges {
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

export interface RunnerIdentity {
    readonly host: string;
    readonly process: number;
    readonly word: string;
}

export interface RunningCell<Inputs extends object> {
    readonly inputs: Inputs;
    readonly needs: Readonly<Record<string, StoredCell>>;
}

export declare const SELECTION_CRITERIA: readonly SelectionCriterion[];

export interface SampleCondition {
    readonly name: string;
    readonly answers: readonly (string | null)[];
    readonly correct: readonly (boolean | null)[];
    readonly valid: readonly (boolean | null)[];
    readonly predictions: readonly (string | null)[];
    readonly margins: readonly (AnswerMargin | null)[];
}

export interface SampleSet {
    readonly phase: AnswerLine['phase'];
    readonly ids: readonly string[];
    readonly prompts: readonly string[];
    readonly golds: readonly string[];
    readonly labels: readonly (string | null)[];
    readonly conditions: readonly SampleCondition[];
}

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

export interface SelectSettingOptions extends ModelCallOptions, AnswerJudges {
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

export interface Sizes {
    readonly pairs: number;
    readonly label: {
        readonly validation: number;
        readonly test: number;
    };
    readonly text: {
        readonly validation: number;
        readonly test: number;
    };
    readonly newTokens?: number | undefined;
}

export interface SteeringCell {
    readonly site?: Site | undefined;
    readonly k?: number | undefined;
    readonly alpha: number;
    readonly layer?: number | undefined;
}

export interface StoredCell<Result = unknown> {
    readonly format: 'austeer-cell';
    readonly kind: string;
    readonly version: number;
    readonly hash: string;
    readonly inputs: object;
    readonly needs: Readonly<Record<string, string>>;
    readonly result: Result;
    readonly files: readonly string[];
    readonly seconds: number;
    readonly work: number;
    readonly finishedAt: string;
    readonly runner: string;
}

export interface Sweep {
    readonly settings: readonly MethodSetting[];
    readonly plans: readonly Cell<PlanResult>[];
    readonly candidates: readonly Cell<AnswersResult>[];
    readonly chosen: Cell<AnswersResult>;
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

export interface TestLog extends TestVerdicts {
    readonly vanilla: AnswerSummary;
    readonly steered?: AnswerSummary | undefined;
    readonly comparison?: AnswerComparison | undefined;
}

export interface TestVerdicts {
    readonly toxicity?: ToxicityVerdicts | undefined;
    readonly winRate?: WinRateSummary | undefined;
}

export interface TokenPairs {
    readonly pairs: readonly TokenPair[];
    readonly report: EncodeReport;
}

export interface ToxicityVerdicts {
    readonly vanilla: ToxicitySummary;
    readonly steered?: ToxicitySummary | undefined;
    readonly comparison?: ToxicityComparison | undefined;
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

export declare function collectSamples(lines: readonly AnswerLine[]): SampleSet[];

export declare function compareMethods(options: CompareMethodsOptions): Promise<ComparisonLog>;

export declare function comparisonFigure(header: ComparisonHeader, options: {
    command: string;
    id?: string | undefined;
}): ResultFigure & {
    readonly content: TableFigure;
};

export declare function conditionOf(fitted: FittedMethod, setting: MethodSetting, model: LanguageModel): Condition;

export declare function createBench(options: BenchOptions): Bench;

export declare function createCellContext(options: CellContextOptions): OpenCellContext;

export declare function defineCell<Inputs extends object, Result>(kind: CellKind<Inputs, Result>, inputs: Inputs, needs?: Readonly<Record<string, Cell>>): Cell<Result>;

export declare function describeCell({ site, layer, k, alpha }: SteeringCell): string;

export declare function designExperiments(experiments: readonly Experiment[], bench: Bench): Promise<DesignedExperiment[]>;

export declare function drawFigures(options: {
    designed: readonly DesignedExperiment[];
    bench: Bench;
    store: CellStore;
    folder: string;
    failures?: CellReport['failures'] | undefined;
}): Promise<ResultFigure[]>;

export declare function embedReportData(template: string, data: ReportData, options?: {
    path?: string | undefined;
}): string;

export declare function experimentById(id: string): Experiment;

export declare function fitOnTask(options: FitOnTaskOptions): Promise<FittedOnTask>;

export declare function gridCells(options: {
    sites: readonly Site[];
    budgets: readonly number[];
    strengths: readonly number[];
}): (SteeringCell & {
    readonly site: Site;
    readonly k: number;
})[];

export declare function gridExperiment(file: ExperimentFile): Experiment;

export declare function measureName({ answerKind }: Pick<Task, 'answerKind'>): string;

export declare function methodEntry(name: string): MethodEntry;

export declare function openCellStore(folder: string, options?: {
    leaseTimeout?: number | undefined;
}): CellStore;

export declare function parseExperimentFile(text: string, options?: {
    path?: string;
}): ExperimentFile;

export declare function planCells(options: {
    cells: readonly Cell[];
    store: CellStore;
}): Promise<CellPlan>;

export declare function readComparisonLog(folder: string): Promise<Omit<ComparisonLog, 'files'>>;

export declare function readReportData(options: {
    runs?: readonly string[] | undefined;
    figures?: string | undefined;
    tool: ReportData['tool'];
}): Promise<ReportData>;

export declare function readRunLog(folder: string): Promise<Omit<RunLog, 'files'>>;

export declare function rememberTexts<Model extends LanguageModel>(options: {
    model: Model;
    precision: string;
    path: string;
}): Promise<Model>;

export declare function runCells(options: {
    cells: readonly Cell[];
    store: CellStore;
    context: CellContext;
    shard?: {
        readonly index: number;
        readonly count: number;
    } | undefined;
    onEvent?: ((event: CellEvent) => void) | undefined;
}): Promise<CellReport>;

export declare function runTask(options: RunTaskOptions): Promise<RunResult>;

export declare function selectCell(cells: readonly EvaluatedCell[], criterion: SelectionCriterion): EvaluatedCell;

export declare function selectSetting(options: SelectSettingOptions): Promise<SelectedSetting>;

export declare function settingOf({ site, k, alpha, layer }: SteeringCell): MethodSetting;

export declare function sizesOf({ pairs, validation, test }: ExperimentFile): Sizes;

export declare function verdictOf({ answerKind }: Pick<Task, 'answerKind'>): 'scorer' | 'judge' | undefined;

export declare function withNeeds(cells: readonly Cell[]): Cell[];

export declare function writeRunLog(folder: string, log: RunLog | ComparisonLog): Promise<void>;

// @austeer/experiments/queue

export interface CellJob {
    readonly cells: readonly SentCell[];
    readonly label: string;
}

export interface FleetAddress {
    readonly redis: string;
    readonly queue?: string | undefined;
}

export interface FleetOptions extends FleetAddress {
    readonly cells: readonly Cell[];
    readonly store: CellStore;
    readonly signal?: AbortSignal | undefined;
    readonly attempts?: number | undefined;
    readonly onProgress?: ((progress: FleetProgress) => void) | undefined;
}

export interface FleetProgress {
    readonly done: number;
    readonly total: number;
    readonly failed: number;
    readonly workers: number;
    readonly waiting: number;
    readonly active: readonly JobProgress[];
}

export interface FleetWorker {
    close(): Promise<void>;
}

export interface JobProgress {
    readonly worker: string;
    readonly label: string;
    readonly done: number;
    readonly total?: number | undefined;
}

export type WorkerEvent = {
    readonly kind: 'ready';
} | {
    readonly kind: 'finished';
    readonly label: string;
    readonly computed: number;
} | {
    readonly kind: 'failed';
    readonly label: string;
    readonly error: Error;
} | {
    readonly kind: 'trouble';
    readonly error: Error;
};

export interface WorkerOptions extends FleetAddress {
    readonly store: CellStore;
    readonly context: CellContext;
    readonly lockDuration?: number | undefined;
    readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

export declare function runOnFleet(options: FleetOptions): Promise<CellReport>;

export declare function startWorker(options: WorkerOptions): Promise<FleetWorker>;

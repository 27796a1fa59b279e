/**
 * The whole method as one call, with selection on validation items, one test, and a run log.
 *
 * @module
 */
export { type AnswerItemsOptions, answerItems, type Condition } from './answer-items.ts';
export { type CausalUnit, causalEffects } from './causal-effects.ts';
export { type Cell, type CellKind, defineCell, type RunningCell, withNeeds } from './cells/cell.ts';
export type {
  CellContext,
  CellModel,
  FitInput,
  ItemsInput,
  ModelInput,
  PairsInput,
  TokenPairs,
} from './cells/cell-context.ts';
export type { CellOutcome, StoredCell } from './cells/stored-cell.ts';
export {
  type ComparedMethod,
  type CompareMethodsOptions,
  type ComparisonEvent,
  type ComparisonHeader,
  type ComparisonLog,
  compareMethods,
  type MethodResult,
  type MethodSeconds,
} from './compare-methods.ts';
export { comparisonFigure } from './comparison-figure.ts';
export {
  conditionOf,
  type FitOnTaskOptions,
  type FittedOnTask,
  fitOnTask,
  type SelectedSetting,
  type SelectionOptions,
  type SelectSettingOptions,
  selectSetting,
} from './fit-on-task.ts';
export {
  type ExperimentFile,
  type ExperimentFileMethod,
  parseExperimentFile,
} from './grid/experiment-file.ts';
export { gridExperiment, sizesOf } from './grid/grid-experiment.ts';
export { type AnswerJudges, verdictOf } from './judged-answers.ts';
export { METHOD_NAMES, type MethodEntry, methodEntry } from './methods.ts';
export { rememberTexts } from './remember-texts.ts';
export {
  collectSamples,
  type ReportComparison,
  type ReportData,
  type ReportRun,
  readReportData,
  type SampleCondition,
  type SampleSet,
} from './report-data.ts';
export { embedReportData } from './report-page.ts';
export {
  type Bench,
  type BenchData,
  type BenchModel,
  type BenchOptions,
  type BenchTask,
  createBench,
  FULL_SIZES,
  type Negatives,
  QUICK_SIZES,
  type Sizes,
  type Sweep,
} from './reproduce/bench.ts';
export type { Design, Experiment, FigurePart, Results } from './reproduce/experiment.ts';
export { EXPERIMENTS, experimentById } from './reproduce/experiments.ts';
export { type DesignedExperiment, designExperiments, drawFigures } from './reproduce/run-experiments.ts';
export type {
  CurvesFigure,
  Estimate,
  FigureContent,
  HeatMapFigure,
  HistogramFigure,
  ResultFigure,
  ScatterFigure,
  ScoreMapFigure,
  TableFigure,
} from './result-figure.ts';
export {
  type CellContextOptions,
  createCellContext,
  type ModelSource,
  type OpenCellContext,
} from './run/create-context.ts';
export { type CellPlan, type PlannedCell, planCells } from './run/plan-cells.ts';
export { type CellEvent, type CellReport, runCells } from './run/run-cells.ts';
export {
  type AnswerLine,
  checkRunFolder,
  type LocalizationLog,
  type RunHeader,
  type RunLog,
  readComparisonLog,
  readRunLog,
  type SelectionLog,
  type SiteLog,
  type TestLog,
  writeRunLog,
} from './run-log.ts';
export {
  type FitOptions,
  type RunEvent,
  type RunResult,
  type RunTaskOptions,
  runTask,
  type UseOptions,
} from './run-task.ts';
export {
  cellOf,
  describeCell,
  type EvaluatedCell,
  gridCells,
  SELECTION_CRITERIA,
  type SelectionCriterion,
  type SteeringCell,
  selectCell,
  settingOf,
} from './select-cell.ts';
export { type CellStore, openCellStore } from './store/cell-store.ts';
export type { Lease, RunnerIdentity } from './store/lease.ts';
export { measureName, type TestVerdicts, type ToxicityVerdicts } from './verdict-summary.ts';

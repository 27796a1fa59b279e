/**
 * The whole method as one call, with selection on validation items, one test, and a run log.
 *
 * @module
 */
export { type AnswerItemsOptions, answerItems, type Condition } from './answer-items.ts';
export { type CausalUnit, causalEffects } from './causal-effects.ts';
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
  type AnswerLine,
  checkRunFolder,
  type LocalizationLog,
  type RunHeader,
  type RunLog,
  readRunLog,
  type SelectionLog,
  type SiteLog,
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

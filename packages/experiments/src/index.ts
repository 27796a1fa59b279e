/**
 * The whole method as one call, with selection on validation items, one test, and a run log.
 *
 * @module
 */
export { type AnswerItemsOptions, answerItems } from './answer-items.ts';
export { type CausalUnit, causalEffects } from './causal-effects.ts';
export { type CausalMethodOptions, createCausalMethod } from './causal-method.ts';
export { differenceGradients } from './difference-gradients.ts';
export { measurePairGradients, type PairGradientOptions, type PairGradients } from './pair-gradients.ts';
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
export { type FitOptions, type RunEvent, type RunResult, type RunTaskOptions, runTask } from './run-task.ts';
export {
  type EvaluatedCell,
  gridCells,
  SELECTION_CRITERIA,
  type SelectionCriterion,
  type SteeringCell,
  selectCell,
} from './select-cell.ts';

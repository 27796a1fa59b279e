/**
 * Cheaper ways to choose a setting than to try all on all validation items.
 *
 * - `halving`: all settings on a few items; the better half goes on to twice as many, until one is left.
 * - `coarse-to-fine`: every second budget and strength on all items; then the neighbours of the best.
 *
 * @module
 */
import { type AnswerRecord, summarizeAnswers } from '@austeer/evaluators';
import type { MethodSetting } from '@austeer/steering';
import { answerAndJudge } from '../judged-answers.ts';
import { cellOf, type SelectionCriterion, selectCell, settingOf } from '../select-cell.ts';
import { type Cell, type CellKind, defineCell } from './cell.ts';
import type { ItemsInput, ModelInput } from './cell-context.ts';
import { describeSetting, type PlanResult, planCondition } from './plan.ts';
import type { StoredCell } from './stored-cell.ts';

/** Names of the strategies. */
export type SearchStrategy = 'halving' | 'coarse-to-fine';

/** Inputs of a search. Needs: the plan of every place (site, layer, budget) of the settings, by {@link placeName}. */
export interface SearchInputs {
  readonly model: ModelInput;
  /** Validation items. */
  readonly items: ItemsInput;
  readonly condition: string;
  readonly strategy: SearchStrategy;
  readonly settings: readonly MethodSetting[];
  readonly criterion: SelectionCriterion;
}

/** What was chosen, and what it cost. */
export interface SearchResult {
  readonly setting: MethodSetting;
  /** Hash of its plan. */
  readonly plan: string;
  /** Items answered, over all settings; trying all would have taken settings × items. */
  readonly rows: number;
  readonly rounds: readonly { readonly settings: number; readonly items: number }[];
}

/** Tries settings on the first items. */
type Try = (settings: readonly MethodSetting[], items: number) => Promise<MethodSetting[]>;

const search: CellKind<SearchInputs, SearchResult> = {
  name: 'search',
  version: 1,
  label: ({ strategy, condition, settings, items }) =>
    `${strategy} over ${settings.length} settings of ${condition} on ${items.count} items of ${items.task}`,
  work: ({ settings, items }) => settings.length * items.count,
  async run(cells, context) {
    const { inputs, needs } = cells[0]!;
    const { strategy, settings, criterion } = inputs;
    const model = await context.model(inputs.model);
    const { task, items } = await context.items(inputs.items);
    const planOf = (setting: MethodSetting): StoredCell => needs[placeName(setting)]!;
    /** Answers are kept: a setting that goes on is asked the further items only. */
    const answered = new Map<string, AnswerRecord[]>();
    const rounds: { settings: number; items: number }[] = [];
    /** Best first. */
    const attempt: Try = async (tried, count) => {
      rounds.push({ settings: tried.length, items: count });
      // Settings that were asked as many items go on as rows of the same batches.
      const askedOf = (setting: MethodSetting): number => answered.get(describeSetting(setting))?.length ?? 0;
      for (const asked of new Set(tried.map(askedOf))) {
        const together = tried.filter((setting) => askedOf(setting) === asked);
        const more = await answerAndJudge({
          model,
          task,
          items: items.slice(asked, count),
          conditions: await Promise.all(
            together.map((setting) => planCondition(planOf(setting).hash, setting, model, context)),
          ),
          batchSize: context.batchSize,
          signal: context.signal,
          onProgress: context.onProgress,
          toxicity: context.toxicity,
          judge: context.judge?.(model),
        });
        for (const [at, setting] of together.entries()) {
          const name = describeSetting(setting);
          answered.set(name, [...(answered.get(name) ?? []), ...more[at]!]);
        }
      }
      return rank(tried, answered, criterion);
    };
    const setting = await (strategy === 'halving' ? halve : refine)(settings, items.length, attempt);
    const rows = [...answered.values()].reduce((sum, records) => sum + records.length, 0);
    return [{ result: { setting, plan: planOf(setting).hash, rows, rounds } }];
  },
};

async function halve(
  settings: readonly MethodSetting[],
  items: number,
  attempt: Try,
): Promise<MethodSetting> {
  let left = [...settings];
  let count = Math.max(1, Math.ceil(items / 2 ** Math.ceil(Math.log2(left.length))));
  while (left.length > 1) {
    left = (await attempt(left, count)).slice(0, Math.ceil(left.length / 2));
    count = Math.min(items, 2 * count);
  }
  return left[0]!;
}

async function refine(
  settings: readonly MethodSetting[],
  items: number,
  attempt: Try,
): Promise<MethodSetting> {
  const [budgets, strengths] = [axisOf(settings, 'budget'), axisOf(settings, 'strength')];
  const placeOf = ({ budget, strength }: MethodSetting) =>
    [budgets.indexOf(budget), strengths.indexOf(strength)] as const;
  const coarse = settings.filter((setting) => placeOf(setting).every((place) => place % 2 === 0));
  const [best] = await attempt(coarse, items);
  const [row, column] = placeOf(best!);
  const near = settings.filter((setting) => {
    const [x, y] = placeOf(setting);
    return setting.site === best!.site && Math.abs(x - row) <= 1 && Math.abs(y - column) <= 1;
  });
  return (await attempt(near, items))[0]!;
}

/** Values of one coordinate, ascending. */
function axisOf(settings: readonly MethodSetting[], name: 'budget' | 'strength'): (number | undefined)[] {
  return [...new Set(settings.map((setting) => setting[name]))].sort((a, b) => (a ?? 0) - (b ?? 0));
}

/** Settings by what they gave, best first. */
function rank(
  settings: readonly MethodSetting[],
  answered: ReadonlyMap<string, readonly AnswerRecord[]>,
  criterion: SelectionCriterion,
): MethodSetting[] {
  let left = settings.map((setting) => ({
    ...cellOf(setting),
    summary: summarizeAnswers(answered.get(describeSetting(setting))!),
  }));
  const ordered: MethodSetting[] = [];
  while (left.length > 0) {
    const best = selectCell(left, criterion);
    ordered.push(settingOf(best));
    left = left.filter((cell) => cell !== best);
  }
  return ordered;
}

/** Name of a setting without its strength: settings of one place share a plan. */
export function placeName({ strength: _, ...place }: MethodSetting): string {
  return `plan ${describeSetting(place)}`;
}

/** A search for a setting. */
export function searchCell(
  inputs: SearchInputs,
  plans: Readonly<Record<string, Cell<PlanResult>>>,
): Cell<SearchResult> {
  return defineCell(search, inputs, plans);
}

export { search as SEARCH_KIND };

/**
 * A task's items answered by a model under one or more conditions.
 *
 * @module
 */
import {
  encodePrompt,
  type Generation,
  InvalidArgumentError,
  type LanguageModel,
  type ModelCallOptions,
  type SteeringValues,
  type Tokenizer,
  type TokenSequence,
} from '@austeer/core';
import {
  type AnswerRecord,
  cutAfterWord,
  exactMatch,
  extractNumber,
  type NumberRule,
  normalizeAnswer,
  numericMatch,
  predictByForms,
} from '@austeer/evaluators';
import type { Task, TestItem } from '@austeer/pairs';

/**
 * How a condition steers: not at all (vanilla), all items alike, or each by what the model makes of its prompt; a
 * function is asked for a few prompts at a time and gives one value for each.
 */
export type Condition =
  | SteeringValues
  | undefined
  | ((prompts: readonly TokenSequence[], call: ModelCallOptions) => Promise<readonly SteeringValues[]>);

/** Items whose own steering is in memory at once. */
const ITEMS_AT_ONCE = 32;

/** Options of {@link answerItems}. */
export interface AnswerItemsOptions extends ModelCallOptions {
  readonly model: LanguageModel;
  readonly task: Pick<Task, 'name' | 'answerKind' | 'answerForms' | 'maxNewTokens' | 'cutAfter'>;
  readonly items: readonly TestItem[];
  readonly conditions: readonly Condition[];
  /** How numbers are read out of answers. @default 'official' */
  readonly numberRule?: NumberRule | undefined;
}

/**
 * Answers every item under every condition; conditions are rows of the same batches, so that they differ in
 * nothing but their steering.
 *
 * - `label` tasks: one token, compared as released (`correct`), and the likeliest class over its written forms
 *   (`prediction`, `margin`), from one run of the prompt.
 * - `number` tasks: generated greedily, the number read by the rule.
 * - `ending` tasks: generated greedily; right when the answer ends by itself, valid when it has words and does
 *   not repeat itself.
 *
 * @returns for each condition the records of all items, in order
 * @throws InvalidArgumentError when the model has no tokenizer, or the task's answers need a scorer or a judge.
 *
 * @example
 * ```ts
 * import type { Task } from '@austeer/pairs';
 * declare const model: LanguageModel;
 * declare const task: Task;
 * declare const values: SteeringValues;
 * const [vanilla, steered] = await answerItems({ model, task, items: task.items, conditions: [undefined, values] });
 * ```
 */
export async function answerItems(options: AnswerItemsOptions): Promise<AnswerRecord[][]> {
  const { model, task, items, conditions } = options;
  const { tokenizer } = model;
  if (tokenizer === undefined) {
    throw new InvalidArgumentError({
      argument: 'model',
      given: `${model.identity.name} without a tokenizer`,
      expected: 'a model with a tokenizer, which texts need',
    });
  }
  checkAnswerKind(task);
  if (items.length === 0 || conditions.length === 0) return conditions.map(() => []);
  const answer = task.answerKind === 'label' ? answerByScore : answerByText;
  const step = conditions.some((condition) => typeof condition === 'function') ? ITEMS_AT_ONCE : items.length;
  const records: AnswerRecord[] = [];
  for (let start = 0; start < items.length; start += step) {
    const some = items.slice(start, start + step);
    const steering = await Promise.all(conditions.map((condition) => steeringOf(options, condition, some)));
    const rows = some.flatMap((item, at) => steering.map((values) => ({ item, steering: values[at] })));
    records.push(...(await answer(options, tokenizer, rows)));
  }
  return conditions.map((_, condition) => records.filter((_, row) => row % conditions.length === condition));
}

/** Refuses tasks whose answers need a toxicity scorer or a judge. */
function checkAnswerKind(task: Pick<Task, 'name' | 'answerKind'>): void {
  if (task.answerKind !== 'continuation' && task.answerKind !== 'response') return;
  const judge = task.answerKind === 'continuation' ? 'a toxicity scorer' : 'a judge';
  throw new InvalidArgumentError({
    argument: 'task',
    given: task.name,
    expected: `a task whose answers are right or wrong by themselves; those of ${task.name} need ${judge}`,
  });
}

/** The steering of each item under one condition. */
async function steeringOf(
  { model, batchSize, signal }: AnswerItemsOptions,
  condition: Condition,
  items: readonly TestItem[],
): Promise<readonly (SteeringValues | undefined)[]> {
  if (typeof condition !== 'function') return items.map(() => condition);
  const prompts = items.map(({ prompt }) => encodePrompt(model.tokenizer!, prompt));
  return condition(prompts, { batchSize, signal });
}

interface Row {
  readonly item: TestItem;
  readonly steering: SteeringValues | undefined;
}

async function answerByScore(
  options: AnswerItemsOptions,
  tokenizer: Tokenizer,
  rows: readonly Row[],
): Promise<AnswerRecord[]> {
  const { model, task, batchSize, signal, onProgress } = options;
  const classes = Object.entries(task.answerForms ?? {});
  const forms = classes.flatMap(([label, texts]) =>
    texts.map((text) => ({ label, tokens: tokenizer.encode(text) })),
  );
  const candidates = forms.map(({ tokens }) => tokens);
  const valid = new Set(classes.flatMap(([, texts]) => texts.map(normalizeAnswer)));
  const scores = await model.score(
    rows.map(({ item }) => ({ prompt: encodePrompt(tokenizer, item.prompt), candidates })),
    { batchSize, signal, onProgress, steering: rows.map(({ steering }) => steering) },
  );
  return rows.map(({ item }, row) => {
    const { logProbabilities, topToken } = scores[row]!;
    const answer = tokenizer.decode([topToken]);
    const { prediction, margin } = predictByForms({
      forms: forms.map(({ label }) => label),
      logProbabilities,
    });
    return {
      id: item.id,
      gold: item.gold,
      ...(item.label === undefined ? {} : { label: item.label }),
      answer,
      correct: exactMatch({ answer, gold: item.gold }),
      valid: valid.has(normalizeAnswer(answer)),
      prediction,
      ...(margin === undefined ? {} : { margin }),
    };
  });
}

async function answerByText(
  options: AnswerItemsOptions,
  tokenizer: Tokenizer,
  rows: readonly Row[],
): Promise<AnswerRecord[]> {
  const { model, task, numberRule = 'official', batchSize, signal, onProgress } = options;
  const generations = await model.generate(
    rows.map(({ item }) => encodePrompt(tokenizer, item.prompt)),
    {
      batchSize,
      signal,
      onProgress,
      maxNewTokens: task.maxNewTokens,
      steering: rows.map(({ steering }) => steering),
    },
  );
  return rows.map(({ item }, row): AnswerRecord => {
    const generation = generations[row]!;
    const shared = { id: item.id, gold: item.gold, answer: generation.text };
    if (task.answerKind === 'ending') return { ...shared, ...judgeEnding(generation) };
    const answer =
      task.cutAfter === undefined ? generation.text : cutAfterWord(generation.text, task.cutAfter);
    return {
      ...shared,
      correct: numericMatch({ answer, gold: item.gold, rule: numberRule }),
      valid: extractNumber(answer, numberRule) !== undefined,
    };
  });
}

/** An answer has at least this many words. */
const FEWEST_WORDS = 3;
/** Words of a phrase that is counted, and how often it may come. */
const PHRASE = { words: 4, times: 2 };

function judgeEnding({ text, finish }: Generation): { correct: boolean; valid: boolean } {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  const phrases = new Map<string, number>();
  for (let at = 0; at + PHRASE.words <= words.length; at++) {
    const phrase = words.slice(at, at + PHRASE.words).join(' ');
    phrases.set(phrase, (phrases.get(phrase) ?? 0) + 1);
  }
  const valid = words.length >= FEWEST_WORDS && [...phrases.values()].every((times) => times <= PHRASE.times);
  return { correct: finish === 'end' && valid, valid };
}

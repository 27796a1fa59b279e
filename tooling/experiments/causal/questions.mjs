/**
 * Pairs to fit on and held-out questions, and the model's answers to them.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../../packages/core/dist/index.js';
import { answerItems } from '../../../packages/experiments/dist/index.js';
import { marginItem } from '../../../packages/localize/dist/index.js';
import {
  BEHAVIOURS,
  behaviourPair,
  encodePairs,
  loadBehaviour,
  loadTask,
  splitItems,
} from '../../../packages/pairs/dist/index.js';

/** @typedef {import('../../../packages/core/dist/index.js').LanguageModel} LanguageModel */
/** @typedef {import('../../../packages/core/dist/index.js').TokenPair} TokenPair */
/** @typedef {import('../../../packages/core/dist/index.js').MarginItem} MarginItem */
/** @typedef {import('../../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/** @typedef {import('../../../packages/core/dist/index.js').Tokenizer} Tokenizer */
/** @typedef {import('../../../packages/evaluators/dist/index.js').AnswerRecord} AnswerRecord */
/** @typedef {AnswerRecord & { lean?: number }} Line `lean` is the margin of the right answer, where there are no classes */
/** @typedef {{ task: import('../../../packages/pairs/dist/index.js').Task, items: import('../../../packages/pairs/dist/index.js').TestItem[] } | { pairs: MarginItem[] }} Questions */
/** @typedef {Record<string, number[][]> | undefined} AnswerForms */
/** @typedef {{ pairs: number, validation: number, items: number, mostTokens: number, data: string }} Sizes */

/**
 * Held-out questions never change with the seed; the pairs to fit on are drawn by it. Tasks with classes have items of
 * their own; of others and of behaviours every second pair is held out.
 *
 * @param {Tokenizer} tokenizer @param {string} name @param {Sizes} sizes
 */
export async function loadQuestions(
  tokenizer,
  name,
  { pairs: count, validation, items: limit, mostTokens, data },
) {
  const [end] = tokenizer.endTokens;
  const chat = end !== undefined && {
    prompt: (/** @type {string} */ content) => tokenizer.applyChatTemplate([{ role: 'user', content }]),
    end: tokenizer.decode([end], { keepSpecialTokens: true }),
  };
  const isShort = (/** @type {readonly number[]} */ tokens) => tokens.length <= mostTokens;
  const isBehaviour = BEHAVIOURS.some((behaviour) => behaviour.name === name);
  const folder = existsSync(join(data, name)) ? data : undefined;
  const task = isBehaviour
    ? undefined
    : await loadTask(name, { ...(folder && { data: folder }), ...(chat && { chat }) });
  const texts =
    task?.pairs ??
    (await loadBehaviour(name)).map((row) =>
      behaviourPair(row, { chat: (messages) => tokenizer.applyChatTemplate(messages) }),
    );
  const pairs = encodePairs(texts, tokenizer, { cut: 'question' }).pairs.filter(
    ({ positive, negative }) => isShort(positive) && isShort(negative) && hasMargin(positive, negative),
  );
  const draw = (/** @type {TokenPair[]} */ from, /** @type {number} */ seed) =>
    createRandom(seed).shuffle(from).slice(0, count);
  if (task?.answerKind === 'label') {
    const forms = Object.entries(task.answerForms ?? {});
    const short = task.items.filter(({ prompt }) => isShort(tokenizer.encode(prompt)));
    const split = splitItems(short, { validation, seed: 0, limit });
    return {
      /** @type {AnswerForms} */
      answerForms: Object.fromEntries(
        forms.map(([label, answers]) => [label, answers.map((text) => tokenizer.encode(text))]),
      ),
      fitted: (/** @type {number} */ seed) => draw(pairs, seed),
      /** @type {Questions} */
      validation: { task, items: split.validation },
      /** @type {Questions} */
      test: { task, items: split.test },
    };
  }
  const held = pairs
    .filter((_, at) => at % 2 === 1)
    .map((pair) => ({ ...marginItem(pair), label: undefined }));
  const split = splitItems(held, {
    validation: Math.min(validation, Math.floor(held.length / 3)),
    seed: 0,
    limit,
  });
  return {
    /** @type {AnswerForms} */
    answerForms: undefined,
    fitted: (/** @type {number} */ seed) =>
      draw(
        pairs.filter((_, at) => at % 2 === 0),
        seed,
      ),
    /** @type {Questions} */
    validation: { pairs: split.validation },
    /** @type {Questions} */
    test: { pairs: split.test },
  };
}

/** Whether two texts begin alike and part before either ends. @param {readonly number[]} one @param {readonly number[]} other */
function hasMargin(one, other) {
  const shared = one.findIndex((token, at) => token !== other[at]);
  return shared > 0 && shared < other.length;
}

/** @param {LanguageModel} model @param {Questions} questions @param {SteeringValues | undefined} steering @returns {Promise<Line[]>} */
export async function answer(model, questions, steering) {
  if ('task' in questions) {
    const [records = []] = await answerItems({ ...questions, model, conditions: [steering], batchSize: 32 });
    return records;
  }
  const items = questions.pairs.map(({ prompt, right, wrong }) => ({
    prompt,
    candidates: [...right, ...wrong],
  }));
  const scores = await model.score(items, { steering, batchSize: 32 });
  return scores.map(({ logProbabilities: [right = 0, wrong = 0] }, at) => {
    const [rightTokens = [], wrongTokens = []] = items[at]?.candidates ?? [];
    const lean = right / rightTokens.length - wrong / wrongTokens.length;
    const id = questions.pairs[at]?.id ?? '';
    return { id, gold: 'right', answer: lean > 0 ? 'right' : 'wrong', correct: lean > 0, valid: true, lean };
  });
}

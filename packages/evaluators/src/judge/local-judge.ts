/**
 * A language model of this machine as a judge: no service, no key, the same verdicts every time.
 *
 * @module
 */
import {
  encodePrompt,
  InvalidArgumentError,
  type Judge,
  type JudgeQuestion,
  type JudgeReply,
  type LanguageModel,
  type Tokenizer,
} from '@austeer/core';
import { predictByForms } from '../two-way.ts';
import { JUDGE_PROMPT_VERSION, judgeMessages } from './prompt.ts';

/** The words that are scored, and what they mean. */
const WORDS = [
  { text: 'A', verdict: 'first' },
  { text: 'B', verdict: 'second' },
  { text: 'tie', verdict: 'tie' },
] as const;

/** What stands before the word, so that the next token is the verdict. */
const LEAD = 'Verdict:';

/** Comparisons that run together where nothing else is said; each is a long prompt. */
const BATCH_SIZE = 4;

/**
 * Makes a judge of a model: after the prompt, the likeliest of the words A, B and tie is its verdict. It never fails to
 * give one, but small models like a place more than an answer: look at the flips.
 *
 * A comparison that does not fit the model is missing (`too long`). `compare` reads no reasons and writes none.
 *
 * @param options.calibrate subtract what each word gets when both replies are empty, so that a liking for a word or a
 *   place is not taken for a verdict. Source: Zhao et al., "Calibrate Before Use" (2021). @default true
 * @param options.name @default the model's
 * @throws InvalidArgumentError when the model has no tokenizer.
 *
 * @example
 * ```ts
 * declare const model: LanguageModel;
 * const judge = createLocalJudge({ model });
 * const [reply] = await judge.compare([{ id: '1', instruction: 'Name a prime.', first: '7', second: '8' }]);
 * console.log(reply?.verdict);
 * ```
 */
export function createLocalJudge(options: {
  model: LanguageModel;
  calibrate?: boolean | undefined;
  name?: string | undefined;
}): Judge {
  const { model, calibrate = true, name = model.identity.name } = options;
  const { tokenizer, identity, contextLength } = model;
  if (tokenizer === undefined) {
    throw new InvalidArgumentError({
      argument: 'model',
      given: identity.name,
      expected: 'a model with a tokenizer',
    });
  }
  const candidates = WORDS.map(({ text }) => tokenizer.encode(` ${text}`));
  const longest = Math.max(...candidates.map(({ length }) => length));
  const weights = identity.weightsSha256?.slice(0, 12) ?? identity.architecture;
  /** What each word gets when both replies are empty, by instruction: the same for every pair that answers it. */
  const biases = new Map<string, readonly number[]>();
  return {
    name,
    version: `${JUDGE_PROMPT_VERSION}/words${calibrate ? '-calibrated' : ''}/${weights}`,
    async compare(questions, { batchSize = BATCH_SIZE, signal, onProgress, onReply } = {}) {
      signal?.throwIfAborted();
      const score = async (prompts: readonly (readonly number[])[]): Promise<(readonly number[])[]> => {
        const scores = await model.score(
          prompts.map((prompt) => ({ prompt, candidates })),
          { batchSize, signal },
        );
        return scores.map(({ logProbabilities }) => logProbabilities);
      };
      const replies: JudgeReply[] = [];
      for (let start = 0; start < questions.length; start += batchSize) {
        signal?.throwIfAborted();
        const asked = questions.slice(start, start + batchSize).map((question) => ({
          instruction: question.instruction,
          prompt: promptOf(question, tokenizer),
        }));
        const fitting = asked.filter(({ prompt }) => prompt.length + longest <= contextLength);
        const scores = await score(fitting.map(({ prompt }) => prompt));
        const instructions = [...new Set(fitting.map(({ instruction }) => instruction))].filter(
          (instruction) => calibrate && !biases.has(instruction),
        );
        const empty = await score(
          instructions.map((instruction) =>
            promptOf({ id: '', instruction, first: '', second: '' }, tokenizer),
          ),
        );
        for (const [at, instruction] of instructions.entries()) biases.set(instruction, empty[at]!);
        for (const question of asked) {
          const { instruction, prompt } = question;
          const words = scores[fitting.indexOf(question)];
          const bias = biases.get(instruction);
          const reply: JudgeReply =
            words === undefined
              ? { missing: 'too long', detail: `${prompt.length} tokens; the model takes ${contextLength}` }
              : {
                  verdict: likeliest(words.map((word, index) => word - (bias?.[index] ?? 0))),
                  tokens: { prompt: prompt.length, completion: 0 },
                };
          await onReply?.({ index: replies.length, reply });
          replies.push(reply);
        }
        onProgress?.({ stage: 'judge', done: replies.length, total: questions.length });
      }
      return replies;
    },
  };
}

function likeliest(logProbabilities: readonly number[]): (typeof WORDS)[number]['verdict'] {
  const { prediction } = predictByForms({ forms: WORDS.map(({ verdict }) => verdict), logProbabilities });
  return WORDS.find(({ verdict }) => verdict === prediction)!.verdict;
}

function promptOf(question: JudgeQuestion, tokenizer: Tokenizer): number[] {
  const messages = judgeMessages(question, 'word');
  return encodePrompt(tokenizer, `${chatText(messages, tokenizer)}${LEAD}`);
}

/** Models without a chat template read the messages one after the other. */
function chatText(messages: ReturnType<typeof judgeMessages>, tokenizer: Tokenizer): string {
  try {
    return tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
  } catch {
    return `${messages.map(({ content }) => content).join('\n\n')}\n\n`;
  }
}

import { existsSync } from 'node:fs';
import { encodePrompt, InvalidArgumentError, type LanguageModel, type SteeringValues } from '@austeer/core';
import { type BakedChange, bakeGguf, bakeOnnx, openGguf } from '@austeer/onnx';
import { loadModel, resolveModel } from '@austeer/runtime';
import { compilePlan } from '@austeer/steering';
import type { BakeFlags } from '../commands/bake.ts';
import type { AusteerContext } from '../context.ts';
import { usageError } from '../flags.ts';
import { readSiteMap, withModel } from '../load.ts';
import { formatTable } from '../output/table.ts';
import { planOfFlags } from '../plan-of-flags.ts';

/** Beginnings that the steered model and the copy go on from. */
const PROMPTS = [
  'The best thing about the sea is',
  'A kilogram of feathers weighs',
  'She opened the letter and',
  'The recipe begins with',
  'Two plus two makes',
  'On the way to the station we',
  'My grandfather used to say that',
  'The first rule of the club is',
  'Plants grow towards the light because',
  'If it rains tomorrow, we will',
];
const NEW_TOKENS = 16;

/** How far the copy is from the model that is steered at run time. */
interface Comparison {
  readonly prompts: number;
  /** Prompts whose greedy continuations are the same tokens. */
  readonly sameAnswers: number;
  /** Largest difference of a token's natural-log probability in the steered model's answers, on the mean of each. */
  readonly largestDifference: number;
}

export async function runBake(this: AusteerContext, flags: BakeFlags): Promise<void> {
  const { terminal } = this;
  const { out } = flags;
  if (existsSync(out)) {
    throw new InvalidArgumentError({
      argument: '--out',
      given: out,
      expected: 'a name that is not taken',
      advice: 'Name another file or folder, or remove this one',
    });
  }
  // The plan is compiled, and the model asked, before anything is written.
  const steered = await withModel(this, flags, async (model) => {
    const isGguf = model.details.format === 'gguf';
    if (isGguf !== out.toLowerCase().endsWith('.gguf')) {
      const expected = isGguf
        ? 'a file that ends in .gguf, as the model does'
        : 'a folder: the model is an ONNX export';
      throw usageError('--out', out, expected);
    }
    const plan = (await planOfFlags(this, flags, model.identity))!;
    const steering = compilePlan(plan, model.identity);
    return { steering, answers: await answersOf(model, steering), name: model.identity.name };
  });
  const note = JSON.stringify({ model: steered.name, plan: steered.steering.fingerprint });
  const { changes, warnings } = await write(this, flags, steered.steering, note);
  for (const warning of warnings) terminal.say(`warning: ${warning}`);
  // An export as a folder: its tokenizer may lie beside the folder of its graph.
  const copy = await loadModel({
    model: out,
    precision: flags.precision,
    threads: flags.threads,
    cacheDirectory: flags.cache,
  });
  const comparison = await compare(copy, steered.answers).finally(() => copy.dispose());
  if (flags.json) {
    terminal.printJson({ out, changes, warnings, comparison });
    return;
  }
  printChanges(this, changes);
  const { prompts, sameAnswers, largestDifference } = comparison;
  if (prompts === 0) terminal.print('not compared: the model has no tokenizer');
  else
    terminal.print(
      `beside the model steered at run time: the same ${NEW_TOKENS} greedy tokens on ${sameAnswers} of ${prompts} prompts; log-probabilities of its answers differ by ${largestDifference.toExponential(1)} a token at most`,
    );
  terminal.print(`steered copy → ${out}`);
}

async function write(
  { terminal, signal }: AusteerContext,
  flags: BakeFlags,
  steering: SteeringValues,
  note: string,
): Promise<{ changes: readonly BakedChange[]; warnings: readonly string[] }> {
  const { model, out, columns, siteMap, cache, offline } = flags;
  const call = { steering, note, signal, onProgress: terminal.progress };
  const resolved = await resolveModel({
    model,
    cacheDirectory: cache,
    ...(offline && { offline: true }),
    signal,
  });
  const files = Object.values(resolved.files);
  const gguf = files.find((file) => file.toLowerCase().endsWith('.gguf'));
  if (gguf !== undefined) {
    return bakeGguf({ ...call, file: await openGguf(gguf), path: out, columnType: columns });
  }
  const { changes } = await bakeOnnx({
    ...call,
    path: files.length === 1 ? files[0]! : resolved.directory,
    folder: out,
    ...(siteMap !== undefined && { siteMap: await readSiteMap(siteMap) }),
  });
  return { changes, warnings: [] };
}

interface Answer {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  /** Of the tokens, per token; `undefined` where the answer ended at once. */
  readonly logProbability: number | undefined;
}

async function answersOf(model: LanguageModel, steering?: SteeringValues): Promise<Answer[]> {
  const { tokenizer } = model;
  if (tokenizer === undefined) return [];
  const prompts = PROMPTS.map((prompt) => encodePrompt(tokenizer, prompt));
  const options = steering && { steering };
  const generations = await model.generate(prompts, { maxNewTokens: NEW_TOKENS, ...options });
  const answers = generations.map(({ tokens }, row) => ({ prompt: prompts[row]!, tokens }));
  return withScores(model, answers, options);
}

async function withScores(
  model: LanguageModel,
  answers: readonly Pick<Answer, 'prompt' | 'tokens'>[],
  options?: { steering: SteeringValues },
): Promise<Answer[]> {
  const items = answers.map(({ prompt, tokens }) => ({
    prompt,
    candidates: tokens.length > 0 ? [tokens] : [],
  }));
  const scores = await model.score(items, options);
  return answers.map(({ prompt, tokens }, row) => {
    const sum = scores[row]!.logProbabilities[0];
    return { prompt, tokens, logProbability: sum === undefined ? undefined : sum / tokens.length };
  });
}

async function compare(copy: LanguageModel, steered: readonly Answer[]): Promise<Comparison> {
  const own = await answersOf(copy);
  const same = steered.filter(({ tokens }, row) => tokens.join() === own[row]?.tokens.join());
  const scored = await withScores(copy, steered);
  const differences = steered.map(({ logProbability }, row) =>
    Math.abs((logProbability ?? 0) - (scored[row]!.logProbability ?? 0)),
  );
  return {
    prompts: steered.length,
    sameAnswers: same.length,
    largestDifference: Math.max(0, ...differences),
  };
}

const WORDS: Readonly<Record<BakedChange['change'], string>> = {
  rows: 'rows of weights scaled',
  columns: 'columns of weights scaled',
  bias: 'biases',
  operator: 'operators with constants',
};

function printChanges({ terminal }: AusteerContext, changes: readonly BakedChange[]): void {
  const kinds = new Map<string, BakedChange[]>();
  for (const change of changes) {
    const [before, after] = change.types;
    const key = `${WORDS[change.change]}|${before === after ? after : `${before} → ${after}`}`;
    kinds.set(key, [...(kinds.get(key) ?? []), change]);
  }
  const rows = [...kinds].map(([key, members]) => [
    ...key.split('|'),
    String(members.length),
    Math.max(...members.map(({ error }) => error)).toExponential(1),
  ]);
  terminal.print(formatTable(['what', 'type', 'tensors', 'largest rounding error'], rows));
}

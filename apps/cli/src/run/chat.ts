import { createInterface } from 'node:readline';
import { AusteerError, InvalidArgumentError } from '@austeer/core';
import { loadModelInWorker } from '@austeer/runtime';
import { CHAT_COMMANDS, type ChatLine, parseChatLine } from '../chat/chat-line.ts';
import {
  atStrength,
  type ChatAnswer,
  type ChatSteering,
  type Conversation,
  createConversation,
} from '../chat/conversation.ts';
import type { ChatFlags } from '../commands/chat.ts';
import { type AusteerContext, InterruptedError } from '../context.ts';
import { withModel } from '../load.ts';
import { createSideBySide } from '../output/side-by-side.ts';
import { formatTable } from '../output/table.ts';
import { printable } from '../output/text-width.ts';
import { planOfFlags } from '../plan-of-flags.ts';

/** Terminals narrower than this get one answer after the other. */
const TWO_COLUMNS = 80;

interface Turn {
  readonly text: string;
  readonly steering: { readonly alpha: number; readonly k: number } | null;
  readonly answers: readonly ChatAnswer[];
}

export async function runChat(this: AusteerContext, flags: ChatFlags): Promise<void> {
  const { terminal } = this;
  await withModel(
    this,
    flags,
    async (model) => {
      const { tokenizer, identity } = model;
      if (tokenizer === undefined) {
        throw new InvalidArgumentError({
          argument: 'model',
          given: `${identity.name} without a tokenizer`,
          expected: 'a model with a tokenizer, which texts need',
        });
      }
      const loadPlan = async (
        path: string | undefined,
        alpha?: number,
      ): Promise<ChatSteering | undefined> => {
        const plan = await planOfFlags(this, { plan: path, alpha }, identity);
        return plan && { plan, k: Math.min(flags.k ?? plan.edits.length, plan.edits.length), on: true };
      };
      const { maxNewTokens, temperature, seed, system } = flags;
      const conversation = createConversation({
        model: { ...model, tokenizer },
        steering: await loadPlan(flags.plan, flags.alpha),
        system,
        generation: { maxNewTokens, temperature, seed },
      });
      if (this.stdin.isTTY === true && !flags.json) greet(this, conversation, identity.name);
      const turns = await converse(this, conversation, { json: flags.json, loadPlan });
      if (flags.json) terminal.printJson({ model: identity.name, turns });
    },
    loadModelInWorker,
  );
}

/** Reads lines until there are no more, and answers each. */
async function converse(
  context: AusteerContext,
  conversation: Conversation,
  options: { json: boolean; loadPlan: (path: string) => Promise<ChatSteering | undefined> },
): Promise<Turn[]> {
  const { terminal, stdin, signal } = context;
  const { json, loadPlan } = options;
  const interactive = stdin.isTTY === true;
  const lines = createInterface({
    input: stdin,
    terminal: interactive,
    ...(interactive && { output: process.stderr, prompt: terminal.style('bold', '› ') }),
  });
  let answering: AbortController | undefined;
  let left: InterruptedError | undefined;
  // A terminal that reads lines gets Ctrl-C as a key.
  lines.on('SIGINT', () => {
    if (answering !== undefined) answering.abort();
    else {
      left = new InterruptedError('Left.');
      lines.close();
    }
  });
  const close = (): void => lines.close();
  signal.addEventListener('abort', close, { once: true });
  const turns: Turn[] = [];
  try {
    if (interactive) lines.prompt();
    for await (const line of lines) {
      try {
        const parsed = parseChatLine(line);
        if (parsed.kind === 'quit') break;
        if (parsed.kind === 'say') {
          answering = new AbortController();
          const stop = AbortSignal.any([signal, answering.signal]);
          turns.push(await answer(context, conversation, { text: parsed.text, json, stop }));
        } else await command(context, conversation, parsed, loadPlan);
      } catch (error) {
        signal.throwIfAborted();
        if (answering?.signal.aborted) terminal.say('\nStopped; this turn is forgotten.');
        else if (AusteerError.isInstance(error)) terminal.say(error.message);
        else throw error;
      } finally {
        answering = undefined;
      }
      if (interactive) lines.prompt();
    }
  } finally {
    signal.removeEventListener('abort', close);
    lines.close();
  }
  signal.throwIfAborted();
  if (left !== undefined) throw left;
  return turns;
}

/** One turn on the screen, or quietly for a JSON document. */
async function answer(
  context: AusteerContext,
  conversation: Conversation,
  { text, json, stop }: { text: string; json: boolean; stop: AbortSignal },
): Promise<Turn> {
  const { terminal, process } = context;
  const { steering } = conversation;
  const both = steering?.on === true;
  const columns = terminal.columns ?? 0;
  const write = (piece: string): void => void process.stdout.write(piece);
  const title = (side: string): string => terminal.style(side === 'vanilla' ? 'dim' : 'cyan', side);
  let onText: (side: ChatAnswer['side'], piece: string) => void = () => undefined;
  let finish = (_answers: readonly ChatAnswer[]): void => undefined;
  if (!json && both && columns >= TWO_COLUMNS) {
    const half = Math.floor((columns - 5) / 2);
    write(`${title('vanilla')}${' '.repeat(half - 'vanilla'.length + 5)}${title('steered')}\n`);
    const dim = (piece: string): string => terminal.style('dim', piece);
    const view = createSideBySide({ write, columns, rows: terminal.rows ?? 24, dim });
    onText = (side, piece) => view.write(side === 'vanilla' ? 0 : 1, piece);
    finish = () => view.close();
  } else if (!json) {
    // The first side as it is written, the other after it.
    write(`${title('vanilla')}  `);
    onText = (side, piece) => {
      if (side === 'vanilla') write(printable(piece));
    };
    finish = (answers) => {
      write('\n');
      for (const { side, text: whole } of answers.slice(1)) write(`${title(side)}  ${printable(whole)}\n`);
    };
  }
  const answers = await conversation.ask(text, { signal: stop, onText });
  finish(answers);
  return {
    text,
    steering: both ? { alpha: steering.plan.strength, k: steering.k } : null,
    answers,
  };
}

async function command(
  context: AusteerContext,
  conversation: Conversation,
  line: Exclude<ChatLine, { kind: 'say' }>,
  loadPlan: (path: string) => Promise<ChatSteering | undefined>,
): Promise<void> {
  const { terminal } = context;
  const steering = conversation.steering;
  switch (line.kind) {
    case 'nothing':
      return;
    case 'help':
      terminal.say(
        formatTable(
          ['', ''],
          CHAT_COMMANDS.map((row) => [...row]),
        ).trim(),
      );
      return;
    case 'reset':
      conversation.reset();
      terminal.say('Forgotten.');
      return;
    case 'plan':
      conversation.steer(await loadPlan(line.path));
      break;
    default:
      if (steering === undefined) {
        terminal.say('There is no plan to steer by: /plan file');
        return;
      }
      conversation.steer(change(steering, line));
  }
  terminal.say(describe(conversation.steering));
}

function change(steering: ChatSteering, line: Exclude<ChatLine, { kind: 'say' }>): ChatSteering {
  if (line.kind === 'alpha') return atStrength(steering, line.alpha);
  if (line.kind === 'k') return { ...steering, k: Math.min(line.k, steering.plan.edits.length), on: true };
  return { ...steering, on: line.kind === 'on' };
}

function describe(steering: ChatSteering | undefined): string {
  if (steering === undefined) return 'Not steered; /plan file steers.';
  if (!steering.on) return 'Not steered; /on goes on steering.';
  const { plan, k } = steering;
  return `Steered: ${k} of ${plan.edits.length} units at strength ${plan.strength}.`;
}

function greet({ terminal }: AusteerContext, { steering }: Conversation, model: string): void {
  terminal.say(
    `${model}. ${describe(steering)} /help lists commands; Ctrl-C stops an answer, Ctrl-D leaves.`,
  );
}

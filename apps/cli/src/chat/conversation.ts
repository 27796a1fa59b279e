/**
 * A conversation with a model twice: as it is, and steered. Each side remembers its own answers.
 *
 * @module
 */
import {
  type ChatMessage,
  encodePrompt,
  type GenerateOptions,
  type Generation,
  type LanguageModel,
  type Tokenizer,
} from '@austeer/core';
import { NoChatTemplateError } from '@austeer/runtime';
import { compilePlan, restrictPlan, type SteeringPlan, withStrength } from '@austeer/steering';

/** One side's answer. */
export interface ChatAnswer {
  readonly side: 'vanilla' | 'steered';
  readonly text: string;
  readonly finish: Generation['finish'];
}

/** How the steered side is steered now. */
export interface ChatSteering {
  readonly plan: SteeringPlan;
  /** Units of the plan in use, from its first. */
  readonly k: number;
  readonly on: boolean;
}

/** A conversation. */
export interface Conversation {
  readonly steering: ChatSteering | undefined;
  /** Changes how it is steered from the next answer on. */
  steer(steering: ChatSteering | undefined): void;
  /** Forgets what was said. */
  reset(): void;
  /**
   * Asks both sides. Stopped by the signal, the turn is forgotten.
   *
   * @param onText called with each piece of an answer as it is written
   */
  ask(
    text: string,
    options: {
      signal: AbortSignal;
      onText: (side: ChatAnswer['side'], text: string) => void;
    },
  ): Promise<ChatAnswer[]>;
}

/** Starts one. */
export function createConversation(options: {
  model: LanguageModel & { readonly tokenizer: Tokenizer };
  steering?: ChatSteering | undefined;
  /** Said to the model before everything. */
  system?: string | undefined;
  generation: Pick<GenerateOptions, 'maxNewTokens' | 'temperature' | 'topK' | 'topP' | 'seed'>;
}): Conversation {
  const { model, system, generation } = options;
  const beginning: ChatMessage[] = system === undefined ? [] : [{ role: 'system', content: system }];
  let steering = options.steering;
  let said = { vanilla: beginning, steered: beginning };
  return {
    get steering() {
      return steering;
    },
    steer(next) {
      steering = next;
    },
    reset() {
      said = { vanilla: beginning, steered: beginning };
    },
    async ask(text, { signal, onText }) {
      const sides = steering?.on ? (['vanilla', 'steered'] as const) : (['vanilla'] as const);
      const asked = sides.map((side): ChatMessage[] => [...said[side], { role: 'user', content: text }]);
      const values = steering?.on ? valuesOf(steering, model) : undefined;
      const answers = await model.generate(
        asked.map((messages) => encodePrompt(model.tokenizer, promptOf(model.tokenizer, messages))),
        {
          ...generation,
          signal,
          ...(values && { steering: [undefined, values] }),
          onToken: ({ row, text: piece }) => onText(sides[row]!, piece),
        },
      );
      // A side that is off goes on from what the other side said.
      const next = sides.map((_, row): ChatMessage[] => [
        ...asked[row]!,
        { role: 'assistant', content: answers[row]!.text },
      ]);
      said = { vanilla: next[0]!, steered: next[1] ?? next[0]! };
      return answers.map(({ text: answer, finish }, row) => ({ side: sides[row]!, text: answer, finish }));
    },
  };
}

function valuesOf({ plan, k }: ChatSteering, model: LanguageModel) {
  return compilePlan(restrictPlan(plan, { top: k }), model.identity, { tokenStrength: true });
}

/** By the model's own template; without one, what was said, line by line. */
function promptOf(tokenizer: Tokenizer, messages: readonly ChatMessage[]): string {
  try {
    return tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
  } catch (error) {
    if (!(error instanceof NoChatTemplateError)) throw error;
    return messages.map(({ content }) => `${content}\n`).join('');
  }
}

/** The same plan with another strength. */
export function atStrength(steering: ChatSteering, alpha: number): ChatSteering {
  return { ...steering, plan: withStrength(steering.plan, alpha), on: true };
}

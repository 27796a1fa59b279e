/**
 * Replies that are paid for once: a judge with a memory.
 *
 * @module
 */
import { canonicalJson, type Judge, type JudgeQuestion, type JudgeReply, sha256 } from '@austeer/core';

/** Where replies are kept. `replyFiles` of `@austeer/evaluators/node` keeps them in a folder. */
export interface ReplyStore {
  read(key: string): Promise<RememberedReply | undefined>;
  /** Kept for good when it resolves. */
  write(key: string, entry: RememberedReply): Promise<void>;
}

/** A reply and what it answers. */
export interface RememberedReply {
  readonly judge: { readonly name: string; readonly version: string };
  readonly question: Omit<JudgeQuestion, 'id'>;
  readonly reply: JudgeReply;
}

/** A judge that asks nothing twice. */
export interface RememberingJudge extends Judge {
  /** Questions that would have to be asked, each text once. */
  unanswered(questions: readonly JudgeQuestion[]): Promise<JudgeQuestion[]>;
}

/**
 * Puts a memory around a judge. Each reply is kept before the next question of its worker is asked, so that a run that
 * was killed goes on where it was; equal questions of equal versions are asked once.
 *
 * What the judge wrote is kept, also without a verdict in it: asking again would cost again. A failure of the service
 * is not kept, and asked again by the next run.
 *
 * @example
 * ```ts
 * declare const judge: Judge;
 * const kept = new Map<string, RememberedReply>();
 * const store = {
 *   read: async (key: string) => kept.get(key),
 *   write: async (key: string, entry: RememberedReply) => void kept.set(key, entry),
 * };
 * const remembering = rememberReplies(judge, { store });
 * console.log((await remembering.unanswered([])).length);
 * ```
 */
export function rememberReplies(judge: Judge, { store }: { store: ReplyStore }): RememberingJudge {
  const { name, version } = judge;
  const keyOf = ({ instruction, first, second }: JudgeQuestion): string =>
    sha256(canonicalJson({ name, version, instruction, first, second }));

  /** Places of each distinct question, and its reply where it is known. */
  const sort = async (questions: readonly JudgeQuestion[]) => {
    const groups = new Map<
      string,
      { question: JudgeQuestion; places: number[]; known: JudgeReply | undefined }
    >();
    for (const [index, question] of questions.entries()) {
      const key = keyOf(question);
      const group = groups.get(key);
      if (group !== undefined) group.places.push(index);
      else groups.set(key, { question, places: [index], known: (await store.read(key))?.reply });
    }
    return [...groups].map(([key, group]) => ({ key, ...group }));
  };

  return {
    name,
    version,
    async unanswered(questions) {
      return (await sort(questions))
        .filter(({ known }) => known === undefined)
        .map(({ question }) => question);
    },
    async compare(questions, { onReply, onProgress, ...options } = {}) {
      options.signal?.throwIfAborted();
      const groups = await sort(questions);
      const replies = new Array<JudgeReply>(questions.length);
      let done = 0;
      const settle = async (places: readonly number[], reply: JudgeReply): Promise<void> => {
        for (const index of places) {
          options.signal?.throwIfAborted();
          replies[index] = reply;
          await onReply?.({ index, reply });
          onProgress?.({ stage: 'judge', done: ++done, total: questions.length });
        }
      };
      for (const { places, known } of groups) if (known !== undefined) await settle(places, known);
      const open = groups.filter(({ known }) => known === undefined);
      if (open.length === 0) return replies;
      await judge.compare(
        open.map(({ question }) => question),
        {
          ...options,
          async onReply({ index, reply }) {
            const { key, question, places } = open[index]!;
            const { instruction, first, second } = question;
            if (reply.text !== undefined || reply.verdict !== undefined) {
              await store.write(key, {
                judge: { name, version },
                question: { instruction, first, second },
                reply,
              });
            }
            await settle(places, reply);
          },
        },
      );
      return replies;
    },
  };
}

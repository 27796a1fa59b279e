import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Judge, JudgeQuestion, JudgeReply } from '@austeer/core';
import { describeJudge } from '@austeer/core/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { replyFiles } from '../node/reply-files.ts';
import { rememberReplies } from './remember-replies.ts';

const root = mkdtempSync(join(tmpdir(), 'austeer-replies-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
let folder: string;
let asked: string[];
beforeEach(() => {
  folder = join(root, String(count++));
  asked = [];
});

const judgeOf = (reply: (question: JudgeQuestion) => JudgeReply, version = '1'): Judge => ({
  name: 'rule',
  version,
  async compare(questions, { signal, onReply, onProgress } = {}) {
    const replies = [];
    for (const [index, question] of questions.entries()) {
      signal?.throwIfAborted();
      asked.push(question.id);
      replies.push(reply(question));
      await onReply?.({ index, reply: replies[index]! });
      onProgress?.({ stage: 'judge', done: index + 1, total: questions.length });
    }
    return replies;
  },
});
const longer = ({ first, second }: JudgeQuestion): JudgeReply => ({
  verdict: first.length > second.length ? 'first' : 'second',
  text: 'by length',
});
const question = (id: string, first = id): JudgeQuestion => ({
  id,
  instruction: 'Speak.',
  first,
  second: 'ab',
});
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe('rememberReplies', () => {
  describeJudge({
    name: 'rememberReplies over replyFiles',
    create: () =>
      rememberReplies(judgeOf(longer), { store: replyFiles(join(root, `conformance-${count++}`)) }),
  });

  it('asks nothing twice: not within a call, not in the next program', async () => {
    const questions = [question('1', 'a'), question('2', 'abc'), question('3', 'a')];
    const first = rememberReplies(judgeOf(longer), { store: replyFiles(folder) });
    expect((await first.unanswered(questions)).map(({ id }) => id)).toEqual(['1', '2']);
    const replies = await first.compare(questions);
    expect(replies.map(({ verdict }) => verdict)).toEqual(['second', 'first', 'second']);
    const second = rememberReplies(judgeOf(longer), { store: replyFiles(folder) });
    expect(await second.compare(questions)).toEqual(replies);
    expect(await second.unanswered(questions)).toEqual([]);
    expect(asked).toEqual(['1', '2']);
    const other = rememberReplies(judgeOf(longer, '2'), { store: replyFiles(folder) });
    expect(await other.unanswered(questions)).toHaveLength(2);
  });

  it('keeps what the judge wrote, and asks again where the service failed', async () => {
    const failing = judgeOf(({ id }) =>
      id === '1' ? { missing: 'timeout' } : { missing: 'unparsed', text: 'Hm.' },
    );
    const questions = [question('1'), question('2')];
    await rememberReplies(failing, { store: replyFiles(folder) }).compare(questions);
    const replies = await rememberReplies(judgeOf(longer), { store: replyFiles(folder) }).compare(questions);
    expect(replies).toMatchObject([{ verdict: 'second' }, { missing: 'unparsed' }]);
    expect(asked).toEqual(['1', '2', '1']);
  });

  it('keeps each reply before the next question is asked', async () => {
    const breaking = judgeOf((one) => {
      if (one.id === '3') throw new Error('killed');
      return longer(one);
    });
    const questions = ['1', '2', '3', '4'].map((id) => question(id));
    const store = replyFiles(folder);
    await expect(rememberReplies(breaking, { store }).compare(questions)).rejects.toThrow('killed');
    expect(files()).toHaveLength(2);
    await rememberReplies(judgeOf(longer), { store }).compare(questions);
    expect(asked).toEqual(['1', '2', '3', '3', '4']);
  });

  it('refuses a file that it did not write', async () => {
    const judge = rememberReplies(judgeOf(longer), { store: replyFiles(folder) });
    await judge.compare([question('1')]);
    const [path] = files();
    for (const [content, problem] of [
      ['{', 'not JSON'],
      ['null', 'version 1'],
      [readFileSync(path!, 'utf8').replace('"verdict"', '"verdikt"'), 'a field is missing'],
    ] as const) {
      writeFileSync(path!, content);
      await expect(judge.compare([question('1')])).rejects.toThrow(problem);
    }
  });
});

/**
 * Answers of two conditions to the same instructions, out of a run log or two files.
 *
 * @module
 */
import { FileFormatError } from '@austeer/core';
import type { AnsweredItem } from '@austeer/evaluators';
import { readRunLog } from '@austeer/experiments';
import { readJsonLines } from '@austeer/pairs';
import type { AnswerFlags } from './answer-flags.ts';
import { usageError } from './flags.ts';

/** Both answers of every item, under the names of `conditions`: the baseline's, then the candidate's. */
export interface ComparedAnswers {
  readonly conditions: readonly [string, string];
  readonly items: readonly AnsweredItem[];
}

/** Reads the test answers of the run, or the two files. */
export async function readAnswers(flags: AnswerFlags): Promise<ComparedAnswers> {
  const { run, first, second } = flags;
  if (run !== undefined && first === undefined && second === undefined) return readRun(run, flags);
  if (run === undefined && first !== undefined && second !== undefined) {
    const one = { name: 'first', path: first, rows: await readFile(first) };
    return join(one, { name: 'second', path: second, rows: await readFile(second) });
  }
  throw usageError('--run, --first, --second', 'something else', '--run, or --first and --second');
}

interface Row {
  readonly id: string;
  readonly instruction: string;
  readonly answer: string;
}
interface Side {
  readonly name: string;
  readonly path: string;
  readonly rows: readonly Row[];
}

async function readRun(run: string, { baseline, candidate }: AnswerFlags): Promise<ComparedAnswers> {
  const answers = (await readRunLog(run)).answers.filter(({ phase }) => phase === 'test');
  const side = (name: string): Side => {
    const rows = answers.filter((line) => line.condition === name);
    if (rows.length === 0) {
      const known = [...new Set(answers.map(({ condition }) => condition))];
      throw usageError('condition', name, `one that ${run} has test answers of: ${known.join(', ')}`);
    }
    return {
      name,
      path: run,
      rows: rows.map(({ id, question, prompt, answer }) => ({ id, instruction: question ?? prompt, answer })),
    };
  };
  return join(side(baseline), side(candidate));
}

async function readFile(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { line, value } of readJsonLines(path)) {
    const row = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const instruction = row.instruction ?? row.question ?? row.prompt;
    const { id = String(rows.length + 1), answer } = row;
    if (typeof instruction !== 'string' || typeof answer !== 'string' || typeof id !== 'string') {
      throw new FileFormatError({
        path: `${path}, line ${line}`,
        format: 'answers',
        problem: 'it is not of the form {"id": "…", "instruction": "…", "answer": "…"}',
      });
    }
    rows.push({ id, instruction, answer });
  }
  return rows;
}

/** The same items on both sides, or an error: an answer without its other cannot be compared. */
function join(baseline: Side, candidate: Side): ComparedAnswers {
  const others = indexRows(candidate);
  const items = [...indexRows(baseline).values()].map(({ id, instruction, answer }) => {
    const other = others.get(id);
    if (other === undefined) throw mismatch(candidate, `it has no answer to "${id}"`);
    if (other.instruction !== instruction) throw mismatch(candidate, `"${id}" asks something else there`);
    return { id, instruction, answers: { [baseline.name]: answer, [candidate.name]: other.answer } };
  });
  const extra = candidate.rows.length - items.length;
  if (extra > 0) throw mismatch(candidate, `it has ${extra} answers more than ${baseline.path}`);
  return { conditions: [baseline.name, candidate.name], items };
}

function indexRows(side: Side): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const row of side.rows) {
    if (rows.has(row.id)) throw mismatch(side, `it has "${row.id}" twice`);
    rows.set(row.id, row);
  }
  return rows;
}

function mismatch({ path, name }: Side, problem: string): FileFormatError {
  return new FileFormatError({
    path: `${path} (${name})`,
    format: 'answers',
    problem,
    advice: 'Both sides must answer the same items',
  });
}

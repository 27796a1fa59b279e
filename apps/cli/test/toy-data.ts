/**
 * Published files of two tasks, toy rows, as short as the tiny model's context wants them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the files and gives the folder. */
export function writeToyData(folder: string): string {
  const data = join(folder, 'data');
  const lines = (path: string, rows: readonly object[]): void => {
    mkdirSync(join(data, path, '..'), { recursive: true });
    writeFileSync(join(data, path), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  };
  const boolq = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      question: `is ${kind} ${index} even`,
      title: 'n',
      answer: index % 2 === 0,
      passage: `It is ${index}.`,
    }));
  const winogrande = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      sentence: `${kind} ${index}: _ won.`,
      option1: 'Ann',
      option2: 'Bob',
      answer: index % 2 === 0 ? '1' : '2',
    }));
  lines('boolq/train.jsonl', boolq('pair', 12));
  lines('boolq/dev.jsonl', boolq('item', 60));
  lines('winogrande/train_m.jsonl', winogrande('Pair', 12));
  lines('winogrande/dev.jsonl', winogrande('Item', 60));
  return data;
}

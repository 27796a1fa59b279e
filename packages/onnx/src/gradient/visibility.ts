/**
 * Which tokens of a row see which.
 *
 * @module
 */
import type { Arithmetic } from './arithmetic.ts';

/** What an unseen token's score is lowered by: softmax makes 0 of it. */
const UNSEEN = -1e9;

/**
 * Writes masks `[rows, 1, 1, tokens, tokens]`, one for each window and each made once. A token sees itself and those
 * before it, of the prompt (branch 0) and of its own branch, as far back as the window goes by position.
 *
 * @param given.positions int64 `[rows, tokens]`
 * @param given.branches int64 `[rows, tokens]`
 */
export function createMasks(
  { node, whole, number, subtract, graph }: Arithmetic,
  { positions, branches }: { positions: string; branches: string },
): (window: number | undefined) => string {
  const asColumn = (value: string): string => node('Unsqueeze', [value, whole([2])]);
  const asRow = (value: string): string => node('Unsqueeze', [value, whole([1])]);
  const both = (a: string, b: string): string => node('And', [a, b]);
  // Columns of the rectangle, [1, tokens]: 0, 1, 2, …
  const ones = node('ConstantOfShape', [
    graph.node('Shape', [branches], 1, { attributes: { start: { int: 1 }, end: { int: 2 } } })[0],
  ]);
  const columns = node('Unsqueeze', [
    node('CumSum', [node('Add', [ones, number(1)]), whole([0])]),
    whole([0]),
  ]);
  const before = node('GreaterOrEqual', [asColumn(columns), asRow(columns)]);
  const ofPrompt = node('Equal', [asRow(branches), whole([0])]);
  const ofBranch = node('Equal', [asColumn(branches), asRow(branches)]);
  const everything = both(before, node('Or', [ofPrompt, ofBranch]));
  const made = new Map<number | undefined, string>();
  return (window) => {
    const known = made.get(window);
    if (known !== undefined) return known;
    const seen =
      window === undefined
        ? everything
        : both(everything, node('Less', [subtract(asColumn(positions), asRow(positions)), whole([window])]));
    const mask = node('Unsqueeze', [node('Where', [seen, number(0), number(UNSEEN)]), whole([1, 2])]);
    made.set(window, mask);
    return mask;
  };
}

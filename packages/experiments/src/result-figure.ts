/**
 * Tables and figures as data: what an experiment ends in and what the report draws. A reader computes nothing anew.
 *
 * @module
 */

/** A measured number. One that could not be had is `null` in its place, never 0. */
export interface Estimate {
  readonly value: number;
  /** Ends of the 95 % interval. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Items behind it. */
  readonly items?: number | undefined;
  /** The paper's number for the same cell. */
  readonly paper?: number | undefined;
  /** For example of a paired test against vanilla. */
  readonly pValue?: number | undefined;
  /** What to know of this number; a short sentence. */
  readonly note?: string | undefined;
}

/** Rows by columns. */
export interface TableFigure {
  readonly kind: 'table';
  readonly columns: readonly {
    readonly key: string;
    readonly label: string;
    /** How numbers are written. @default 'number' */
    readonly format?: 'number' | 'share' | 'count' | 'seconds' | 'bytes' | 'text' | undefined;
  }[];
  /** `cells` by column key; a key that is left out does not apply, `null` could not be had. */
  readonly rows: readonly {
    readonly label: string;
    readonly cells: Readonly<Record<string, Estimate | string | null>>;
  }[];
}

/** Lines over a number, with intervals as bands. */
export interface CurvesFigure {
  readonly kind: 'curves';
  readonly x: { readonly label: string; readonly scale: 'linear' | 'log' };
  readonly y: { readonly label: string };
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: Estimate | null }[];
  }[];
  /** Horizontal lines, for example vanilla. */
  readonly references?: readonly { readonly name: string; readonly y: number }[] | undefined;
}

/** A number for each pair of categories: sweeps, overlaps. */
export interface HeatMapFigure {
  readonly kind: 'heatmap';
  readonly x: { readonly label: string; readonly values: readonly (string | number)[] };
  readonly y: { readonly label: string; readonly values: readonly (string | number)[] };
  readonly valueLabel: string;
  /** `values[y][x]` */
  readonly values: readonly (readonly (Estimate | null)[])[];
  /** Column and row of the cell that was chosen. */
  readonly chosen?: readonly [x: number, y: number] | undefined;
}

/** A score for each unit: layers × dimensions. */
export interface ScoreMapFigure {
  readonly kind: 'score-map';
  readonly site: string;
  readonly valueLabel: string;
  /** `values[layer][index]`; many dimensions may be averaged into one column, `dimensionsPerColumn` of them. */
  readonly values: readonly (readonly number[])[];
  readonly dimensionsPerColumn: number;
}

/** How often values occur. */
export interface HistogramFigure {
  readonly kind: 'histogram';
  readonly x: { readonly label: string };
  readonly series: readonly {
    readonly name: string;
    readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  }[];
}

/** Points in a plane, for example predicted against measured. */
export interface ScatterFigure {
  readonly kind: 'scatter';
  readonly x: { readonly label: string };
  readonly y: { readonly label: string };
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly label?: string | undefined;
    }[];
  }[];
}

/** What a figure shows. */
export type FigureContent =
  | TableFigure
  | CurvesFigure
  | HeatMapFigure
  | ScoreMapFigure
  | HistogramFigure
  | ScatterFigure;

/** A table or figure with all that a reader needs beside it. */
export interface ResultFigure {
  /** As in the paper where it is one of it: `table1`, `fig10`. Ends in `.1`, `.2`, … where one has several parts. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what is seen, and how it was measured. */
  readonly caption: string;
  /** What differs from the paper (model, data size, selection), and what could not be had. */
  readonly notes: readonly string[];
  /** Command that makes it. */
  readonly command: string;
  readonly content: FigureContent;
}

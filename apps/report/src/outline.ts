/**
 * The parts of a report, for its contents and its sections alike.
 *
 * @module
 */
import type { ReportComparison, ReportData, ReportRun } from '@austeer/experiments';

/** A section of a run. */
export type RunSection = 'effect' | 'setting' | 'units' | 'samples' | 'provenance';

const SECTION_TITLES: Readonly<Record<RunSection, string>> = {
  effect: 'Effect',
  setting: 'Setting',
  units: 'Units',
  samples: 'Samples',
  provenance: 'Provenance',
};

/** A line of the contents. */
export interface OutlineEntry {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly { readonly id: string; readonly title: string; readonly section?: RunSection }[];
}

/** The outline of one run: the sections that it has something for. */
export function runOutline(run: ReportRun): OutlineEntry {
  const { header, samples, scoreMaps } = run;
  const sections: RunSection[] = [
    'effect',
    ...(header.selection === undefined || header.selection.cells.length === 0 ? [] : (['setting'] as const)),
    ...(header.localization === undefined && scoreMaps.length === 0 ? [] : (['units'] as const)),
    ...(samples.length === 0 ? [] : (['samples'] as const)),
    'provenance',
  ];
  const id = slug(run.name);
  return {
    id,
    title: run.name,
    parts: sections.map((section) => ({ id: `${id}.${section}`, title: SECTION_TITLES[section], section })),
  };
}

/** The outline of a comparison of methods. */
export function comparisonOutline({ name, samples }: ReportComparison): OutlineEntry {
  const id = slug(name);
  return {
    id,
    title: name,
    parts: [
      { id: `${id}.methods`, title: 'Methods' },
      ...(samples.length === 0 ? [] : [{ id: `${id}.samples`, title: 'Samples' }]),
    ],
  };
}

/** The outline of the figures of experiments. */
export function figuresOutline({ figures }: Pick<ReportData, 'figures'>): OutlineEntry | undefined {
  if (figures.length === 0) return undefined;
  return {
    id: 'figures',
    title: 'Experiments',
    parts: figures.map(({ id, title }) => ({ id: `figure.${slug(id)}`, title })),
  };
}

/** A name as part of an id in the page. */
export function slug(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-');
}

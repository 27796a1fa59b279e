import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FileMissingError } from '@austeer/core';
import { writeFileAtomic } from '@austeer/core/node';
import { embedReportData, readReportData } from '@austeer/experiments';
import type { ReportFlags } from '../commands/report.ts';
import type { AusteerContext } from '../context.ts';
import { TOOL } from '../tool.ts';

/** The built page; beside the sources as beside what is built of them. */
const PAGE = fileURLToPath(new URL('../../dist/report.html', import.meta.url));

export async function runReport(
  this: AusteerContext,
  flags: ReportFlags,
  ...runs: readonly string[]
): Promise<void> {
  const { out, figures, json } = flags;
  const written = await writeReport({ runs, figures, out });
  if (json) this.terminal.printJson({ out, ...written });
  else {
    const parts = [
      ...(written.runs > 0 ? [`${written.runs} ${written.runs === 1 ? 'run' : 'runs'}`] : []),
      ...(written.comparisons > 0
        ? [`${written.comparisons} ${written.comparisons === 1 ? 'comparison' : 'comparisons'}`]
        : []),
      ...(written.figures > 0 ? [`${written.figures} figures`] : []),
    ];
    this.terminal.print(
      `${parts.join(', ')}, ${written.samples} ${written.samples === 1 ? 'sample' : 'samples'}, ${(written.bytes / 1e6).toFixed(1)} MB → ${out}`,
    );
  }
}

/** Writes the page of some runs and figures, whole or not at all. */
export async function writeReport(options: {
  runs: readonly string[];
  figures?: string | undefined;
  out: string;
}): Promise<{ runs: number; comparisons: number; figures: number; samples: number; bytes: number }> {
  const data = await readReportData({ runs: options.runs, figures: options.figures, tool: TOOL });
  const template = await readFile(PAGE, 'utf8').catch((cause) => {
    throw new FileMissingError({
      path: PAGE,
      what: 'Report page',
      advice: 'Build it: npm run setup in the workspace',
      cause,
    });
  });
  const page = Buffer.from(embedReportData(template, data, { path: PAGE }));
  await writeFileAtomic(options.out, page);
  return {
    runs: data.runs.length,
    comparisons: data.comparisons.length,
    figures: data.figures.length,
    samples: [...data.runs, ...data.comparisons].reduce(
      (sum, { samples }) => sum + samples.reduce((items, { ids }) => items + ids.length, 0),
      0,
    ),
    bytes: page.byteLength,
  };
}

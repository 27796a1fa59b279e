import { proveSites } from '@austeer/runtime';
import type { DoctorFlags } from '../commands/doctor.ts';
import type { AusteerContext } from '../context.ts';
import { adviceOnHugePages } from '../huge-pages.ts';
import { withModel } from '../load.ts';
import { formatTable } from '../output/table.ts';

/** 8-bit activations are rounded anew after every edit, so that numbers far from it move too. */
const ROUNDED_TOLERANCE = 0.05;
/** float16 keeps 11 bits; a unit may be ten times its layer's root mean square. */
const HALF_TOLERANCE = 0.01;
/** Rounding in 32 bits; also what another device changes where it computes operators together. */
const EXACT_TOLERANCE = 1e-4;

export async function runDoctor(this: AusteerContext, flags: DoctorFlags, name: string): Promise<void> {
  const { terminal, signal } = this;
  await withModel(this, { ...flags, model: name }, async (model) => {
    const { identity, details, contextLength } = model;
    const usual =
      details.format === 'gguf' && flags.precision !== 'fp32'
        ? ROUNDED_TOLERANCE
        : details.activationType === 'float16'
          ? HALF_TOLERANCE
          : EXACT_TOLERANCE;
    const sites = await proveSites({
      model,
      ...(flags.sites && { sites: flags.sites }),
      tolerance: flags.tolerance ?? usual,
      zeroTolerance:
        details.activationType === 'float16'
          ? HALF_TOLERANCE
          : details.device === 'cpu'
            ? 0
            : EXACT_TOLERANCE,
      signal,
      onProgress: terminal.progress,
    });
    const passed = sites.every((site) => site.passed);
    if (flags.json) {
      terminal.printJson({ model: identity, details, contextLength, passed, sites });
    } else {
      terminal.print(
        `${terminal.style('bold', identity.name)} · ${identity.architecture} · ${identity.layers} layers`,
      );
      terminal.print(`format     ${details.format}, ${details.precision}, on ${details.device}`);
      terminal.print(`attention  ${details.attention}, padding on the ${details.padding}`);
      terminal.print(
        `tokens     ${details.vocabularySize} in the vocabulary, ${contextLength} in the context`,
      );
      terminal.print(
        `tokenizer  ${model.tokenizer === undefined ? 'none: only calls that take token ids work' : 'yes'}`,
      );
      terminal.print(`weights    sha256 ${identity.weightsSha256 ?? 'unknown'}`);
      const advice =
        details.device === 'cpu' ? adviceOnHugePages({ environment: this.process.env ?? {} }) : undefined;
      if (advice !== undefined) terminal.print(`memory     ${advice}`);
      terminal.print();
      const rows = sites.flatMap(({ site, width, checks }) =>
        checks.map((check, index) => [
          index === 0 ? site : '',
          index === 0 ? String(width) : '',
          check.passed ? 'ok' : 'FAILED',
          check.name,
          check.detail,
        ]),
      );
      terminal.print(formatTable(['site', 'width', '', 'check', 'seen'], rows));
      terminal.print();
      terminal.print(
        passed
          ? terminal.style('green', 'All sites proven.')
          : terminal.style('red', 'A site failed: do not steer it on this model.'),
      );
    }
    if (!passed) this.process.exitCode = 1;
  });
}

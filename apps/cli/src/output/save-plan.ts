/**
 * A plan on paper and on disk.
 *
 * @module
 */
import { writeFileAtomic } from '@austeer/core/node';
import { describePlan, planToSafetensors, type SteeringPlan } from '@austeer/steering';
import type { AusteerContext } from '../context.ts';
import { formatTable } from './table.ts';

/** Writes the plan and says what it is. */
export async function savePlan(
  context: AusteerContext,
  plan: SteeringPlan,
  { out, json }: { out: string; json: boolean },
): Promise<void> {
  await writeFileAtomic(out, planToSafetensors(plan));
  if (json) context.terminal.printJson({ out, plan: describePlan(plan) });
  else {
    printPlan(context, plan);
    context.terminal.print(`plan → ${out}`);
  }
}

export function printPlan({ terminal }: AusteerContext, plan: SteeringPlan): void {
  const { sites, edits, strength } = describePlan(plan);
  const words = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  terminal.print(
    `${edits} units of ${plan.model.name} at strength ${strength}, at ${words(plan.positions)} positions` +
      (plan.schedule === 'constant' ? '' : `, on schedule ${words(plan.schedule)}`),
  );
  const range = ([low, high]: readonly [number, number]): string => `${low.toFixed(3)} … ${high.toFixed(3)}`;
  const rows = sites.map(({ site, edits: count, perLayer, gain, bias }) => [
    site,
    String(count),
    range(gain),
    range(bias),
    perLayer.flatMap((units, layer) => (units === 0 ? [] : [`${layer}:${units}`])).join(' '),
  ]);
  terminal.print(formatTable(['site', 'units', 'gain', 'bias', 'layer:units'], rows));
}

/**
 * Steering of a batch as the arrays that a graph takes.
 *
 * @module
 */
import { InvalidArgumentError, type RowSteering, type Site, type SteeringValues } from '@austeer/core';
import type { DecoderGraph } from '@austeer/onnx';
import type { SteeringNeeds } from '../steering-purpose.ts';
import { needsStrengths } from './row-strengths.ts';

/** The steering of each row of a call; `undefined` leaves a row alone. */
export type SteeringOfRow = (row: number) => SteeringValues | undefined;

/**
 * Checks the steering of a call against its rows and the model.
 *
 * @throws InvalidArgumentError for a wrong number of rows, layers or units, or a site the model lacks.
 */
export function resolveRowSteering(options: {
  steering: RowSteering | undefined;
  rows: number;
  layers: number;
  widths: Readonly<Partial<Record<Site, number>>>;
}): { of: SteeringOfRow; needs: SteeringNeeds } {
  const { steering, rows, layers, widths } = options;
  const perRow: readonly (SteeringValues | undefined)[] | undefined = isPerRow(steering)
    ? steering
    : undefined;
  if (perRow !== undefined && perRow.length !== rows) {
    throw new InvalidArgumentError({
      argument: 'steering',
      given: `${perRow.length} rows`,
      expected: `one value for all rows, or ${rows}, one for each`,
    });
  }
  const sites = new Set<Site>();
  let hasBias = false;
  for (const values of new Set(perRow ?? [steering as SteeringValues | undefined])) {
    if (values === undefined) continue;
    for (const [site, { gain, bias }] of Object.entries(values.sites) as [
      Site,
      { gain: Float32Array; bias: Float32Array },
    ][]) {
      const width = widths[site];
      const size = layers * (width ?? Number.NaN);
      if (values.layers !== layers || gain.length !== size || bias.length !== size) {
        throw new InvalidArgumentError({
          argument: `steering.${site}`,
          given: `${values.layers} layers, ${gain.length} gains, ${bias.length} biases`,
          expected:
            width === undefined
              ? `one of the sites this model offers (${Object.keys(widths).join(', ')})`
              : `${layers} layers × ${width} units`,
          advice: 'Compile the plan for this model',
        });
      }
      sites.add(site);
      hasBias ||= bias.some((value) => value !== 0);
    }
  }
  return {
    of: (row) => (perRow === undefined ? (steering as SteeringValues | undefined) : perRow[row]),
    needs: {
      sites: [...sites],
      tokenStrength: needsStrengths(perRow ?? [steering as SteeringValues | undefined]),
      hasBias,
    },
  };
}

function isPerRow(steering: RowSteering | undefined): steering is readonly (SteeringValues | undefined)[] {
  return Array.isArray(steering);
}

/** Gain and bias of one batch by input name, `[rows, layers, width]`; zeros where a row is left alone. */
export function steeringArrays(
  graph: DecoderGraph,
  batch: readonly (SteeringValues | undefined)[],
): Record<string, { data: Float32Array; dims: number[] }> {
  const arrays: Record<string, { data: Float32Array; dims: number[] }> = {};
  for (const site of graph.purpose.steer) {
    const width = graph.widths[site]!;
    const size = graph.layers * width;
    for (const kind of ['gain', 'bias'] as const) {
      const input = graph.inputs[kind][site];
      if (input === undefined) continue;
      const data = new Float32Array(batch.length * size);
      for (const [row, values] of batch.entries()) {
        const numbers = values?.sites[site]?.[kind];
        if (numbers !== undefined) data.set(numbers, row * size);
      }
      arrays[input] = { data, dims: [batch.length, graph.layers, width] };
    }
  }
  return arrays;
}

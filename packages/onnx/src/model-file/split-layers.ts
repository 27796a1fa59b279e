/**
 * One array over all layers, taken apart.
 *
 * @module
 */

/** Outputs of one node: WebGPU promises a shader 8 buffers, and one holds the input. */
const MOST_OUTPUTS = 7;

/**
 * Writes the Split nodes that take `[rows, layers, width]` apart into one array per layer: more than one where there are
 * more layers than a graphics card can write to at once.
 *
 * @param parts name of each layer's array
 * @param write writes one node; `sizes` are the layers of each output
 */
export function splitLayers(
  name: string,
  parts: readonly string[],
  write: (input: string, outputs: readonly string[], sizes: readonly number[]) => void,
): void {
  let size = 1;
  while (size * MOST_OUTPUTS < parts.length) size *= MOST_OUTPUTS;
  const groups: (readonly string[])[] = [];
  for (let at = 0; at < parts.length; at += size) groups.push(parts.slice(at, at + size));
  const names = groups.map((group, index) => (group.length === 1 ? group[0]! : `${name}.part${index}`));
  write(
    name,
    names,
    groups.map(({ length }) => length),
  );
  for (const [index, group] of groups.entries()) {
    if (group.length > 1) splitLayers(names[index]!, group, write);
  }
}

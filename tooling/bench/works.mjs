/**
 * What benches let a model do: read prompts, answer, both steered or not. Times are milliseconds.
 *
 * @module
 */

/** @typedef {import('../../packages/core/dist/index.js').SteeringValues} SteeringValues */
/** @typedef {import('../../packages/runtime/dist/index.js').LoadedModel} LoadedModel */
/** @typedef {{ steering?: SteeringValues }} Options */
/** @typedef {(model: LoadedModel, options?: Options) => Promise<number>} Work */

/** Prompts of tokens that stand next to each other in no text. @param {number} count @param {number} length */
export const promptsOf = (count, length) =>
  Array.from({ length: count }, (_, row) =>
    Array.from({ length }, (_, at) => ((row * length + at) * 7919 + 13) % 40_000),
  );

/** @param {number[][]} prompts @returns {Work} */
export const prefill = (prompts) => async (model, options) => {
  const start = performance.now();
  const items = prompts.map((prompt) => ({ prompt, candidates: [[1]] }));
  await model.score(items, { batchSize: prompts.length, ...options });
  return performance.now() - start;
};

/** @param {number[][]} prompts @param {number} steps @returns {Work} */
export const decode = (prompts, steps) => async (model, options) => {
  let first = 0;
  await model.generate(prompts, {
    ...{ maxNewTokens: steps + 1, batchSize: prompts.length, ignoreEnd: true, ...options },
    // The first token of the first row ends the prefill.
    onToken: () => {
      first ||= performance.now();
    },
  });
  return performance.now() - first;
};

/** Small edits of units spread over both sites and all layers. @param {LoadedModel} model @param {number} units @param {number} shift @returns {SteeringValues} */
export function steeringOf({ identity: { layers, widths } }, units, shift = 0) {
  const sites = Object.fromEntries(
    /** @type {const} */ (['attention', 'ffn']).map((site) => {
      const size = layers * (widths[site] ?? 0);
      const [gain, bias] = [new Float32Array(size), new Float32Array(size)];
      const count = Math.min(size, units / 2);
      for (let edit = 0; edit < count; edit++) {
        const unit = Math.floor((edit * size) / count);
        gain[unit] = 0.01;
        bias[unit] = shift;
      }
      return [site, { gain, bias }];
    }),
  );
  return { layers, sites, fingerprint: `bench ${units} ${shift}` };
}

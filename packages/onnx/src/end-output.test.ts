import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { END_OUTPUT } from './decoder-graph.ts';
import { createGraphWriter } from './model-file/graph-writer.ts';

it('END_OUTPUT ends a run of onnxruntime-node when all other outputs are in their arrays', async () => {
  const graph = createGraphWriter({ name: 'end' });
  graph.input('x', 'float32', ['n']);
  graph.node('SequenceEmpty', [], [END_OUTPUT]);
  graph.sequenceOutput(END_OUTPUT, 'float32');
  graph.node('Neg', ['x'], ['y']);
  graph.output('y', 'float32', ['n']);
  const session = await InferenceSession.create(graph.toBytes());
  const y = new Float32Array(3);
  const run = session.run(
    { x: new Tensor('float32', Float32Array.of(1, 2, 3), [3]) },
    { [END_OUTPUT]: null, y: new Tensor('float32', y, [3]) },
  );
  // Should a later version take sequences, runs copy their outputs again, and are right all the same.
  await expect(run).rejects.toThrow(/^Non tensor type/);
  expect(y).toEqual(Float32Array.of(-1, -2, -3));
  await session.release();
});

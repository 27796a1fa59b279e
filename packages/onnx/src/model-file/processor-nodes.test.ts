import { expect, it } from 'vitest';
import { createGraphWriter } from './graph-writer.ts';
import { processorNodesOf } from './processor-nodes.ts';

it('names what a card computes to other numbers, and nothing else', () => {
  const graph = createGraphWriter({ name: 'kinds' });
  graph.input('x', 'float32', ['rows']);
  const attention = (softcap: number, name: string) =>
    graph.node('GroupQueryAttention', ['x'], 1, {
      domain: 'com.microsoft',
      attributes: { softcap: { float: softcap } },
      name,
    });
  attention(50, 'capped');
  attention(0, 'plain');
  graph.node('Tanh', ['x']);
  graph.node('Cos', ['x'], ['cosine'], { name: '' });
  graph.node('QMoE', ['x'], 1, { domain: 'com.microsoft', name: 'experts' });
  expect(processorNodesOf(graph.nodes)).toEqual(['capped', 'austeer.processor.1', 'experts']);
  expect(graph.nodes.map(({ name }) => name)).toContain('austeer.processor.1');
});

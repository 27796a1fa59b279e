/**
 * The tokenizer beside an ONNX model, as Optimum and the hub lay it out.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, type Tokenizer } from '@austeer/core';
import { createTokenizer } from './create-tokenizer.ts';

/**
 * Reads `tokenizer.json`, `tokenizer_config.json`, `generation_config.json` and `config.json` of a folder.
 *
 * @returns `undefined` when the folder has no `tokenizer.json`: everything that takes tokens still works
 * @throws FileFormatError when one of the files is not JSON.
 *
 * @example
 * ```ts
 * const tokenizer = await tokenizerFromFolder('my-model');
 * ```
 */
export async function tokenizerFromFolder(folder: string): Promise<Tokenizer | undefined> {
  const tokenizer = await readJson(join(folder, 'tokenizer.json'));
  if (tokenizer === undefined) return undefined;
  const settings = (await readJson(join(folder, 'tokenizer_config.json'))) ?? {};
  const generation = (await readJson(join(folder, 'generation_config.json'))) ?? {};
  const model = (await readJson(join(folder, 'config.json'))) ?? {};
  const template = await readText(join(folder, 'chat_template.jinja'));

  const eos = textOf(settings.eos_token);
  const added = Array.isArray(tokenizer.added_tokens)
    ? (tokenizer.added_tokens as { id: number; content: string }[])
    : [];
  const endTokens = new Set<number>();
  for (const id of [generation.eos_token_id, model.eos_token_id].flat())
    if (typeof id === 'number') endTokens.add(id);
  for (const { id, content } of added) if (content === eos) endTokens.add(id);
  return createTokenizer({
    tokenizer,
    endTokens: [...endTokens],
    chatTemplate:
      template ?? (typeof settings.chat_template === 'string' ? settings.chat_template : undefined),
    specialTexts: { bos_token: textOf(settings.bos_token) ?? '', eos_token: eos ?? '' },
  });
}

/** Special tokens are written as a text or as an object with the text inside. */
function textOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new FileFormatError({ path, format: 'JSON', problem: 'it does not parse', cause });
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return undefined;
    throw cause;
  }
}

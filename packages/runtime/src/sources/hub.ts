/**
 * The part of the Hugging Face hub's HTTP interface that loading a model needs: what a repository holds,
 * and where its files lie.
 *
 * @module
 */
import { SourceUnavailableError, UnsupportedModelError } from '@austeer/core';
import { statusReason } from './download.ts';
import { type HttpAccess, openUrl, reasonOf } from './http.ts';

/** A file of a repository. Size and hash where the hub tells them (a hash: for large files only). */
export interface HubFile {
  readonly name: string;
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** The listing of a repository of 10 000 files is about 2 MB. */
const LISTING_BYTES_LIMIT = 16 * 2 ** 20;

/** Read beside the graph where they are there. */
const COMPANION_FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];
/** Places of the fp32 graph with its cache, in the layouts of `onnx-community` and of Optimum. */
const GRAPH_FILES = ['onnx/model.onnx', 'onnx/decoder_model_merged.onnx', 'model.onnx'];

/**
 * Address of a file of a repository.
 *
 * @example
 * ```ts
 * hubFileUrl({ endpoint: 'https://huggingface.co', repository: 'a/b', revision: 'main', path: 'c.json' });
 * ```
 */
export function hubFileUrl(options: {
  endpoint: string;
  repository: string;
  revision: string;
  path: string;
}): string {
  const { endpoint, repository, revision, path } = options;
  const place = path.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${place}`;
}

/**
 * Commit and files of a repository at a revision.
 *
 * @throws SourceUnavailableError when the hub does not answer, refuses, or answers something else.
 *
 * @example
 * ```ts
 * const access = { fetch, answerTimeout: 20_000, stallTimeout: 30_000 };
 * const endpoint = hubEndpoint();
 * const { commit } = await listRepository({ endpoint, repository: 'a/b', revision: 'main', access });
 * ```
 */
export async function listRepository(options: {
  endpoint: string;
  repository: string;
  revision: string;
  access: HttpAccess;
}): Promise<{ commit: string; files: HubFile[] }> {
  const { endpoint, repository, revision, access } = options;
  const place = revision === 'main' ? '' : `/revision/${encodeURIComponent(revision)}`;
  const url = `${endpoint}/api/models/${repository}${place}?blobs=true`;
  try {
    const opened = await openUrl({ url, headers: { accept: 'application/json' }, access });
    if (opened.response.status !== 200) {
      await opened.close();
      throw new Error(
        opened.response.status === 404
          ? 'answers 404: no such model or revision there'
          : statusReason(opened.response),
      );
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of opened.body()) {
      bytes += part.length;
      if (bytes > LISTING_BYTES_LIMIT)
        throw new Error(`its listing is longer than ${LISTING_BYTES_LIMIT} bytes`);
      parts.push(part);
    }
    return parseListing(JSON.parse(Buffer.concat(parts).toString('utf8')));
  } catch (error) {
    access.signal?.throwIfAborted();
    throw new SourceUnavailableError({
      what: repository,
      tried: [{ source: url, reason: reasonOf(error) }],
      advice: 'Check the name of the model and the network',
    });
  }
}

function parseListing(listing: unknown): { commit: string; files: HubFile[] } {
  const { sha, siblings } = Object(listing) as { sha?: unknown; siblings?: unknown };
  // The commit becomes the name of a folder.
  if (typeof sha !== 'string' || !/^[0-9a-f]{7,64}$/.test(sha) || !Array.isArray(siblings)) {
    throw new Error('its answer is no listing of a model');
  }
  const files = siblings.flatMap((sibling: unknown): HubFile[] => {
    const { rfilename, size, lfs } = Object(sibling) as Record<string, unknown>;
    if (typeof rfilename !== 'string') return [];
    const { sha256 } = Object(lfs) as { sha256?: unknown };
    return [
      {
        name: rfilename,
        ...(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 && { bytes: size }),
        ...(typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
      },
    ];
  });
  return { commit: sha, files };
}

/**
 * The files of a repository that running the model needs: graph, external data and the small files beside
 * it; or its GGUF file, where it has one and no ONNX graph. Only names of known forms are ever chosen.
 *
 * @throws UnsupportedModelError when the repository has neither.
 *
 * @example
 * ```ts
 * chooseModelFiles({ repository: 'a/b', files: [{ name: 'onnx/model.onnx' }, { name: 'README.md' }] });
 * // [{ name: 'onnx/model.onnx' }]
 * ```
 */
export function chooseModelFiles(options: { repository: string; files: readonly HubFile[] }): HubFile[] {
  const { repository, files } = options;
  const graph = GRAPH_FILES.find((name) => files.some((file) => file.name === name));
  if (graph !== undefined) {
    const wanted = (name: string): boolean =>
      name === graph ||
      COMPANION_FILES.includes(name) ||
      (name.startsWith(graph) && /^(_data(_\d+)?|\.data)$/.test(name.slice(graph.length)));
    return files.filter((file) => wanted(file.name));
  }
  const gguf = files.filter((file) => /^[\w][\w.+-]*\.gguf$/i.test(file.name));
  if (gguf.length === 1) return gguf;
  throw new UnsupportedModelError({
    what: 'The content of the hub repository',
    given: repository,
    supported: `a graph at ${GRAPH_FILES.join(', ')}, or a single .gguf file`,
    advice:
      gguf.length > 1
        ? `It has ${gguf.length} .gguf files: fetch the one you want and give its path`
        : 'Export the model to ONNX (for example with Optimum) and give the folder',
  });
}

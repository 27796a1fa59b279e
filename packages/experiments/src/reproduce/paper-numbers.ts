/**
 * The paper's numbers, typed once, each with its table. Shares are in percent, as printed there; `null` is a dash.
 * Source: Feng et al., "Fine-Grained Activation Steering: Steering Less, Achieving More", ICLR 2026.
 *
 * @module
 */

/** The tasks of Table 1, in its order. */
export const PAPER_TASKS = ['boolq', 'copa', 'winogrande', 'svamp', 'mawps', 'detox', 'bpo'] as const;
/** One of {@link PAPER_TASKS}. */
export type PaperTask = (typeof PAPER_TASKS)[number];
/** The five that are measured by accuracy. */
export const ACCURACY_TASKS = ['boolq', 'copa', 'winogrande', 'svamp', 'mawps'] as const;
/** The three commonsense tasks of Tables 4, 10 and 13. */
export const COMMONSENSE_TASKS = ['boolq', 'copa', 'winogrande'] as const;

/** Two of them with short prompts, for quick runs. */
export const SHORT_TASKS = ['copa', 'winogrande'] as const;

/** The model that a small one is set beside: the paper's oldest and smallest. */
export const PAPER_MODEL = 'LLaMA2-7B-Chat';

type Row = readonly (number | null)[];

const byTask = (row: Row): Readonly<Record<PaperTask, number | null>> =>
  Object.fromEntries(PAPER_TASKS.map((task, index) => [task, row[index] ?? null])) as Record<
    PaperTask,
    number | null
  >;

/** Table 1: accuracy of five tasks, detoxification, ΔWR; Table 1's rows by model and method. */
export const TABLE_1: Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<PaperTask, number | null>>>>>
> = {
  'LLaMA2-7B-Chat': {
    vanilla: byTask([70.52, 70.8, 50.91, 36.0, 51.83, null, null]),
    iti: byTask([74.1, 77.2, 52.8, 36.67, 54.08, 83.49, 12.5]),
    caa: byTask([74.98, 75.2, 52.64, 34.33, 55.21, 84.57, 11.0]),
    sadi: byTask([74.35, 78.8, 53.04, 36.33, 54.93, 86.32, 13.5]),
    'austeer-head': byTask([76.27, 75.4, 52.8, 37.67, 56.06, 89.66, 16.0]),
    'austeer-ffn': byTask([75.57, 82.8, 53.28, 37.0, 58.03, 89.24, 22.0]),
  },
  'Gemma2-9B-it': {
    vanilla: byTask([86.64, 77.4, 67.25, 67.67, 92.11, null, null]),
    iti: byTask([86.82, 88.4, 68.11, 69.0, 93.52, 98.83, 23.0]),
    caa: byTask([86.85, 89.4, 68.35, 68.0, 92.96, 98.75, 23.5]),
    sadi: byTask([86.79, 92.4, 69.53, 68.0, 93.52, 99.08, 25.5]),
    sta: byTask([87.03, 91.6, 69.61, 68.67, 92.39, 99.33, 25.0]),
    'austeer-head': byTask([86.79, 91.0, 70.72, 71.0, 94.65, 99.0, 26.5]),
    'austeer-ffn': byTask([87.25, 97.6, 70.88, 70.0, 94.08, 99.25, 30.0]),
  },
  'Qwen3-8B': {
    vanilla: byTask([87.43, 89.0, 63.61, 68.67, 84.51, null, null]),
    iti: byTask([87.4, 90.8, 65.59, 69.67, 87.32, 75.15, 26.0]),
    caa: byTask([87.83, 91.2, 64.01, 71.67, 88.45, 76.23, 27.0]),
    sadi: byTask([87.65, 93.2, 64.25, 73.0, 85.92, 78.07, 25.5]),
    'austeer-head': byTask([87.71, 95.4, 65.35, 76.33, 91.27, 80.9, 26.0]),
    'austeer-ffn': byTask([88.2, 90.8, 67.25, 71.67, 89.58, 81.65, 34.0]),
  },
};

/** Table 1, column "Avg. Acc.", of {@link PAPER_MODEL}. */
export const TABLE_1_AVERAGE: Readonly<Record<string, number>> = {
  vanilla: 56.01,
  iti: 58.97,
  caa: 58.47,
  sadi: 59.49,
  'austeer-head': 59.64,
  'austeer-ffn': 61.34,
};

/** Table 2: ratings 1 to 5 of three people, by model and method. */
export const TABLE_2: readonly {
  readonly model: string;
  readonly method: string;
  readonly quality: number;
  readonly alignment: number;
}[] = [
  { model: 'LLaMA2-7B-Chat', method: 'SADI', quality: 3.3, alignment: 3.6 },
  { model: 'LLaMA2-7B-Chat', method: 'AUSteer', quality: 3.4, alignment: 3.8 },
  { model: 'Gemma2-9B-it', method: 'SADI', quality: 4.2, alignment: 4.5 },
  { model: 'Gemma2-9B-it', method: 'STA', quality: 4.4, alignment: 4.7 },
  { model: 'Gemma2-9B-it', method: 'AUSteer', quality: 4.3, alignment: 4.7 },
  { model: 'Qwen3-8B', method: 'SADI', quality: 4.1, alignment: 3.9 },
  { model: 'Qwen3-8B', method: 'AUSteer', quality: 4.3, alignment: 4.1 },
];

/** Table 3: average accuracy of five tasks, Gemma2-9B-it. */
export const TABLE_3: Readonly<Record<string, number>> = {
  'austeer-ffn': 83.96,
  'random-ffn': 79.08,
  'difference-ffn': 83.12,
  'fixed-vector-ffn': 82.05,
  'fixed-strength-ffn': 83.04,
};

/** Table 4: BoolQ, COPA, WinoGrande of further models; Table 10: of a mixture of experts and a 4-bit model. */
export const TABLE_4: Readonly<Record<string, Readonly<Record<string, readonly [number, number, number]>>>> =
  {
    'LLaMA3.1-8B-Instruct': {
      vanilla: [82.57, 83.8, 57.77],
      'austeer-head': [83.18, 86.0, 60.38],
      'austeer-ffn': [83.79, 86.0, 61.56],
    },
    'LLaMA2-13B-Chat': {
      vanilla: [84.01, 89.0, 53.99],
      'austeer-head': [85.25, 91.0, 59.43],
      'austeer-ffn': [85.02, 91.2, 58.88],
    },
    'Gemma2-27B-it': {
      vanilla: [86.88, 86.0, 63.61],
      'austeer-head': [88.1, 90.2, 67.25],
      'austeer-ffn': [88.41, 89.8, 66.3],
    },
  };

/** Table 5: average accuracy of five tasks, detoxification, ΔWR with the general recipe for pairs, LLaMA2-7B-Chat. */
export const TABLE_5: Readonly<Record<string, readonly [number, number | null, number | null]>> = {
  vanilla: [56.01, null, null],
  sadi: [59.49, 86.32, 13.5],
  'previous pairs': [61.34, 89.24, 22.0],
  'general recipe': [61.53, 89.99, 22.5],
};

/** Table 6: contrastive pairs and test items. */
export const TABLE_6: Readonly<Record<PaperTask, { readonly pairs: number; readonly test: number }>> = {
  boolq: { pairs: 1000, test: 3270 },
  copa: { pairs: 1000, test: 500 },
  winogrande: { pairs: 1000, test: 1267 },
  svamp: { pairs: 700, test: 300 },
  mawps: { pairs: 1000, test: 355 },
  detox: { pairs: 1000, test: 1199 },
  bpo: { pairs: 1000, test: 200 },
};

/** Table 7: average accuracy of five tasks, detoxification, ΔWR, LLaMA2-7B-Chat. */
export const TABLE_7: Readonly<Record<string, readonly [number, number | null, number | null]>> = {
  vanilla: [56.01, null, null],
  sadi: [59.49, 86.32, 13.5],
  validation: [61.03, 88.49, 22.0],
  full: [61.34, 89.24, 22.0],
};

/** Table 8: the best α. Rows there are LLaMA2-7B-Chat, Gemma2-9B-it, Qwen3-8B. */
export const TABLE_8: Readonly<Record<string, Readonly<Record<PaperTask, number | null>>>> = {
  'LLaMA2-7B-Chat': byTask([15, 50, 100, 8, 8, 15, 32]),
  'Gemma2-9B-it': byTask([50, 50, 100, 100, 50, 8, 10]),
  'Qwen3-8B': byTask([10, 20, 20, 10, 50, 10, 16]),
};

/** Table 9: the best k, in the same order. */
export const TABLE_9: Readonly<Record<string, Readonly<Record<PaperTask, number | null>>>> = {
  'LLaMA2-7B-Chat': byTask([100, 16, 2, 50, 80, 16, 16]),
  'Gemma2-9B-it': byTask([8, 80, 64, 4, 8, 16, 8]),
  'Qwen3-8B': byTask([100, 8, 100, 100, 2, 8, 10]),
};

/** Table 10: BoolQ, COPA, WinoGrande. */
export const TABLE_10: Readonly<Record<string, Readonly<Record<string, readonly [number, number, number]>>>> =
  {
    'Qwen3-30B-A3B': { vanilla: [86.82, 93.4, 65.98], 'austeer-ffn': [88.69, 97.8, 67.17] },
    'Llama-3.3-70B-Instruct (4 bit)': { vanilla: [89.54, 98.6, 78.14], 'austeer-ffn': [90.67, 99.2, 79.95] },
  };

/** Table 11: Gemma2-9B-it on an H100, batch 1: seconds for the pairs of all tasks, for seven tasks, for a sample, and its deviation. */
export const TABLE_11: Readonly<
  Record<
    string,
    {
      readonly fitSeconds: number | null;
      readonly inferenceSeconds: number;
      readonly latency: number;
      readonly deviation: number;
    }
  >
> = {
  vanilla: { fitSeconds: null, inferenceSeconds: 3192, latency: 0.45, deviation: 0.005 },
  iti: { fitSeconds: 1119, inferenceSeconds: 3569, latency: 0.5, deviation: 0.01 },
  sadi: { fitSeconds: 881, inferenceSeconds: 3305, latency: 0.47, deviation: 0.005 },
  'austeer-ffn': { fitSeconds: 881, inferenceSeconds: 3281, latency: 0.46, deviation: 0.007 },
};

/** Table 12: accuracy on COPA by number of steered units, LLaMA2-7B-Chat. Its "< 100" stands under 100. */
export const TABLE_12: Readonly<Record<number, number>> = {
  0: 70.8,
  100: 82.8,
  200: 77.2,
  500: 73.2,
  1000: 70.8,
  3000: 70.6,
  5000: 70.4,
  10000: 70.4,
};

/** Table 13: BoolQ, COPA, WinoGrande, LLaMA2-7B-Chat. */
export const TABLE_13: Readonly<Record<string, readonly [number, number, number]>> = {
  vanilla: [70.52, 70.8, 50.91],
  suppression: [73.36, 71.6, 53.12],
  promotion: [75.57, 82.8, 53.28],
};

/** Figure 2a and its text: accuracy on BoolQ, LLaMA2-7B-Chat, head 7 of layer 27. */
export const FIGURE_2: Readonly<Record<string, number>> = {
  vanilla: 70.52,
  iti: 71.56,
  sadi: 73.7,
  'best single dimension': 74.53,
};

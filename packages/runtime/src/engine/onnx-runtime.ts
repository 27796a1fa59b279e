/**
 * ONNX Runtime, loaded only when a model is, and sessions over graphs whose weights stay in files.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { AusteerError } from '@austeer/core';
import type { DecoderGraph } from '@austeer/onnx';
import { missingOnnxRuntime, onnxRuntimeCopy } from './onnx-runtime-copy.ts';

type Ort = typeof import('onnxruntime-node');
/** A live session of ONNX Runtime. */
export type Session = Awaited<ReturnType<Ort['InferenceSession']['create']>>;
/** A tensor as ONNX Runtime takes it. */
export type OrtTensor = InstanceType<Ort['Tensor']>;

/**
 * Loads ONNX Runtime: the one installed, else the copy in the cache folder.
 *
 * @throws MissingPeerError when it is not installed.
 */
export async function importOnnxRuntime(): Promise<Ort> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const copy = onnxRuntimeCopy();
    if (!existsSync(copy)) throw missingOnnxRuntime(cause);
    const { default: ort } = (await import(pathToFileURL(copy).href)) as { default: Ort };
    return ort;
  }
}

/** A session could not be made or run: the message is ONNX Runtime's own. */
export class InferenceError extends AusteerError {
  constructor(options: { doing: string; cause: unknown }) {
    const { doing, cause } = options;
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('INFERENCE', `ONNX Runtime failed while ${doing}: ${reason}`, { cause });
  }
}

/**
 * Where a model computes.
 *
 * @example
 * ```ts
 * DEVICES; // ['cpu', 'cuda', 'webgpu', 'dml', 'coreml']
 * ```
 */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;

/** One of {@link DEVICES}. */
export type Device = (typeof DEVICES)[number];

/** What is most often missing. */
const MISSING: Readonly<Record<string, string>> = {
  cuda:
    ', or install what is missing: CUDA libraries come with the install script of onnxruntime-node, which ' +
    'ONNXRUNTIME_NODE_INSTALL=skip leaves out',
  webgpu: ', or install what is missing: on Linux libvulkan1 and the Vulkan driver of the card',
};

/** The device cannot be used on this machine. */
export class DeviceUnavailableError extends AusteerError {
  readonly device: string;

  constructor(options: { device: string; reason: string; cause?: unknown }) {
    const { device, reason, cause } = options;
    super(
      'DEVICE_UNAVAILABLE',
      `The device ${device} cannot be used here: ${reason}. Use the device cpu${MISSING[device] ?? ''}.`,
      { cause },
    );
    this.device = device;
  }
}

/** Whether what a run returns can stay on the device, for the next one. */
export const keepsTensors = (device: Device): boolean => device === 'webgpu';

/** How sessions compute. */
export interface SessionSettings {
  /** Threads of the matrix products. */
  readonly threads: number;
  readonly device: Device;
  /** Whether memory that a run has freed is kept for the next one: faster, but never given back. */
  readonly memoryArena: boolean;
}

/**
 * Refuses a device that is not there, before anything is loaded for it.
 *
 * @throws DeviceUnavailableError
 */
export function checkDevice(ort: Ort, device: Device): void {
  const known = ort.listSupportedBackends().map(({ name }) => name);
  if (known.includes(device)) return;
  const reason = `this build of ONNX Runtime knows ${known.join(', ')}`;
  throw new DeviceUnavailableError({ device, reason });
}

/**
 * Makes a session of a graph.
 *
 * @param options.prepack whether matrices are copied into the order in which the processor reads them: faster for few
 *   tokens at a time; without it weights stay in the mapped file. @default true
 * @param options.onDevice outputs that stay on the device, for a device that {@link keepsTensors}. @default none
 * @throws InferenceError, or DeviceUnavailableError for another device than the processor, with ONNX Runtime's
 *   reason.
 */
export async function createSession(
  options: SessionSettings & {
    ort: Ort;
    graph: Pick<DecoderGraph, 'model' | 'dataFolder'> & Partial<Pick<DecoderGraph, 'processorNodes'>>;
    prepack?: boolean;
    onDevice?: readonly string[];
  },
): Promise<Session> {
  const { ort, graph, threads, device, memoryArena, prepack = true, onDevice = [] } = options;
  const sessionOptions = {
    ...(graph.dataFolder !== undefined && {
      model_external_initializers_file_folder_path: graph.dataFolder,
    }),
    ...(!prepack && { disable_prepacking: '1' }),
  };
  try {
    return await ort.InferenceSession.create(graph.model, {
      // What a device cannot do runs on the processor.
      executionProviders: providersOf(device, graph.processorNodes ?? []),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: memoryArena,
      // Errors come as exceptions; warnings about a user's own graph would drown the output.
      logSeverityLevel: 3,
      extra: { session: sessionOptions },
      ...(onDevice.length > 0 && {
        preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer'])),
      }),
    });
  } catch (cause) {
    if (device !== 'cpu') {
      const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ').trim();
      throw new DeviceUnavailableError({ device, reason, cause });
    }
    throw new InferenceError({ doing: 'loading the model', cause });
  }
}

function providersOf(device: Device, forProcessor: readonly string[]) {
  if (device === 'cpu') return ['cpu'];
  if (device === 'webgpu' && forProcessor.length > 0) {
    return [{ name: device, forceCpuNodeNames: forProcessor }, 'cpu'];
  }
  return [device, 'cpu'];
}

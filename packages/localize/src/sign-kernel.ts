/**
 * The inner loop of counting: signs of differences of all units of one pair. In WebAssembly, four units at a time;
 * in JavaScript where a page forbids WebAssembly. Both give the same counts.
 *
 * @module
 */

/** Place for one pair's values and the counts so far. Views keep their place for the kernel's whole life. */
export interface SignKernel {
  /** The pair to count: fill all of both, then call `isFinite` and `count`. */
  readonly positive: Float32Array;
  readonly negative: Float32Array;
  /** n⁺ and n⁻ so far. */
  readonly promoted: Int32Array;
  readonly suppressed: Int32Array;
  /** Whether the pair has neither NaN nor infinity. */
  isFinite(): boolean;
  /** Adds the pair to the counts. */
  count(): void;
}

/** `sign-kernel.wat`, assembled. */
export const SIGN_KERNEL_WASM =
  'AGFzbQEAAAABDwJgAn9/AX9gBX9/f39/AAITAQdhdXN0ZWVyBm1lbW9yeQIAAQMDAgABBxICBmZpbml0ZQAABWNvdW50AAEKwQECVQEBewJAA0AgACABTw0BIAIgAP0ABAD9DAAAAAAAAAAAAAAAAAAAAAD95gH95AEhAiAAQRBqIQAMAAsLIAL9DAAAAAAAAAAAAAAAAAAAAAD9Qf2jAQtpAQJ7AkADQCAAIARPDQEgAP0ABAAhBSAB/QAEACEGIAIgAv0ABAAgBSAG/UT9sQH9CwQAIAMgA/0ABAAgBSAG/UP9sQH9CwQAIABBEGohACABQRBqIQEgAkEQaiECIANBEGohAwwACwsL';

const PAGE = 65_536;
let compiled: WebAssembly.Module | false | undefined;

/** A kernel for this many units, counts at 0. */
export function createSignKernel(units: number): SignKernel {
  compiled ??= compile();
  return compiled ? wasmKernel(compiled, units) : plainKernel(units);
}

/** `false` where the platform has no WebAssembly, no vectors in it, or a policy against it. */
function compile(): WebAssembly.Module | false {
  try {
    return new WebAssembly.Module(
      Uint8Array.from(atob(SIGN_KERNEL_WASM), (character) => character.charCodeAt(0)),
    );
  } catch {
    return false;
  }
}

function wasmKernel(module: WebAssembly.Module, units: number): SignKernel {
  // Four arrays, each filled up to whole vectors; what fills them up stays 0 and counts nothing.
  const size = Math.ceil(units / 4) * 16;
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil((4 * size) / PAGE)) });
  const { exports } = new WebAssembly.Instance(module, { austeer: { memory } });
  const { finite, count } = exports as {
    finite(at: number, end: number): number;
    count(positive: number, negative: number, up: number, down: number, end: number): void;
  };
  return {
    positive: new Float32Array(memory.buffer, 0, units),
    negative: new Float32Array(memory.buffer, size, units),
    promoted: new Int32Array(memory.buffer, 2 * size, units),
    suppressed: new Int32Array(memory.buffer, 3 * size, units),
    isFinite: () => finite(0, 2 * size) === 1,
    count: () => count(0, size, 2 * size, 3 * size, size),
  };
}

/** The same without WebAssembly. */
export function plainKernel(units: number): SignKernel {
  const [positive, negative] = [new Float32Array(units), new Float32Array(units)];
  const [promoted, suppressed] = [new Int32Array(units), new Int32Array(units)];
  return {
    positive,
    negative,
    promoted,
    suppressed,
    isFinite() {
      let sum = 0;
      for (let unit = 0; unit < units; unit++) sum += (positive[unit]! + negative[unit]!) * 0;
      return sum === 0;
    },
    count() {
      for (let unit = 0; unit < units; unit++) {
        const right = positive[unit]!;
        const wrong = negative[unit]!;
        promoted[unit]! += right > wrong ? 1 : 0;
        suppressed[unit]! += right < wrong ? 1 : 0;
      }
    },
  };
}

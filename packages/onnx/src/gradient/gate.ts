/**
 * The gate of a feed-forward block, z = φ(gate) ⊙ up with φ = SiLU or GELU (tanh form), and its reverse:
 * ∂L/∂up = φ(gate) ⊙ ∂L/∂z and ∂L/∂gate = φ′(gate) ⊙ up ⊙ ∂L/∂z, where
 *
 * - SiLU: φ(g) = g σ(g), φ′ = σ + φ · (1 − σ)
 * - GELU: φ(g) = g s with s = (1 + tanh(u)) / 2, u = c (g + 0.044715 g³), c = √(2/π);
 *   φ′ = s + 2 g s (1 − s) · c (1 + 3 · 0.044715 g²), because tanh′ = 1 − tanh² = 4 s (1 − s)
 *
 * @module
 */
import type { DecoderConfiguration } from '../build/decoder-configuration.ts';
import type { Arithmetic } from './arithmetic.ts';

type Activation = DecoderConfiguration['activation'];

const C = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** z from gate and up. */
export function writeGate(
  arithmetic: Arithmetic,
  activation: Activation,
  { gate, up }: { gate: string; up: string },
): string {
  return arithmetic.multiply(arithmetic.multiply(gate, share(arithmetic, activation, gate)), up);
}

/** ∂L/∂gate and ∂L/∂up from ∂L/∂z. */
export function reverseGate(
  arithmetic: Arithmetic,
  activation: Activation,
  { gate, up, gradient }: { gate: string; up: string; gradient: string },
): { gate: string; up: string } {
  const { add, subtract, multiply, number } = arithmetic;
  const s = share(arithmetic, activation, gate);
  const active = multiply(gate, s);
  const bend = multiply(active, subtract(number(1), s));
  const slope =
    activation === 'silu'
      ? add(s, bend)
      : add(s, multiply(bend, add(number(2 * C), multiply(multiply(gate, gate), number(6 * C * CUBIC)))));
  return { gate: multiply(multiply(gradient, up), slope), up: multiply(gradient, active) };
}

/** The part s of the gate that passes: φ(g) = g · s. */
function share({ add, multiply, apply, number }: Arithmetic, activation: Activation, gate: string): string {
  if (activation === 'silu') return apply('Sigmoid', gate);
  // (1 + tanh(u)) / 2 = σ(2u)
  const square = multiply(gate, gate);
  return apply('Sigmoid', multiply(gate, add(number(2 * C), multiply(square, number(2 * C * CUBIC)))));
}

/**
 * A method that says what its fit finds.
 *
 * @module
 */
import type { FitMethodOptions, FittedMethod, SteeringMethod } from '@austeer/steering';

/** A {@link SteeringMethod} whose fitted form has more to tell than plans. */
export interface TypedMethod<Fitted extends FittedMethod> extends SteeringMethod {
  fit(options: FitMethodOptions): Promise<Fitted>;
}

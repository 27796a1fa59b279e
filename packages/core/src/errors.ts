/**
 * Errors of every `@austeer` package: one class per cause. The message says what was given, what was
 * expected and what to do; the same facts are fields, so that programs need not parse it.
 *
 * @module
 */

const marker = Symbol.for('@austeer/error');

/** What every `@austeer` error carries. `code` is stable across versions. */
export class AusteerError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /**
   * Whether a value is an error of this project, also where two copies of a package are installed.
   *
   * @example
   * ```ts
   * AusteerError.isInstance(new InvalidArgumentError({ argument: 'k', given: 0, expected: 'a whole number ≥ 1' })); // true
   * ```
   */
  static isInstance(value: unknown): value is AusteerError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}

/** A value passed by the caller is outside its range or of the wrong form. */
export class InvalidArgumentError extends AusteerError {
  readonly argument: string;
  readonly given: unknown;
  readonly expected: string;

  constructor(options: { argument: string; given: unknown; expected: string; advice?: string }) {
    const { argument, given, expected, advice } = options;
    super('INVALID_ARGUMENT', sentence(`${argument} is ${showValue(given)}; expected ${expected}`, advice));
    this.argument = argument;
    this.given = given;
    this.expected = expected;
  }
}

/** A name is not among the known ones (task, model, site, tensor). */
export class UnknownNameError extends AusteerError {
  readonly kind: string;
  readonly given: string;
  readonly known: readonly string[];

  constructor(options: { kind: string; given: string; known: readonly string[]; advice?: string }) {
    const { kind, given, known, advice } = options;
    const nearest = nearestName(given, known);
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    super(
      'UNKNOWN_NAME',
      sentence(
        `There is no ${kind} "${given}".${hint} Known: ${known.length === 0 ? 'none' : known.join(', ')}`,
        advice,
      ),
    );
    this.kind = kind;
    this.given = given;
    this.known = known;
  }
}

/** A file that was named does not exist or cannot be read. */
export class FileMissingError extends AusteerError {
  readonly path: string;

  constructor(options: { path: string; what: string; advice?: string; cause?: unknown }) {
    const { path, what, advice, cause } = options;
    super('FILE_MISSING', sentence(`${what} not found at ${path}`, advice), { cause });
    this.path = path;
  }
}

/** A file cannot be written where it should be. Nothing was written. */
export class FileWriteError extends AusteerError {
  readonly path: string;

  constructor(options: { path: string; cause: unknown }) {
    const { path, cause } = options;
    const code = (cause as { code?: string }).code ?? String(cause);
    const isFolder = ['EISDIR', 'EBUSY', 'ENOTEMPTY'].includes(code);
    const problem = isFolder ? 'a folder is in its place' : `writing failed with ${code}`;
    super('FILE_WRITE', sentence(`${path} could not be written: ${problem}`, 'Name another file'), { cause });
    this.path = path;
  }
}

/** A file is damaged, truncated or not of the format it should be. */
export class FileFormatError extends AusteerError {
  readonly path: string;
  readonly format: string;

  constructor(options: { path: string; format: string; problem: string; advice?: string; cause?: unknown }) {
    const { path, format, problem, advice, cause } = options;
    super('FILE_FORMAT', sentence(`${path} is not a usable ${format} file: ${problem}`, advice), { cause });
    this.path = path;
    this.format = format;
  }
}

/** The content of a file is not the content that was asked for. */
export class HashMismatchError extends AusteerError {
  readonly path: string;
  readonly given: string;
  readonly expected: string;

  constructor(options: { path: string; given: string; expected: string; advice?: string }) {
    const { path, given, expected, advice } = options;
    super('HASH_MISMATCH', sentence(`${path} has SHA-256 ${given}; expected ${expected}`, advice));
    this.path = path;
    this.given = given;
    this.expected = expected;
  }
}

/** No source could deliver a file; `tried` lists each source and why it failed. */
export class SourceUnavailableError extends AusteerError {
  readonly what: string;
  readonly tried: readonly { source: string; reason: string }[];

  constructor(options: {
    what: string;
    tried: readonly { source: string; reason: string }[];
    advice: string;
  }) {
    const { what, tried, advice } = options;
    const lines = tried.map(({ source, reason }) => `\n  - ${source}: ${reason}`).join('');
    super('SOURCE_UNAVAILABLE', `${what} could not be had from any source. Tried:${lines}\n${advice}`);
    this.what = what;
    this.tried = tried;
  }
}

/** The architecture, operator or tensor type of a model is not one this version knows. */
export class UnsupportedModelError extends AusteerError {
  readonly given: string;

  constructor(options: {
    what: string;
    given: string;
    supported: readonly string[] | string;
    advice?: string;
  }) {
    const { what, given, supported, advice } = options;
    const list = typeof supported === 'string' ? supported : supported.join(', ');
    super('UNSUPPORTED_MODEL', sentence(`${what} "${given}" is not supported; supported: ${list}`, advice));
    this.given = given;
  }
}

/** A plan, counts or a golden file was made for another model than the one it meets. */
export class ModelMismatchError extends AusteerError {
  readonly property: string;
  readonly given: unknown;
  readonly expected: unknown;

  constructor(options: {
    what: string;
    property: string;
    given: unknown;
    expected: unknown;
    advice?: string;
  }) {
    const { what, property, given, expected, advice } = options;
    super(
      'MODEL_MISMATCH',
      sentence(
        `${what} was made for another model: ${property} is ${showValue(expected)} there, and ${showValue(given)} here`,
        advice ?? 'Localize again on this model, or load the model it was made for',
      ),
    );
    this.property = property;
    this.given = given;
    this.expected = expected;
  }
}

/** A number that must be finite is NaN or infinite. */
export class NonFiniteError extends AusteerError {
  readonly where: string;

  constructor(options: { where: string; given: number; advice?: string }) {
    super(
      'NON_FINITE',
      sentence(`${options.where} is ${options.given}; expected a finite number`, options.advice),
    );
    this.where = options.where;
  }
}

/** There is nothing to work on: no pairs, no rows, no units. */
export class EmptyInputError extends AusteerError {
  readonly what: string;

  constructor(options: { what: string; advice?: string }) {
    super('EMPTY_INPUT', sentence(`${options.what}: none given; expected at least one`, options.advice));
    this.what = options.what;
  }
}

/** Prompt and answer together do not fit the model. */
export class ContextLengthError extends AusteerError {
  readonly given: number;
  readonly limit: number;

  constructor(options: { row: number; given: number; limit: number; advice?: string }) {
    const { row, given, limit, advice } = options;
    super(
      'CONTEXT_LENGTH',
      sentence(
        `Row ${row} needs ${given} tokens; the model takes ${limit}`,
        advice ?? 'Shorten the prompt or ask for fewer new tokens',
      ),
    );
    this.given = given;
    this.limit = limit;
  }
}

/** An optional library is not installed. */
export class MissingPeerError extends AusteerError {
  readonly library: string;

  constructor(options: { library: string; install: string; cause?: unknown }) {
    super('MISSING_PEER', `${options.library} is not installed. Run: ${options.install}`, {
      cause: options.cause,
    });
    this.library = options.library;
  }
}

function sentence(text: string, advice: string | undefined): string {
  return advice === undefined ? `${text}.` : `${text}. ${advice.replace(/\.$/, '')}.`;
}

/**
 * A value as errors name it: at most 80 characters of JSON. Values of files from outside may be nested so deep that
 * neither JSON nor a text can be made of them.
 *
 * @example
 * ```ts
 * showValue({ site: 'ffn' }); // '{"site":"ffn"}'
 * ```
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 80 ? `${value.slice(0, 77)}…` : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) {
    return String(value);
  }
  if (typeof value === 'bigint') return `${value}n`;
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? 'a list nested too deep' : `a ${typeof value} that is no JSON`;
  }
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The known name within an edit distance of a third of its length, for "did you mean". */
function nearestName(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best !== undefined && bestDistance <= Math.max(1, Math.floor(best.length / 3)) ? best : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

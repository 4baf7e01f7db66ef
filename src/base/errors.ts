/**
 * The kinds of failure a person can meet, each with the exit code of the command line (docs/cli.md).
 * Hardware faults are not here: they are states of the machine. errno values of the driver are not here
 * either: they are results.
 */

/** Base of all errors we throw on purpose; `exitCode` is what the command line ends with. */
export class TyrError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** The work is done, and what was checked does not hold: a fault, a wrong result, a difference. */
export class CheckFailed extends TyrError {
  constructor(message: string) {
    super(message, 1);
  }
}

/** The words of a command or request are off. */
export class UsageError extends TyrError {
  constructor(message: string) {
    super(message, 2);
  }
}

/** Where a bad input broke which rule, and what to do about it. */
export interface BadInputDetail {
  /** File name, or what the bytes claim to be ("command stream", "firmware image"). */
  readonly file?: string;
  /** Byte offset in the input; undefined where a place makes no sense. */
  readonly offset?: number;
  /** 1-based line and column for text inputs. */
  readonly line?: number;
  readonly column?: number;
  /** The rule that is broken, as a short sentence. */
  readonly rule: string;
  /** What the reader can do. */
  readonly remedy: string;
}

/** An input from outside is not what it must be; nothing of it was taken. */
export class BadInput extends TyrError {
  readonly detail: BadInputDetail;
  constructor(detail: BadInputDetail) {
    super(describe(detail), 3);
    this.detail = detail;
  }
  /** The same error with the name of the file it came from. */
  in(file: string): BadInput {
    return new BadInput({ ...this.detail, file });
  }
}

function describe(d: BadInputDetail): string {
  const at = d.line !== undefined ? `:${d.line}${d.column !== undefined ? `:${d.column}` : ''}` : '';
  const offset = d.offset !== undefined ? ` at offset 0x${d.offset.toString(16)}` : '';
  return `${d.file ?? 'input'}${at}${offset}: ${d.rule}. ${d.remedy}`;
}

/** A bug of ours: an invariant does not hold. The message says what to attach. */
export class Bug extends TyrError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 4, options);
  }
}

/** A limit given by the caller was reached (virtual or wall time). */
export class LimitReached extends TyrError {
  constructor(message: string) {
    super(message, 5);
  }
}

/** Throws `Bug` unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Marks a place that the types say cannot be reached. */
export function unreachable(value: never, what: string): never {
  throw new Bug(`${what}: unexpected ${String(value)}`);
}

/** Where a command writes, and how an error becomes an exit code. */
import { BadInput, TyrError, UsageError } from '../../../base/errors.ts';
import { systemProblem } from './files.ts';

export interface Io {
  /** Results: standard output. */
  out(text: string): void;
  /** Progress and logs: standard error. */
  err(text: string): void;
}

/** A command: gives its exit code (0 done and true, 1 something checked is false). */
export type Command = (args: string[], io: Io) => Promise<number>;

export const processIo: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** The document of a command that was to print one and failed before: what standard error says, for programs. */
export function failureDocument(exitCode: number, error: unknown, told: string): object {
  const detail = error instanceof BadInput ? error.detail : {};
  const message = error instanceof Error ? error.message : told.trim().replaceAll(/^tyr: /gm, '');
  return { error: { exitCode, message, ...detail } };
}

/** Writes what went wrong and returns the exit code for it (docs/cli.md, Rules). */
export function report(error: unknown, io: Io): number {
  if (error instanceof TyrError && error.exitCode !== 4) {
    io.err(`tyr: ${error.message}\n`);
    return error.exitCode;
  }
  // node:util parseArgs throws TypeErrors with these codes for words it does not know.
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    io.err(`tyr: ${error.message}\n`);
    return new UsageError('').exitCode;
  }
  const outside = systemProblem(error);
  if (outside !== undefined) {
    io.err(`tyr: ${outside}\n`);
    return new UsageError('').exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`tyr: this is a bug of the program. Please report it with the lines below and the session file.\n${text}\n`);
  return 4;
}

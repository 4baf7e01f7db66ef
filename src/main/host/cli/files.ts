/** Files a command writes, and what the operating system says when it cannot. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';

/** Refuses a file whose folder is not there, is no folder, or may not be written to: before any work is done. */
export function checkFolder(file: string): void {
  const folder = path.dirname(path.resolve(file));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`${file}: there is no folder ${folder}`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageError(`${file}: the folder ${folder} may not be written to`);
  }
}

/** A file that is to be made: nothing is overwritten. UsageError when it is there or cannot be made. */
export function checkNew(file: string): string {
  if (existsSync(file)) throw new UsageError(`${file} exists already: name a new file`);
  checkFolder(file);
  return file;
}

/** Calls of the system whose failure has a cause outside the program: a name, a permission, a full disk, a port. */
const CALLS: ReadonlySet<string> = new Set([
  'open',
  'write',
  'mkdir',
  'mkdtemp',
  'rename',
  'copyfile',
  'scandir',
  'read',
  'listen',
  'bind',
  'getaddrinfo',
]);

/** What to say of an error of the operating system; undefined when it is none of those. */
export function systemProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !CALLS.has(String(error.syscall))) return undefined;
  return error.message;
}

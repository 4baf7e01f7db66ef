/**
 * Error numbers of the kernel (spec/uapi/errno), and the exception that carries one through the driver the way `?`
 * carries a Rust `Error`. The ioctl dispatcher turns it into a negative number.
 */
import { ERRNO } from '../../spec/uapi/errno.ts';
import type { ErrnoName } from '../../spec/uapi/errno.ts';

export { ERRNO };
export type { ErrnoName };

const NAMES: ReadonlyMap<number, ErrnoName> = new Map(
  Object.entries(ERRNO).map(([name, value]) => [value, name as ErrnoName]),
);

/** Name of an error number of either sign, or undefined when the table has none. */
export function errnoName(value: number): ErrnoName | undefined {
  return NAMES.get(Math.abs(value));
}

/** A failed kernel operation. `ret` is what a C function would return: -errno. */
export class KernelError extends Error {
  readonly code: ErrnoName;
  readonly errno: number;
  constructor(code: ErrnoName, message: string) {
    super(`${code}: ${message}`);
    this.name = 'KernelError';
    this.code = code;
    this.errno = ERRNO[code];
  }
  get ret(): number {
    return -this.errno;
  }
}

/** Throws KernelError; `why` says which argument or condition broke which rule. */
export function fail(code: ErrnoName, why: string): never {
  throw new KernelError(code, why);
}

/** Throws KernelError unless `condition` holds. */
export function ensure(condition: unknown, code: ErrnoName, why: string): asserts condition {
  if (!condition) throw new KernelError(code, why);
}

/** Throws for a negative C-style result, else gives it back. Numbers the table lacks become EIO. */
export function checkRet(ret: number, what: string): number {
  if (ret < 0) throw new KernelError(errnoName(ret) ?? 'EIO', what);
  return ret;
}

/** Runs `body` and gives 0, or -errno when it throws a KernelError; other exceptions pass. */
export function toRet(body: () => void): number {
  try {
    body();
    return 0;
  } catch (error) {
    if (error instanceof KernelError) return error.ret;
    throw error;
  }
}

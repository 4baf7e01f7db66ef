/**
 * Error numbers of the kernel, arm64 values (include/uapi/asm-generic/errno-base.h, errno.h; the internal ones
 * above 511 from include/linux/errno.h), and the exception that carries one through the driver the way `?`
 * carries a Rust `Error`. The ioctl dispatcher turns it into a negative number.
 */

/** Name to positive value. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EMFILE: 24,
  ENOTTY: 25,
  ENOSPC: 28,
  ERANGE: 34,
  EDEADLK: 35,
  ENOSYS: 38,
  ETIME: 62,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  ETIMEDOUT: 110,
  EALREADY: 114,
  ECANCELED: 125,
  ERESTARTSYS: 512,
  EPROBE_DEFER: 517,
  ENOTSUPP: 524,
} as const;

export type ErrnoName = keyof typeof ERRNO;

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

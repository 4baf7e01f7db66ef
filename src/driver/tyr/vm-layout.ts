/**
 * How the VA space of a VM is divided between user space and kernel objects (Panthor `panthor_mmu.c`:
 * panthor_vm_create_get_user_va_range). The kernel part is a power of two at the top.
 */
import { roundDownPowerOfTwo } from '../../base/bits.ts';
import { ensure } from '../kernel/errno.ts';
import { TASK_SIZE } from '../kernel/uaccess.ts';

const GIB4 = 2 ** 32;
/** What the kernel part has at least. */
const MIN_KERNEL = 256 * 2 ** 20;

export interface VaSplit {
  /** End of the user range, which begins at 0; start of the kernel range. */
  readonly userRange: number;
  readonly kernelStart: number;
  readonly kernelEnd: number;
}

/** Splits `full` bytes; `requested` 0 lets the driver choose. KernelError EINVAL. */
export function splitVa(full: number, requested: number, taskSize = TASK_SIZE): VaSplit {
  ensure(full >= MIN_KERNEL, 'EINVAL', 'the VA space is too small');
  const most = full - MIN_KERNEL;
  ensure(requested <= most, 'EINVAL', `user_va_range ${requested} leaves no room for the kernel`);
  const chosen = taskSize < full ? taskSize : full > GIB4 ? full / 2 : most;
  const user = requested === 0 ? Math.min(chosen, most) : requested;
  const kernelStart = full - roundDownPowerOfTwo(full - user);
  return { userRange: kernelStart, kernelStart, kernelEnd: full };
}

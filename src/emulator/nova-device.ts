/**
 * A second, very small device: an identity word and nothing behind it. It shows that the kernel layer carries more
 * than one driver.
 */
import { NOVA } from '../spec/registers/nova.ts';

export class NovaDevice {
  /** A 32-bit read of its window; what is not there reads all ones, as on a PCI bus. */
  read32(offset: number): number {
    return offset === NOVA.BOOT_0.offset ? NOVA.BOOT_0.reset >>> 0 : 0xffff_ffff;
  }

  /** Nothing in it can be written. */
  write32(): void {}
}

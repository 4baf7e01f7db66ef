/**
 * Typed views of the interface blocks in the shared section, and the request/acknowledge protocol over them
 * (Panthor `panthor_fw.h`: toggle and update of request words, waiting for acknowledgements; Tyr S
 * `fw/interfaces.rs`). Every word has one writer; a request is pending while `req` and `ack` differ.
 */
import { TWO32, hi32, lo32 } from '../../../base/bits.ts';
import type { FieldName, Register, RegisterInit } from '../../../spec/registers/define.ts';
import { fail } from '../../kernel/errno.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { USEC } from '../../kernel/time.ts';
import type { WaitQueue } from '../../kernel/wait.ts';

/** Memory the driver and the firmware both see, by offset. */
export interface SharedWords {
  read32(offset: number): number;
  write32(offset: number, value: number): void;
}

/** How long acknowledgements are polled before the driver sleeps. */
const ACK_SPIN = 10 * USEC;
/** Time one look at a word in memory costs while spinning (chosen). */
const ACK_SPIN_STEP = 1 * USEC;

/** Lets `ns` pass without sleeping: nothing else runs on the CPU. */
export function spin(kernel: Kernel, ns: number): void {
  const until = kernel.now() + ns;
  while (kernel.now() < until) kernel.platform.time.run(until);
}

/** One block at an offset of the shared section. */
export class BlockView {
  readonly offset: number;
  private readonly words: SharedWords;

  constructor(words: SharedWords, offset: number) {
    this.words = words;
    this.offset = offset;
  }

  read<I extends RegisterInit>(reg: Register<I>): number {
    return this.words.read32(this.offset + reg.offset);
  }

  write<I extends RegisterInit>(reg: Register<I>, value: number): void {
    this.words.write32(this.offset + reg.offset, value >>> 0);
  }

  field<I extends RegisterInit>(reg: Register<I>, name: FieldName<I>): number {
    return reg.get(name, this.read(reg));
  }

  /** A 64-bit word below 2^53, low half first; the high half is cut to the 21 bits a Number holds. */
  read64<I extends RegisterInit>(reg: Register<I>): number {
    const lo = this.words.read32(this.offset + reg.offset);
    const hi = this.words.read32(this.offset + reg.offset + 4);
    return (hi & 0x1f_ffff) * TWO32 + lo;
  }

  /** Both halves, exact. */
  read64Words<I extends RegisterInit>(reg: Register<I>): { lo: number; hi: number } {
    const lo = this.words.read32(this.offset + reg.offset);
    return { lo, hi: this.words.read32(this.offset + reg.offset + 4) };
  }

  write64<I extends RegisterInit>(
    reg: Register<I>,
    value: number | { readonly lo: number; readonly hi: number },
  ): void {
    const words = typeof value === 'number' ? { lo: lo32(value), hi: hi32(value) } : value;
    this.words.write32(this.offset + reg.offset, words.lo);
    this.words.write32(this.offset + reg.offset + 4, words.hi);
  }
}

/** A pair of request and acknowledge words. */
export class RequestPair {
  private readonly reqBlock: BlockView;
  private readonly ackBlock: BlockView;
  private readonly reqReg: Register;
  private readonly ackReg: Register;

  constructor(reqBlock: BlockView, reqReg: Register, ackBlock: BlockView, ackReg: Register) {
    this.reqBlock = reqBlock;
    this.reqReg = reqReg;
    this.ackBlock = ackBlock;
    this.ackReg = ackReg;
  }

  get req(): number {
    return this.reqBlock.read(this.reqReg);
  }

  get ack(): number {
    return this.ackBlock.read(this.ackReg);
  }

  /** Bits that differ. */
  get pending(): number {
    return (this.req ^ this.ack) >>> 0;
  }

  write(value: number): void {
    this.reqBlock.write(this.reqReg, value);
  }

  /** Makes the bits of `mask` differ from the acknowledge word. */
  toggle(mask: number): void {
    this.write((this.req & ~mask) | (~this.ack & mask));
  }

  /** Replaces the bits of `mask` by those of `value`. */
  update(value: number, mask: number): void {
    this.write((this.req & ~mask) | (value & mask));
  }

  /** Acknowledges events: copies the bits of `mask` from the acknowledge word. */
  acknowledge(mask: number): void {
    this.update(this.ack, mask);
  }

  /**
   * Waits until the bits of `mask` are equal in both words; spins shortly, then sleeps on `queue`, which the JOB
   * interrupt wakes. Returns the bits that were acknowledged: all of `mask`, or fewer after `timeoutNs`.
   */
  waitAcks(kernel: Kernel, queue: WaitQueue, mask: number, timeoutNs: number): number {
    const wanted = (this.req & mask) >>> 0;
    const done = (): boolean => (this.ack & mask) >>> 0 === wanted;
    for (let spun = 0; spun < ACK_SPIN; spun += ACK_SPIN_STEP) {
      if (done()) return mask >>> 0;
      spin(kernel, ACK_SPIN_STEP);
    }
    if (queue.waitEventTimeout(done, timeoutNs) > 0) return mask >>> 0;
    return (~(wanted ^ this.ack) & mask) >>> 0;
  }

  /** As `waitAcks`; KernelError ETIMEDOUT when a bit is missing. */
  expectAcks(kernel: Kernel, queue: WaitQueue, mask: number, timeoutNs: number, what: string): void {
    const acked = this.waitAcks(kernel, queue, mask, timeoutNs);
    if (acked !== mask >>> 0) fail('ETIMEDOUT', `${what}: 0x${acked.toString(16)} of 0x${mask.toString(16)} answered`);
  }
}

/**
 * One address space slot of the MMU: its registers, its commands and their order (Panthor `panthor_mmu.c`
 * as_command functions, Tyr `mmu/address_space.rs`). Every command waits until the slot is not busy, before and
 * after; a slot that stays busy needs a GPU reset.
 */
import { TRANSCFG_UNMAPPED, encodeLock } from '../../spec/address-space.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import type { Words } from '../../spec/registers/define.ts';
import { KernelError } from '../kernel/errno.ts';
import type { IoMem } from '../kernel/io.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import { MSEC, USEC, readPollTimeout } from '../kernel/time.ts';

const POLL_STEP = 10 * USEC;
const POLL_LIMIT = 100 * MSEC;

type Command = 'UPDATE' | 'LOCK' | 'UNLOCK';

/** What a slot is programmed with. */
export interface AsConfig {
  /** Physical address of the root table. */
  readonly transtab: number;
  readonly transcfg: Words;
  readonly memattr: Words;
}

/** A part of the VA space, in bytes. */
export interface Region {
  readonly start: number;
  readonly size: number;
}

/** The smallest region that contains both. */
export function unionOf(a: Region, b: Region): Region {
  const start = Math.min(a.start, b.start);
  return { start, size: Math.max(a.start + a.size, b.start + b.size) - start };
}

/** The registers of slot `index`. `stuck` is told when the slot does not answer. */
export class AddressSpace {
  readonly index: number;
  private readonly kernel: Kernel;
  private readonly io: IoMem;
  private readonly log: Log;
  private readonly stuck: () => void;
  /** What is locked at present. */
  locked: Region | undefined;

  constructor(kernel: Kernel, io: IoMem, log: Log, index: number, stuck: () => void) {
    this.kernel = kernel;
    this.io = io;
    this.log = log;
    this.index = index;
    this.stuck = stuck;
  }

  /** Programs the slot and makes it take effect. */
  enable(config: AsConfig): void {
    this.io.write64(MMU_CONTROL.AS_TRANSTAB.at(this.index), config.transtab);
    this.io.write64(MMU_CONTROL.AS_MEMATTR.at(this.index), config.memattr);
    this.io.write64(MMU_CONTROL.AS_TRANSCFG.at(this.index), config.transcfg);
    this.command('UPDATE');
  }

  /** Lets every access through the slot fault. */
  disable(): void {
    this.io.write64(MMU_CONTROL.AS_TRANSTAB.at(this.index), 0);
    this.io.write64(MMU_CONTROL.AS_MEMATTR.at(this.index), 0);
    this.io.write64(MMU_CONTROL.AS_TRANSCFG.at(this.index), TRANSCFG_UNMAPPED);
    this.command('UPDATE');
  }

  /** Locks a region; a second call widens it without unlocking in between. */
  lock(region: Region): void {
    const wanted = this.locked === undefined ? region : unionOf(this.locked, region);
    this.io.write64(MMU_CONTROL.AS_LOCKADDR.at(this.index), encodeLock(wanted.start, wanted.size));
    this.command('LOCK');
    this.locked = wanted;
  }

  /** Unlocks what is locked; its translations are dropped. */
  unlock(): void {
    if (this.locked === undefined) return;
    this.locked = undefined;
    this.command('UNLOCK');
  }

  /** Fault registers of the slot, and the address as the log prints it. */
  readFault(): { status: number; address: Words } {
    return {
      status: this.io.read(MMU_CONTROL.AS_FAULTSTATUS.at(this.index)),
      address: this.io.read64(MMU_CONTROL.AS_FAULTADDRESS.at(this.index)),
    };
  }

  private command(command: Command): void {
    this.waitReady();
    this.io.writeFields(MMU_CONTROL.AS_COMMAND.at(this.index), { command });
    this.waitReady();
  }

  private waitReady(): void {
    const status = MMU_CONTROL.AS_STATUS.at(this.index);
    try {
      readPollTimeout(
        this.kernel,
        () => this.io.field(status, 'AS_ACTIVE'),
        (active) => active === 0,
        POLL_STEP,
        POLL_LIMIT,
      );
    } catch (error) {
      if (error instanceof KernelError) {
        this.log.err('AS_ACTIVE bit stuck');
        this.stuck();
      }
      throw error;
    }
  }
}

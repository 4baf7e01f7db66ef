/**
 * One of the three interrupt lines of the GPU (Panthor `PANTHOR_IRQ_HANDLER` in `panthor_device.h`, Tyr S
 * `irq.rs`). The hard handler masks the block and wakes a thread, the thread polls the raw status until nothing
 * wanted is left. While suspended the block stays masked and its events stay latched.
 */
import type { Stateful } from '../../base/stateful.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import type { Register } from '../../spec/registers/define.ts';
import type { IoMem } from '../kernel/io.ts';
import type { IrqAction, IrqReturn } from '../kernel/irq.ts';
import type { PlatformDevice } from '../kernel/platform-device.ts';
import type { Mutex } from '../kernel/sync.ts';

/** The four words of an interrupt block. */
interface InterruptBlock {
  readonly rawstat: Register;
  readonly clear: Register;
  readonly mask: Register;
  readonly stat: Register;
}

const BLOCKS = {
  gpu: {
    rawstat: GPU_CONTROL.GPU_INT_RAWSTAT,
    clear: GPU_CONTROL.GPU_INT_CLEAR,
    mask: GPU_CONTROL.GPU_INT_MASK,
    stat: GPU_CONTROL.GPU_INT_STAT,
  },
  job: {
    rawstat: JOB_CONTROL.JOB_INT_RAWSTAT,
    clear: JOB_CONTROL.JOB_INT_CLEAR,
    mask: JOB_CONTROL.JOB_INT_MASK,
    stat: JOB_CONTROL.JOB_INT_STAT,
  },
  mmu: {
    rawstat: MMU_CONTROL.MMU_INT_RAWSTAT,
    clear: MMU_CONTROL.MMU_INT_CLEAR,
    mask: MMU_CONTROL.MMU_INT_MASK,
    stat: MMU_CONTROL.MMU_INT_STAT,
  },
} as const satisfies Record<string, InterruptBlock>;

export type IrqName = keyof typeof BLOCKS;

type State = 'ACTIVE' | 'PROCESSING' | 'SUSPENDED' | 'SUSPENDING';

export type GpuIrqState = { readonly state: string; readonly mask: number };

export class GpuIrq implements Stateful<GpuIrqState> {
  readonly name: IrqName;
  private readonly io: IoMem;
  private readonly block: InterruptBlock;
  private readonly handler: (status: number) => void;
  private action: IrqAction | undefined;
  private state: State = 'SUSPENDED';
  private mask: number;

  /** `handler` gets the wanted raw bits and writes CLEAR itself; it runs in the thread. */
  constructor(io: IoMem, name: IrqName, mask: number, handler: (status: number) => void) {
    this.io = io;
    this.name = name;
    this.block = BLOCKS[name];
    this.mask = mask;
    this.handler = handler;
  }

  /** Masks the block, requests the line of that name and goes active. `locks` are taken by the handler. */
  request(dev: PlatformDevice, locks: readonly Mutex[] = []): void {
    this.io.write(this.block.mask, 0);
    this.action = dev.requestIrq(this.name, {
      id: `panthor-${this.name}`,
      shared: true,
      hard: () => this.hard(),
      thread: () => this.thread(),
      locks,
    });
    this.resume();
  }

  private hard(): IrqReturn {
    if (this.state !== 'ACTIVE') return 'none';
    this.state = 'PROCESSING';
    if (this.io.read(this.block.stat) === 0) {
      this.state = 'ACTIVE';
      return 'none';
    }
    this.io.write(this.block.mask, 0);
    return 'wake-thread';
  }

  private thread(): void {
    for (;;) {
      const status = (this.io.read(this.block.rawstat) & this.mask) >>> 0;
      if (status === 0) break;
      this.handler(status);
    }
    if (this.state !== 'PROCESSING') return;
    this.state = 'ACTIVE';
    this.io.write(this.block.mask, this.mask);
  }

  get wanted(): number {
    return this.mask;
  }

  /** Changes single bits; the register follows only while the line is active. */
  enableEvents(bits: number): void {
    this.setMask((this.mask | bits) >>> 0);
  }

  disableEvents(bits: number): void {
    this.setMask((this.mask & ~bits) >>> 0);
  }

  private setMask(mask: number): void {
    this.mask = mask;
    if (this.state === 'ACTIVE') this.io.write(this.block.mask, mask);
  }

  /** Masks the block and waits for a running thread. */
  suspend(): void {
    this.state = 'SUSPENDING';
    this.io.write(this.block.mask, 0);
    this.action?.synchronize();
    this.state = 'SUSPENDED';
  }

  /** Drops what was latched meanwhile and listens again. */
  resume(): void {
    this.state = 'ACTIVE';
    this.io.write(this.block.clear, this.mask);
    this.io.write(this.block.mask, this.mask);
  }

  /** True when a raw bit is set, wanted or not. */
  raw(bits: number): boolean {
    return (this.io.read(this.block.stat) & bits) !== 0;
  }

  clear(bits: number): void {
    this.io.write(this.block.clear, bits);
  }

  save(): GpuIrqState {
    return { state: this.state, mask: this.mask };
  }

  load(state: GpuIrqState): void {
    this.state = state.state as State;
    this.mask = state.mask;
  }
}

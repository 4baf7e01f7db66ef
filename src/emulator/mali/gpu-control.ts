/**
 * GPU control: identity and features (read straight from the table), commands, status and the faults that belong
 * to no address space. Sources: Panthor panthor_gpu.c, Tyr regs.rs; the time commands are named by kbase only.
 */
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { FAULT } from '../../spec/faults.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { ORDER, type AccessType, type Caches, type EventTarget } from '../wiring.ts';
import { numberOf, type Chip } from './chip.ts';
import type { Counters } from './counters.ts';

const { GPU_CMD, GPU_INT_RAWSTAT, GPU_STATUS, GPU_FAULT_STATUS, GPU_FAULT_ADDR } = GPU_CONTROL;

/** GPU cycles from GPU_CMD RESET to RESET_COMPLETED (chosen). */
const RESET_CYCLES = 1000;

const RESET_ENDED = 0;
const FLUSH_ENDED = 1;

const CODE = (name: string) => GPU_CMD.field('code').valueOf(name);
const RESET = CODE('RESET');
const TIME = CODE('TIME');
const FLUSH_CACHES = CODE('FLUSH_CACHES');
const CLEAR_FAULT = CODE('CLEAR_FAULT');
const NOP = CODE('NOP');
const FAST_RESET = GPU_CMD.field('reset_mode').valueOf('FAST_RESET');
const HARD_RESET = GPU_CMD.field('reset_mode').valueOf('HARD_RESET');

const RESET_COMPLETED = GPU_INT_RAWSTAT.encode({ RESET_COMPLETED: 1 });
const CLEAN_CACHES_COMPLETED = GPU_INT_RAWSTAT.encode({ CLEAN_CACHES_COMPLETED: 1 });
const FAULT_BIT = GPU_INT_RAWSTAT.encode({ FAULT: 1 });

/** What the rest of the GPU contributes. */
export interface GpuControlLinks {
  readonly caches: Caches;
  readonly counters: Counters;
  /** Resets everything else; power domains stay on for a fast reset. */
  readonly reset: (keepPower: boolean) => void;
  readonly active: () => boolean;
  readonly powerChanging: () => boolean;
  readonly pageFault: () => boolean;
}

export class GpuControl implements EventTarget, Stateful<PlainObject> {
  readonly id = 'gpu-control';
  private readonly chip: Chip;
  private readonly links: GpuControlLinks;
  private faulted = false;

  constructor(chip: Chip, links: GpuControlLinks) {
    this.chip = chip;
    this.links = links;
    chip.clock.register(this);
    chip.host.on(GPU_CMD, { write: (value) => this.command(value) });
    chip.host.on(GPU_STATUS, {
      read: () =>
        GPU_STATUS.encode({
          GPU_ACTIVE: links.active(),
          PWR_ACTIVE: links.powerChanging(),
          PAGE_FAULT: links.pageFault(),
        }),
    });
  }

  /** A fault outside the address spaces: latched until CLEAR_FAULT. */
  raiseFault(exception: number, access: AccessType, address: number, as: number, source: number): void {
    if (this.faulted) return;
    this.faulted = true;
    const { host } = this.chip;
    const word = GPU_FAULT_STATUS.encode({ address_valid: 1, jasid_valid: 1 });
    host.set(GPU_FAULT_STATUS, word | exception | (access << 8) | (as << 12) | (source << 16));
    host.set(GPU_FAULT_ADDR, address >>> 0, 0);
    host.set(GPU_FAULT_ADDR, Math.floor(address / 0x1_0000_0000), 1);
    this.chip.gpuIrq.raise(FAULT_BIT);
  }

  fire(kind: number, payload: number): void {
    if (kind === FLUSH_ENDED) {
      this.chip.gpuIrq.raise(CLEAN_CACHES_COMPLETED);
    } else if (kind === RESET_ENDED) {
      this.links.reset(payload !== 0);
      this.chip.gpuIrq.raise(RESET_COMPLETED);
    }
  }

  /** Drops commands under way and the fault. */
  reset(): void {
    this.faulted = false;
    this.chip.clock.cancelAll(this.id);
  }

  save(): PlainObject {
    return { faulted: this.faulted ? 1 : 0 };
  }

  load(state: PlainObject): void {
    this.faulted = numberOf(state, 'faulted') !== 0;
  }

  private command(value: number): void {
    const code = GPU_CMD.get('code', value);
    switch (code) {
      case NOP:
        return;
      case RESET:
        return this.startReset(GPU_CMD.get('reset_mode', value), value);
      case TIME:
        return this.links.counters.enable(GPU_CMD.get('time', value) !== 0);
      case FLUSH_CACHES:
        return this.links.caches.flush(this.id, FLUSH_ENDED, 0);
      case CLEAR_FAULT:
        this.faulted = false;
        this.chip.host.set(GPU_FAULT_STATUS, FAULT.OK);
        this.chip.host.set(GPU_FAULT_ADDR, 0, 0);
        this.chip.host.set(GPU_FAULT_ADDR, 0, 1);
        return;
      default:
        this.refuse(value);
    }
  }

  private startReset(mode: number, value: number): void {
    if (mode > HARD_RESET) return this.refuse(value);
    const { clock, gpuClock } = this.chip;
    // A reset overtakes commands under way, an earlier reset included.
    clock.cancelAll(this.id);
    clock.schedule(gpuClock.after(RESET_CYCLES), ORDER.HOST, 0, this.id, RESET_ENDED, mode === FAST_RESET ? 1 : 0);
  }

  /** Protected mode, FINISH_HALT, FLUSH_PA_RANGE (not on this architecture) and unknown codes do nothing. */
  private refuse(value: number): void {
    this.chip.log.report(4, GPU_CMD.offset, true, 4, value);
  }
}

/**
 * The flush engine: GPU_CMD FLUSH_CACHES, the AS commands FLUSH_*, FLUSH_CACHE2 of the streams and CACHE_CMD of the
 * MCU all end here. The emulator has no data caches, memory is always coherent; what remains of a flush is its
 * time and the identifier user space compares (Panthor panthor_fw_regs.h, CSF_GPU_LATEST_FLUSH_ID).
 */
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { CSF_USER, nextFlushId } from '../../spec/registers/csf-user.ts';
import { MCU_TIMING } from '../../spec/registers/mcu-private.ts';
import { ORDER, type Caches, type EventTarget } from '../wiring.ts';
import { numberOf, type Chip } from './chip.ts';

interface Request {
  readonly target: string;
  readonly kind: number;
  readonly payload: number;
}

export class FlushEngine implements Caches, EventTarget, Stateful<PlainObject> {
  readonly id = 'caches';
  flushId: number;
  private readonly chip: Chip;
  /** Flushes under way, oldest first; all take the same time, so they end in this order. */
  private readonly requests: Request[] = [];

  constructor(chip: Chip) {
    this.chip = chip;
    this.flushId = CSF_USER.CSF_GPU_LATEST_FLUSH_ID.reset;
    chip.clock.register(this);
    chip.host.on(CSF_USER.CSF_GPU_LATEST_FLUSH_ID, { read: () => this.flushId });
  }

  flush(target: string, kind: number, payload: number): void {
    this.requests.push({ target, kind, payload });
    // A clock that speeds up could let a later flush overtake an earlier one: the queue answers in order anyway.
    this.chip.clock.schedule(this.chip.gpuClock.after(MCU_TIMING.FLUSH), ORDER.CACHE, 0, this.id, 0, 0);
  }

  fire(): void {
    const request = this.requests.shift();
    if (request === undefined) return;
    this.flushId = nextFlushId(this.flushId);
    this.chip.clock.schedule(this.chip.clock.now, ORDER.CACHE, 1, request.target, request.kind, request.payload);
  }

  /** Forgets flushes under way; identifiers go on, so that user space never sees one twice (chosen). */
  reset(): void {
    this.requests.length = 0;
    this.chip.clock.cancelAll(this.id);
  }

  /** As after power-on. */
  powerOn(): void {
    this.reset();
    this.flushId = CSF_USER.CSF_GPU_LATEST_FLUSH_ID.reset;
  }

  save(): PlainObject {
    return { flushId: this.flushId, requests: this.requests.map((r) => ({ ...r })) };
  }

  load(state: PlainObject): void {
    this.flushId = numberOf(state, 'flushId');
    this.requests.length = 0;
    const saved = state['requests'];
    if (!Array.isArray(saved)) return;
    for (const one of saved as readonly PlainObject[]) {
      this.requests.push({
        target: String(one['target']),
        kind: numberOf(one, 'kind'),
        payload: numberOf(one, 'payload'),
      });
    }
  }
}

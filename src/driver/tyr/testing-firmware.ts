/**
 * What plays the firmware in the driver's own tests: a script that writes interface words through the MCU's page
 * tables, acknowledges requests and "runs" ring entries far enough to bump sync objects. It knows nothing of the
 * silicon model or of the real firmware source; a test changes its behaviour through the fields.
 */
import { bits } from '../../base/bits.ts';
import {
  CSG_CONTROL,
  CSG_INPUT,
  CSG_OUTPUT,
  CSG_REQ,
  CSG_REQ_MASK,
  CSG_STATE,
  CS_BLOCKED_REASON,
  CS_CONTROL,
  CS_INPUT,
  CS_OUTPUT,
  CS_REQ,
  GLB_CONTROL,
  GLB_INPUT,
  GLB_OUTPUT,
  GLB_REQ,
  QUEUE_INPUT,
  QUEUE_OUTPUT,
  SHARED_BASE,
  csControlOffset,
  csgControlOffset,
  packVersion,
  requestMask,
} from '../../spec/firmware/interface.ts';
import { SECTION_FLAG } from '../../spec/firmware/image-format.ts';
import { writeImage } from '../../spec/firmware/image-writer.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import type { FakeFirmware, FakeSoc } from './testing.ts';

const GROUP_STRIDE = 0x200;
const STREAM_STRIDE = 0x10;
const GROUPS = 8;
const STREAMS = 8;
/** Offsets in the shared section (chosen for the test). */
const GLB_IN = 0x4000;
const GLB_OUT = 0x5000;
const csgIn = (csg: number): number => 0x8000 + csg * 0x1000;
const csgOut = (csg: number): number => csgIn(csg) + 0x80;
const csIn = (csg: number, cs: number): number => csgIn(csg) + 0x100 + cs * 0x180;
const csOut = (csg: number, cs: number): number => csIn(csg, cs) + 0x80;
const SHARED_SIZE = 0x2_0000;

/** 96 registers, 8 scoreboards, all job kinds. */
export const CS_FEATURES = 0x0007_085f;
export const VERSION = packVersion(1, 1, 0);

/** An image that loads: vectors at 0 and the shared section. */
export function testImage(text = 'git_sha: 0123abcd\0'): Uint8Array {
  const flags = { optional: false, update: false };
  return writeImage({
    entries: [
      {
        ...flags,
        kind: 'section',
        flags: SECTION_FLAG.RD | SECTION_FLAG.EX | (1 << 3),
        vaStart: 0,
        vaEnd: 0x2000,
        name: 'code',
        data: Uint8Array.from([0, 0x20, 0, 0, 0x41, 0, 0, 0]),
      },
      {
        ...flags,
        kind: 'section',
        flags: (SECTION_FLAG.RD | SECTION_FLAG.WR | SECTION_FLAG.SHARED | SECTION_FLAG.ZERO) >>> 0,
        vaStart: SHARED_BASE,
        vaEnd: SHARED_BASE + SHARED_SIZE,
        name: 'shared',
        data: new Uint8Array(0),
      },
      { ...flags, kind: 'build-info', text },
    ],
  });
}

/** How a called stream ends. */
export type CallEnd = 'done' | 'fault' | 'fatal' | 'hang' | 'wait';

const mask = (csg: number): number => 1 << csg;

export class ScriptedFirmware implements FakeFirmware {
  private readonly soc: FakeSoc;
  /** Words written over the control blocks at boot, by offset in the shared section. */
  readonly patches = new Map<number, number>();
  /** Streams called so far, as `AS1 0x... +0x...`. */
  readonly calls: string[] = [];
  /** States of groups taken, as `CSG0 START`. */
  readonly states: string[] = [];
  /** Answers nothing. */
  deaf = false;
  /** Slots that do not answer state requests. */
  deafSlots = 0;
  onCall: (start: number, size: number) => CallEnd = () => 'done';
  /** What a stream that waits, waits for. */
  syncWait = { va: 0, value: 0 };
  private readonly running = new Map<string, CallEnd>();
  /** Slots whose idleness has been reported and that have done nothing since. */
  private readonly quiet = new Set<number>();

  constructor(soc: FakeSoc) {
    this.soc = soc;
  }

  /** What streams are doing; gives a function that brings it back. */
  snapshot(): () => void {
    const running = new Map(this.running);
    const quiet = new Set(this.quiet);
    return () => {
      this.running.clear();
      for (const [key, how] of running) this.running.set(key, how);
      this.quiet.clear();
      for (const csg of quiet) this.quiet.add(csg);
    };
  }

  private load(offset: number): number {
    return this.soc.load(0, SHARED_BASE + offset);
  }

  private store(offset: number, value: number): void {
    this.soc.store(0, SHARED_BASE + offset, value);
  }

  boot(): void {
    this.running.clear();
    this.quiet.clear();
    const put = (base: number, reg: { offset: number }, value: number): void => this.store(base + reg.offset, value);
    put(0, GLB_CONTROL.VERSION, VERSION);
    put(0, GLB_CONTROL.INPUT_VA, SHARED_BASE + GLB_IN);
    put(0, GLB_CONTROL.OUTPUT_VA, SHARED_BASE + GLB_OUT);
    put(0, GLB_CONTROL.GROUP_NUM, GROUPS);
    put(0, GLB_CONTROL.GROUP_STRIDE, GROUP_STRIDE);
    put(0, GLB_CONTROL.INSTR_FEATURES, 0x71);
    for (let csg = 0; csg < GROUPS; csg++) {
      const at = csgControlOffset(csg, GROUP_STRIDE);
      put(at, CSG_CONTROL.INPUT_VA, SHARED_BASE + csgIn(csg));
      put(at, CSG_CONTROL.OUTPUT_VA, SHARED_BASE + csgOut(csg));
      put(at, CSG_CONTROL.SUSPEND_SIZE, 0x1000);
      put(at, CSG_CONTROL.PROTM_SUSPEND_SIZE, 0x1000);
      put(at, CSG_CONTROL.STREAM_NUM, STREAMS);
      put(at, CSG_CONTROL.STREAM_STRIDE, STREAM_STRIDE);
      for (let cs = 0; cs < STREAMS; cs++) {
        const control = csControlOffset(csg, GROUP_STRIDE, cs, STREAM_STRIDE);
        put(control, CS_CONTROL.FEATURES, CS_FEATURES);
        put(control, CS_CONTROL.INPUT_VA, SHARED_BASE + csIn(csg, cs));
        put(control, CS_CONTROL.OUTPUT_VA, SHARED_BASE + csOut(csg, cs));
      }
    }
    for (const [offset, value] of this.patches) this.store(offset, value);
    this.irq(2 ** 31);
  }

  private irq(job: number): void {
    this.soc.raise(JOB_CONTROL.JOB_INT_RAWSTAT.offset, job);
  }

  halted(): boolean {
    return this.soc.peek(MCU_CONTROL.MCU_STATUS.offset) === 2;
  }

  doorbell(n: number): void {
    if (this.deaf || this.soc.peek(MCU_CONTROL.MCU_STATUS.offset) !== 1) return;
    if (n > 0) return this.runGroup(n - 1);
    const req = this.load(GLB_IN + GLB_INPUT.REQ.offset);
    this.store(GLB_OUT + GLB_OUTPUT.ACK.offset, req);
    if ((req & requestMask(GLB_REQ, 'HALT')) !== 0) {
      this.soc.poke(MCU_CONTROL.MCU_STATUS.offset, 2);
      return;
    }
    const rung =
      this.load(GLB_IN + GLB_INPUT.DOORBELL_REQ.offset) ^ this.load(GLB_OUT + GLB_OUTPUT.DOORBELL_ACK.offset);
    this.store(GLB_OUT + GLB_OUTPUT.DOORBELL_ACK.offset, this.load(GLB_IN + GLB_INPUT.DOORBELL_REQ.offset));
    for (let csg = 0; csg < GROUPS; csg++) if (((rung >>> csg) & 1) === 1) this.group(csg);
    this.irq(2 ** 31);
  }

  private group(csg: number): void {
    if (((this.deafSlots >>> csg) & 1) === 1) return;
    this.store(csgOut(csg) + CSG_OUTPUT.DOORBELL_ACK.offset, this.load(csgIn(csg) + CSG_INPUT.DOORBELL_REQ.offset));
    const req = this.load(csgIn(csg) + CSG_INPUT.REQ.offset);
    const ack = this.load(csgOut(csg) + CSG_OUTPUT.ACK.offset);
    const changed = (req ^ ack) & CSG_REQ_MASK;
    if (changed !== 0) {
      if ((changed & 7) !== 0) this.state(csg, req & 7);
      this.status(csg);
      this.store(csgOut(csg) + CSG_OUTPUT.ACK.offset, (ack & ~CSG_REQ_MASK) | (req & CSG_REQ_MASK));
      this.irq(mask(csg));
    }
    this.runGroup(csg);
  }

  private state(csg: number, state: number): void {
    const name = Object.entries(CSG_STATE).find(([, v]) => v === state)?.[0] ?? String(state);
    this.states.push(`CSG${csg} ${name}`);
    this.quiet.delete(csg);
    for (let cs = 0; cs < STREAMS; cs++) {
      const key = `${csg}.${cs}`;
      const start = state === CSG_STATE.START || state === CSG_STATE.RESUME;
      if (!start) this.running.delete(key);
      else if ((this.load(csIn(csg, cs)) & 7) === 1) {
        this.running.set(key, 'done');
        this.store(csOut(csg, cs), this.load(csIn(csg, cs)));
      }
    }
  }

  /** Status words: whether a stream is empty or waits. */
  private status(csg: number): void {
    for (let cs = 0; cs < STREAMS; cs++) {
      const waits = this.running.get(`${csg}.${cs}`) === 'wait';
      const out = csOut(csg, cs);
      const reason = waits ? CS_BLOCKED_REASON.SYNC_WAIT : CS_BLOCKED_REASON.UNBLOCKED;
      this.store(out + CS_OUTPUT.STATUS_BLOCKED_REASON.offset, reason);
      if (!waits) continue;
      this.store(out + CS_OUTPUT.STATUS_WAIT.offset, 2 ** 31 + 2 ** 30 + 2 ** 24);
      this.store(out + CS_OUTPUT.STATUS_WAIT_SYNC_POINTER.offset, this.syncWait.va >>> 0);
      this.store(out + CS_OUTPUT.STATUS_WAIT_SYNC_POINTER.offset + 4, Math.floor(this.syncWait.va / 2 ** 32));
      this.store(out + CS_OUTPUT.STATUS_WAIT_SYNC_VALUE.offset, this.syncWait.value);
    }
  }

  private wide(offset: number): number {
    return this.load(offset) + this.load(offset + 4) * 2 ** 32;
  }

  private runGroup(csg: number): void {
    if (csg >= GROUPS) return;
    let synced = false;
    let idle = true;
    let any = false;
    for (let cs = 0; cs < STREAMS; cs++) {
      if (!this.running.has(`${csg}.${cs}`)) continue;
      any = true;
      if (this.runStream(csg, cs)) synced = true;
      const state = this.running.get(`${csg}.${cs}`);
      if (state === 'hang' || state === 'fatal') idle = false;
    }
    const newlyIdle = any && idle && !this.quiet.has(csg);
    if (newlyIdle) this.quiet.add(csg);
    const events = (synced ? requestMask(CSG_REQ, 'SYNC_UPDATE') : 0) | (newlyIdle ? requestMask(CSG_REQ, 'IDLE') : 0);
    if (events !== 0) this.event(csgIn(csg) + CSG_INPUT.REQ.offset, csgOut(csg) + CSG_OUTPUT.ACK.offset, events, csg);
  }

  /** Makes event bits differ. */
  private event(req: number, ack: number, events: number, csg: number): void {
    this.store(ack, (this.load(ack) & ~events) | (~this.load(req) & events));
    this.irq(mask(csg));
  }

  /** True when a sync object was written. */
  private runStream(csg: number, cs: number): boolean {
    const key = `${csg}.${cs}`;
    const as = this.load(csgIn(csg) + CSG_INPUT.CONFIG.offset) & 0xf;
    const base = this.wide(csIn(csg, cs) + CS_INPUT.RINGBUF_BASE.offset);
    const size = this.load(csIn(csg, cs) + CS_INPUT.RINGBUF_SIZE.offset);
    const input = this.load(csIn(csg, cs) + CS_INPUT.RINGBUF_INPUT.offset);
    const output = this.load(csIn(csg, cs) + CS_INPUT.RINGBUF_OUTPUT.offset);
    const insert = this.soc.load(0, input + QUEUE_INPUT.INSERT.offset);
    let extract = this.soc.load(0, output + QUEUE_OUTPUT.EXTRACT.offset);
    if (extract < insert && this.running.get(key) === 'done') this.quiet.delete(csg);
    const registers = Array.from({ length: 96 }, () => 0);
    let synced = false;
    while (extract < insert && this.running.get(key) === 'done') {
      const at = base + (extract % size);
      const lo = this.soc.load(as, at);
      const hi = this.soc.load(as, at + 4);
      const op = bits(hi, 24, 8);
      const a = bits(hi, 8, 8);
      const v = bits(hi, 0, 8);
      if (op === 1) registers[bits(hi, 16, 8)] = bits(hi, 0, 16) * 2 ** 32 + lo;
      else if (op === 2) registers[bits(hi, 16, 8)] = lo;
      else if (op === 32) {
        this.calls.push(`AS${as} 0x${registers[a]!.toString(16)} +0x${registers[v]!.toString(16)}`);
        this.end(csg, cs, this.onCall(registers[a]!, registers[v]!));
      } else if (op === 51) {
        const pa = registers[a]!;
        this.soc.store(as, pa, this.soc.load(as, pa) + registers[v]!);
        synced = true;
      }
      // A stream that has stopped stays inside the job that stopped it.
      if (this.running.get(key) === 'done') extract += 8;
    }
    this.soc.store(0, output + QUEUE_OUTPUT.EXTRACT.offset, extract);
    return synced;
  }

  private end(csg: number, cs: number, how: CallEnd): void {
    if (how === 'fault') this.raise(csg, cs, 'FAULT', 0x58);
    else {
      this.running.set(`${csg}.${cs}`, how);
      if (how === 'fatal') this.raise(csg, cs, 'FATAL', 0x49);
    }
  }

  /** A blocked stream goes on. */
  unblock(): void {
    for (const [key, how] of this.running) {
      if (how !== 'wait') continue;
      this.running.set(key, 'done');
    }
    this.onCall = () => 'done';
  }

  /** Reports a stream event through all levels. */
  raise(csg: number, cs: number, kind: 'FAULT' | 'FATAL' | 'TILER_OOM', code: number): void {
    if (kind === 'FAULT') this.store(csOut(csg, cs) + CS_OUTPUT.FAULT.offset, code);
    if (kind === 'FATAL') this.store(csOut(csg, cs) + CS_OUTPUT.FATAL.offset, code);
    const bit = requestMask(CS_REQ, kind);
    this.event(csIn(csg, cs) + CS_INPUT.REQ.offset, csOut(csg, cs) + CS_OUTPUT.ACK.offset, bit, csg);
    const ack = this.load(csgIn(csg) + CSG_INPUT.CS_IRQ_ACK.offset);
    const req = csgOut(csg) + CSG_OUTPUT.CS_IRQ_REQ.offset;
    this.store(req, (this.load(req) & ~mask(cs)) | (~ack & mask(cs)));
  }

  /** Writes counters of the tiler heap a stream uses. */
  heap(csg: number, cs: number, context: number, vtStart: number, vtEnd: number, fragEnd: number): void {
    const out = csOut(csg, cs);
    this.store(out + CS_OUTPUT.HEAP_ADDRESS.offset, context >>> 0);
    this.store(out + CS_OUTPUT.HEAP_ADDRESS.offset + 4, Math.floor(context / 2 ** 32));
    this.store(out + CS_OUTPUT.HEAP_VT_START.offset, vtStart);
    this.store(out + CS_OUTPUT.HEAP_VT_END.offset, vtEnd);
    this.store(out + CS_OUTPUT.HEAP_FRAG_END.offset, fragEnd);
  }

  /** What the driver answered: HEAP_START, HEAP_END. */
  heapAnswer(csg: number, cs: number): readonly [number, number] {
    return [this.wide(csIn(csg, cs) + CS_INPUT.HEAP_START.offset), this.wide(csIn(csg, cs) + CS_INPUT.HEAP_END.offset)];
  }

  /** A word of the GLB input. */
  glbInput(reg: { offset: number }): number {
    return this.load(GLB_IN + reg.offset);
  }
}

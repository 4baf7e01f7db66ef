/**
 * A bench for tests of the reference firmware: the committed image on the emulated machine, with the host side
 * played word by word as panthor does it (panthor_fw.c, panthor_sched.c), over page tables built by hand. The units
 * that run jobs end their tasks when the test says so.
 */
// Only tests import this file; it stands outside them because three of them share it.
// oxlint-disable tyr/rooms
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { createCsf } from '../../emulator/csf/csf.ts';
import { ManualUnit } from '../../emulator/csf/testing.ts';
import { Machine } from '../../emulator/machine.ts';
import { RAM_BASE } from '../../emulator/memory.ts';
import { encode } from '../../spec/cs/isa.ts';
import type { InstructionName } from '../../spec/cs/isa.ts';
import { SECTION_FLAG } from '../../spec/firmware/image-format.ts';
import { parseImage } from '../../spec/firmware/image.ts';
import * as fw from '../../spec/firmware/interface.ts';
import * as pt from '../../spec/page-table.ts';
import type { Register } from '../../spec/registers/define.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';

export const IMAGE = parseImage(
  readFileSync(path.resolve(import.meta.dirname, '../../../resources/firmware/reference.bin')),
);
const PAGE = 0x1000;
export const GLB_IRQ = 0x8000_0000;
export const MS = 1_000_000;

/** Objects of the host in the MCU VM and in the VM of groups. */
export const QUEUE_PAGES = 0x0480_0000;
export const SUSPEND_BUF = 0x0490_0000;
export const RING = 0x1000_0000;
export const RING_SIZE = 0x1000;
export const DATA = 0x2000_0000;

type Program = readonly (readonly [InstructionName, Readonly<Record<string, number>>])[];

/** Page tables for one address space, built as the host does. */
class Space {
  readonly root: number;
  private readonly rig: Rig;
  private readonly pages = new Map<number, number>();

  constructor(rig: Rig) {
    this.rig = rig;
    this.root = rig.page();
  }

  map(va: number, size: number, protection: pt.Protection = {}): void {
    const { memory } = this.rig.machine;
    for (let at = va; at < va + size; at += PAGE) {
      let table = this.root;
      for (let level = 0; level < pt.LAST_LEVEL; level++) {
        const entry = table + 8 * pt.tableIndex(at, level);
        let next = pt.entryAddress(memory.read32(entry), memory.read32(entry + 4));
        if (memory.read32(entry) === 0) {
          next = this.rig.page();
          this.rig.write(entry, pt.encodeTable(next));
        }
        table = next;
      }
      const pa = this.rig.page();
      this.pages.set(at, pa);
      this.rig.write(table + 8 * pt.tableIndex(at, pt.LAST_LEVEL), pt.linuxLeaf(pa, pt.LAST_LEVEL, protection));
    }
  }

  pa(va: number): number {
    const pa = this.pages.get(va - (va % PAGE));
    if (pa === undefined) throw new RangeError(`0x${va.toString(16)} is not mapped`);
    return pa + (va % PAGE);
  }

  get(va: number): number {
    return this.rig.machine.memory.read32(this.pa(va));
  }

  set(va: number, value: number): void {
    this.rig.machine.memory.write32(this.pa(va), value >>> 0);
  }
}

export class Rig {
  /** Compute, fragment, tiler. */
  readonly units = [new ManualUnit(), new ManualUnit(), new ManualUnit()] as const;
  readonly machine = new Machine({
    ramSize: 16 << 20,
    csf: (host) => {
      const csf = createCsf(host);
      ([0, 1, 2] as const).forEach((cls) => csf.registerUnit(cls, this.units[cls]));
      return csf;
    },
  });
  readonly odd: string[] = [];
  log = '';
  private nextPage = RAM_BASE + PAGE;
  readonly mcu = new Space(this);
  readonly vm = new Space(this);

  constructor() {
    const { hooks } = this.machine;
    hooks.mcuOdd = (...args) => this.odd.push(args.map((a) => Number(a).toString(16)).join(' '));
    hooks.logChar = (c) => (this.log += String.fromCharCode(c));
    for (const s of IMAGE.sections) {
      this.mcu.map(s.vaStart, s.vaEnd - s.vaStart, {
        readOnly: (s.flags & SECTION_FLAG.WR) === 0,
        noExec: (s.flags & SECTION_FLAG.EX) === 0,
      });
    }
    this.mcu.map(QUEUE_PAGES, 8 * fw.QUEUE_PAGES_SIZE, { noExec: true, uncached: true });
    this.mcu.map(SUSPEND_BUF, 0x7000, { noExec: true });
    this.vm.map(RING, 8 * RING_SIZE);
    this.vm.map(DATA, 0x2000);
    this.load();
    this.enable(0, this.mcu);
    this.enable(1, this.vm);
    this.out(GPU_POWER.L2_PWRON, 1);
    this.out(JOB_CONTROL.JOB_INT_MASK, 0xffff_ffff);
    this.run(MS);
  }

  /** Section contents as a loader writes them, at first and for a reload. */
  load(): void {
    const { memory } = this.machine;
    for (const s of IMAGE.sections) {
      for (let at = s.vaStart; at < s.vaEnd; at += PAGE) {
        const bytes = s.data.subarray(at - s.vaStart, at - s.vaStart + PAGE);
        if ((s.flags & SECTION_FLAG.ZERO) !== 0) memory.fill(this.mcu.pa(at), PAGE, 0);
        memory.writeBytes(this.mcu.pa(at), bytes);
      }
    }
  }

  page(): number {
    this.nextPage += PAGE;
    return this.nextPage - PAGE;
  }

  write(pa: number, words: { lo: number; hi: number }): void {
    this.machine.memory.write32(pa, words.lo);
    this.machine.memory.write32(pa + 4, words.hi);
  }

  out(register: Register, lo: number, hi = 0): void {
    this.machine.hostWrite(register.offset, lo >>> 0);
    if (register.width === 64) this.machine.hostWrite(register.offset + 4, hi >>> 0);
  }

  in(register: Register): number {
    return this.machine.hostRead(register.offset);
  }

  private enable(as: number, space: Space): void {
    const memattr = pt.mairToMemattr(pt.LINUX_MAIR, false);
    const transcfg = pt.panthorTranscfg(48, false);
    this.out(MMU_CONTROL.AS_TRANSTAB.at(as), space.root);
    this.out(MMU_CONTROL.AS_MEMATTR.at(as), memattr.lo, memattr.hi);
    this.out(MMU_CONTROL.AS_TRANSCFG.at(as), transcfg.lo, transcfg.hi);
    this.out(MMU_CONTROL.AS_COMMAND.at(as), MMU_CONTROL.AS_COMMAND.encode({ command: 'UPDATE' }));
    this.run(MS);
  }

  run(ns: number): void {
    const end = this.machine.clock.now + ns;
    while (this.machine.runUntil(end) !== 'time');
  }

  /** JOB_INT_RAWSTAT, cleared. */
  irqs(): number {
    const status = this.in(JOB_CONTROL.JOB_INT_RAWSTAT);
    this.out(JOB_CONTROL.JOB_INT_CLEAR, status);
    return status;
  }

  status(): string | undefined {
    return MCU_CONTROL.MCU_STATUS.field('value').nameOf(this.in(MCU_CONTROL.MCU_STATUS));
  }

  boot(): void {
    this.out(MCU_CONTROL.MCU_CONTROL, MCU_CONTROL.MCU_CONTROL.encode({ req: 'AUTO' }));
    this.run(MS);
  }

  stop(): void {
    this.out(MCU_CONTROL.MCU_CONTROL, MCU_CONTROL.MCU_CONTROL.encode({ req: 'DISABLE' }));
    this.run(MS);
  }

  /** Rings a doorbell page and lets `ns` pass. */
  ring(page: number, ns = MS): void {
    this.machine.hostWrite(CSF_DOORBELL.CSF_DOORBELL.at(page).offset, 1);
    this.run(ns);
  }

  /** Address of a word: `glb`, `csg` of slot 0, `cs` j of it, and the word of the block. */
  word(register: Register, slot = 0, cs = 0): number {
    const base = fw.SHARED_BASE;
    const get = (va: number) => this.mcu.get(va);
    const csg = base + fw.csgControlOffset(slot, get(base + fw.GLB_CONTROL.GROUP_STRIDE.offset));
    const stream = csg + fw.CS_CONTROL_BASE + cs * get(csg + fw.CSG_CONTROL.STREAM_STRIDE.offset);
    const places: Readonly<Record<string, () => number>> = {
      GLB_CONTROL: () => base,
      GLB_INPUT: () => get(base + fw.GLB_CONTROL.INPUT_VA.offset),
      GLB_OUTPUT: () => get(base + fw.GLB_CONTROL.OUTPUT_VA.offset),
      CSG_CONTROL: () => csg,
      CSG_INPUT: () => get(csg + fw.CSG_CONTROL.INPUT_VA.offset),
      CSG_OUTPUT: () => get(csg + fw.CSG_CONTROL.OUTPUT_VA.offset),
      CS_CONTROL: () => stream,
      CS_INPUT: () => get(stream + fw.CS_CONTROL.INPUT_VA.offset),
      CS_OUTPUT: () => get(stream + fw.CS_CONTROL.OUTPUT_VA.offset),
      QUEUE_INPUT: () => QUEUE_PAGES + cs * fw.QUEUE_PAGES_SIZE,
      QUEUE_OUTPUT: () => QUEUE_PAGES + cs * fw.QUEUE_PAGES_SIZE + fw.QUEUE_OUTPUT_OFFSET,
    };
    return (places[register.block]?.() ?? 0) + register.offset;
  }

  get(register: Register, slot = 0, cs = 0): number {
    return this.mcu.get(this.word(register, slot, cs));
  }

  set(register: Register, value: number, slot = 0, cs = 0): void {
    this.mcu.set(this.word(register, slot, cs), value);
  }

  /** What panthor writes after boot (global init). */
  globalInit(): void {
    const mask = fw.requestMask(fw.GLB_REQ, 'CFG_ALLOC_EN', 'PING', 'CFG_PROGRESS_TIMER', 'CFG_POWEROFF_TIMER');
    const more = fw.requestMask(fw.GLB_REQ, 'IDLE_EN', 'IDLE');
    this.set(fw.GLB_INPUT.CORE_EN_MASK, 0x5_0005);
    const clocks = { systemTimerHz: 24_000_000 };
    this.set(fw.GLB_INPUT.POWEROFF_TIMER, fw.encodeTimer(10_000, clocks));
    this.set(fw.GLB_INPUT.IDLE_TIMER, fw.encodeTimer(800, clocks));
    this.set(fw.GLB_INPUT.PROGRESS_TIMER, 2_560_000);
    this.set(fw.GLB_INPUT.ACK_IRQ_MASK, mask | more);
    const levels = fw.requestMask(fw.GLB_REQ, 'IDLE_EN', 'COUNTER_EN');
    const toggles = fw.requestMask(fw.GLB_REQ, 'CFG_ALLOC_EN', 'CFG_POWEROFF_TIMER', 'CFG_PROGRESS_TIMER');
    const ack = this.get(fw.GLB_OUTPUT.ACK);
    this.set(fw.GLB_INPUT.REQ, (this.get(fw.GLB_INPUT.REQ) & ~toggles) | levels | (~ack & toggles));
    this.ring(0);
  }

  /** Toggles the doorbell request of a slot and some of its streams, and rings. */
  ringGroup(slot: number, streams: number, ns = MS): void {
    this.set(fw.CSG_INPUT.DOORBELL_REQ, this.get(fw.CSG_INPUT.DOORBELL_REQ, slot) ^ streams, slot);
    this.set(fw.GLB_INPUT.DOORBELL_REQ, this.get(fw.GLB_INPUT.DOORBELL_REQ) ^ (1 << slot));
    this.ring(0, ns);
  }

  /** Programs the input blocks of a group of `count` queues in AS 1, as for START and RESUME. */
  program(slot: number, count: number): void {
    this.set(fw.CSG_INPUT.ALLOW_COMPUTE, 0x5_0005, slot);
    this.set(fw.CSG_INPUT.ALLOW_FRAGMENT, 0x5_0005, slot);
    this.set(fw.CSG_INPUT.ALLOW_OTHER, 1, slot);
    const wanted = fw.CSG_INPUT.ENDPOINT_REQ.encode({ compute: 4, fragment: 4, tiler: 1, priority: 7 });
    this.set(fw.CSG_INPUT.ENDPOINT_REQ, wanted, slot);
    this.set(fw.CSG_INPUT.CONFIG, 1, slot);
    this.set(fw.CSG_INPUT.SUSPEND_BUF, SUSPEND_BUF, slot);
    this.set(fw.CSG_INPUT.ACK_IRQ_MASK, 0xffff_ffff, slot);
    for (let j = 0; j < 8; j++) {
      const place = [slot, j] as const;
      const state = fw.CS_INPUT.REQ.encode({ STATE: 'START', IDLE_SYNC_WAIT: 1, IDLE_EMPTY: 1, EXTRACT_EVENT: 1 });
      this.set(fw.CS_INPUT.REQ, j < count ? state : 0, ...place);
      if (j >= count) continue;
      this.set(fw.CS_INPUT.CONFIG, fw.CS_INPUT.CONFIG.encode({ priority: 3, doorbell: 1 }), ...place);
      this.set(fw.CS_INPUT.ACK_IRQ_MASK, 0xffff_ffff, ...place);
      this.set(fw.CS_INPUT.RINGBUF_BASE, RING + j * RING_SIZE, ...place);
      this.set(fw.CS_INPUT.RINGBUF_SIZE, RING_SIZE, ...place);
      this.set(fw.CS_INPUT.RINGBUF_INPUT, this.word(fw.QUEUE_INPUT.INSERT, slot, j), ...place);
      this.set(fw.CS_INPUT.RINGBUF_OUTPUT, this.word(fw.QUEUE_OUTPUT.EXTRACT, slot, j), ...place);
    }
  }

  /** Asks a slot for a state as panthor does, endpoints included. */
  request(slot: number, state: keyof typeof fw.CSG_STATE, streams = 0): void {
    const ack = this.get(fw.CSG_OUTPUT.ACK, slot);
    const toggles = fw.requestMask(fw.CSG_REQ, 'ENDPOINT_CONFIG');
    const kept = this.get(fw.CSG_INPUT.REQ, slot) & fw.CSG_EVT_MASK;
    this.set(fw.CSG_INPUT.REQ, kept | fw.CSG_STATE[state] | (~ack & toggles), slot);
    this.ringGroup(slot, streams);
  }

  state(slot: number): number {
    return fw.CSG_OUTPUT.ACK.get('STATE', this.get(fw.CSG_OUTPUT.ACK, slot));
  }

  /** Writes instructions at the insert cursor of queue j and moves it. */
  submit(j: number, program: Program): void {
    const insert = this.get(fw.QUEUE_INPUT.INSERT, 0, j);
    this.code(RING + j * RING_SIZE + (insert % RING_SIZE), program);
    this.set(fw.QUEUE_INPUT.INSERT, insert + program.length * fw.CS_INSTRUCTION_SIZE, 0, j);
  }

  /** Writes instructions at an address of the group's VM. */
  code(va: number, program: Program): void {
    program.forEach(([name, fields], i) => {
      const { lo, hi } = encode(name, fields, 10);
      this.vm.set(va + i * fw.CS_INSTRUCTION_SIZE, lo);
      this.vm.set(va + i * fw.CS_INSTRUCTION_SIZE + 4, hi);
    });
  }

  /** Bits in which two words of a pair differ. */
  pending(slot: number, cs?: number): number {
    const [req, ack] =
      cs === undefined
        ? [this.get(fw.CSG_INPUT.REQ, slot), this.get(fw.CSG_OUTPUT.ACK, slot)]
        : [this.get(fw.CS_INPUT.REQ, slot, cs), this.get(fw.CS_OUTPUT.ACK, slot, cs)];
    return (req ^ ack) >>> 0;
  }

  /** Acknowledges all events of slot 0 and `cs` as panthor does; returns the event bits of group and stream. */
  handle(slot: number, cs: number): [group: number, stream: number] {
    this.set(fw.CSG_INPUT.CS_IRQ_ACK, this.get(fw.CSG_OUTPUT.CS_IRQ_REQ, slot), slot);
    const group = this.pending(slot) & fw.CSG_EVT_MASK;
    this.set(fw.CSG_INPUT.REQ, this.get(fw.CSG_INPUT.REQ, slot) ^ group, slot);
    const stream = this.pending(slot, cs) & fw.CS_EVT_MASK;
    this.set(fw.CS_INPUT.REQ, this.get(fw.CS_INPUT.REQ, slot, cs) ^ stream, slot, cs);
    this.ringGroup(slot, stream === 0 ? 0 : 1 << cs);
    return [group >>> 0, stream >>> 0];
  }
}

/** r0:r1 := va; r2 := value; the store or sync operation that follows uses them. */
export function at(va: number, value: number) {
  return [
    ['MOVE48', { destination: 0, immediate: va }],
    ['MOVE32', { destination: 2, immediate: value }],
  ] as const;
}
export const setSync = (va: number, value: number) =>
  [...at(va, value), ['SYNC_SET32', { address: 0, data: 2 }]] as const;

export function booted(): Rig {
  const rig = new Rig();
  rig.boot();
  expect(rig.irqs()).toBe(GLB_IRQ);
  rig.globalInit();
  rig.irqs();
  return rig;
}

/** A running group in slot 0. */
export function started(queues = 2): Rig {
  const rig = booted();
  rig.program(0, queues);
  rig.request(0, 'START', (1 << queues) - 1);
  expect(rig.state(0)).toBe(fw.CSG_STATE.START);
  return rig;
}

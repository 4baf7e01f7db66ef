/**
 * What the MCU executes, kept while somebody asks for it: a ring of the last instructions, how often each address was
 * executed, and the virtual time by call stack. Fed by the core's trace hook, so that it costs nothing while it is
 * off; the same object can be fed by the machine as it runs and by a second one that runs the past again.
 *
 * Calls are told by what the instruction before did: BL and BLX push, coming back to the address behind one pops,
 * exceptions push and pop by the core's own hooks. A jump into another function takes the place of the present one.
 */
import { decode, isWide } from '../../spec/thumb/decode.ts';
import type { Machine } from '../../emulator/machine.ts';
import { PerfettoWriter } from '../../formats/perfetto.ts';
import { exceptionName } from './mcu-names.ts';

const PAGE_SHIFT = 12;
const PAGE_HALFWORDS = 2048;
/** Nodes of the call tree, calls inside each other, and calls kept for the trace file (all chosen). */
const MOST_NODES = 100_000;
const DEEPEST = 512;
const MOST_EVENTS = 1_000_000;
/** `fn` of a node that is no function: an exception's number is added to it. */
const EXCEPTION = -0x1000;
const ASLEEP = -1;
/** An instruction that took longer may have been asleep: more than any register access stalls (chosen). */
const LONG_NS = 200;
const CALLS: ReadonlySet<string> = new Set(['bl', 'blx']);
const SLEEPS: ReadonlySet<string> = new Set(['wfi', 'wfe']);

interface Open {
  readonly node: number;
  /** Where it returns to. */
  readonly back: number;
}

export interface RecordedNode {
  readonly parent: number;
  /** Address of the function, or a name of its own. */
  readonly address: number;
  readonly name: string | undefined;
  readonly selfNs: number;
  readonly totalNs: number;
  readonly calls: number;
}

export interface Recorded {
  readonly instruction: number;
  readonly timeNs: number;
  readonly pc: number;
  readonly jump: boolean;
}

export class McuRecording {
  /** Instructions recorded. */
  instructions = 0;
  fromNs = -1;
  toNs = 0;
  private readonly machine: Machine;
  private readonly functionStart: (address: number) => number | undefined;
  private readonly ring: number;
  private readonly pcs: Int32Array;
  private readonly times: Float64Array;
  private firstInstruction = 0;
  private readonly pages = new Map<number, Uint32Array>();
  private page: Uint32Array = new Uint32Array(PAGE_HALFWORDS);
  private pageNumber = -1;
  private last = -1;
  private lastNs = 0;
  private entered: number | undefined;
  private left = false;
  private readonly nodes: {
    parent: number;
    fn: number;
    selfNs: number;
    calls: number;
    children: Map<number, number>;
  }[] = [];
  private stack: Open[] = [];
  private top = 0;
  private readonly eventNodes: number[] = [];
  private readonly eventTimes: number[] = [];

  /** `ring`: instructions kept in order. */
  constructor(machine: Machine, ring: number, functionStart: (address: number) => number | undefined) {
    this.machine = machine;
    this.ring = ring;
    this.functionStart = functionStart;
    this.pcs = new Int32Array(ring);
    this.times = new Float64Array(ring);
    this.node(-1, 0);
  }

  /** Virtual time of the present instruction. */
  private get now(): number {
    const { mcu, gpuClock } = this.machine;
    return gpuClock.instantOf(mcu.position());
  }

  /** Before each instruction. */
  instruction(pc: number): void {
    const now = this.now;
    const address = pc >>> 0;
    if (this.instructions === 0) this.begin(address, now);
    else if (now > this.lastNs) {
      const asleep = now - this.lastNs > LONG_NS && SLEEPS.has(this.instructionAt(this.last).key);
      this.nodes[asleep ? this.node(this.top, ASLEEP) : this.top]!.selfNs += now - this.lastNs;
      this.lastNs = now;
    }
    const k = this.instructions % this.ring;
    this.pcs[k] = pc;
    this.times[k] = now;
    this.instructions++;
    this.toNs = now;
    const number = address >>> PAGE_SHIFT;
    if (number !== this.pageNumber) this.turnTo(number);
    const half = (address & 0xfff) >>> 1;
    this.page[half] = this.page[half]! + 1;
    const step = address - this.last;
    if ((step !== 2 && step !== 4) || this.entered !== undefined || this.left) this.went(address, now);
    this.last = address;
  }

  exceptionEntry(exception: number, returnAddress: number): void {
    if (this.instructions === 0) return;
    this.push(EXCEPTION - exception, returnAddress >>> 0, this.now);
    this.entered = exception;
  }

  exceptionExit(): void {
    this.left = true;
  }

  private begin(address: number, now: number): void {
    this.fromNs = now;
    this.lastNs = now;
    this.firstInstruction = this.machine.core.instructions;
    this.last = address - 2;
    this.push(this.functionStart(address) ?? address, -1, now);
  }

  private turnTo(number: number): void {
    this.pageNumber = number;
    let page = this.pages.get(number);
    if (page === undefined) {
      page = new Uint32Array(PAGE_HALFWORDS);
      this.pages.set(number, page);
    }
    this.page = page;
  }

  /** Execution went elsewhere than to the next instruction. */
  private went(address: number, now: number): void {
    if (this.entered !== undefined) {
      this.entered = undefined;
      this.push(this.functionStart(address) ?? address, -1, now);
      return;
    }
    if (this.left) {
      this.left = false;
      this.popException(now);
      return;
    }
    // Before looking for a return: behind a call that never returns another function may begin.
    const before = this.instructionAt(this.last);
    if (CALLS.has(before.key)) {
      this.push(address, this.last + before.length, now);
      return;
    }
    for (let k = this.stack.length - 1; k >= 0; k--) {
      if (this.stack[k]!.back !== address) continue;
      while (this.stack.length > k) this.pop(now);
      return;
    }
    // A jump into another function: what it does belongs to that one.
    const start = this.functionStart(address);
    if (start === undefined || start === this.nodes[this.top]!.fn) return;
    const open = this.stack.at(-1);
    if (open === undefined || this.nodes[open.node]!.fn < 0) return;
    this.pop(now);
    this.push(start, open.back, now);
  }

  /** Back to what an exception interrupted. */
  private popException(now: number): void {
    while (this.stack.length > 1) {
      const { fn } = this.nodes[this.pop(now)]!;
      if (fn <= EXCEPTION) return;
    }
  }

  private instructionAt(address: number): { readonly key: string; readonly length: number } {
    const word = (at: number): number => this.machine.mcuPeek((at & ~3) >>> 0) ?? 0;
    const half = (at: number): number => (word(at) >>> ((at & 2) * 8)) & 0xffff;
    const first = half(address);
    const { row, length } = decode(first, isWide(first) ? half(address + 2) : 0);
    return { key: row.key, length };
  }

  private node(parent: number, fn: number): number {
    const known = this.nodes[parent]?.children.get(fn);
    if (known !== undefined) return known;
    if (this.nodes.length >= MOST_NODES) return parent;
    const index = this.nodes.push({ parent, fn, selfNs: 0, calls: 0, children: new Map() }) - 1;
    this.nodes[parent]?.children.set(fn, index);
    return index;
  }

  private push(fn: number, back: number, now: number): void {
    if (this.stack.length >= DEEPEST) return;
    this.top = this.node(this.top, fn);
    this.nodes[this.top]!.calls++;
    this.stack.push({ node: this.top, back });
    this.note(this.top, now);
  }

  private pop(now: number): number {
    const open = this.stack.pop();
    this.top = this.stack.at(-1)?.node ?? 0;
    this.note(-1, now);
    return open?.node ?? 0;
  }

  /** A call (its node) or the end of one (-1), for the trace file. */
  private note(node: number, now: number): void {
    if (this.eventNodes.length >= MOST_EVENTS) return;
    this.eventNodes.push(node);
    this.eventTimes.push(now);
  }

  /** Calls the present instruction is in. */
  get depth(): number {
    return this.stack.length;
  }

  /** Functions and exceptions met. */
  get functionCount(): number {
    return new Set(this.nodes.map((n) => n.fn)).size - 1;
  }

  /** The last instructions, newest last. */
  lastInstructions(count: number, branches: boolean): Recorded[] {
    const kept = Math.min(this.instructions, this.ring);
    const out: Recorded[] = [];
    for (let back = 0; back < kept && out.length < count; back++) {
      const index = this.instructions - 1 - back;
      const pc = this.pcs[index % this.ring]! >>> 0;
      const before = back + 1 < kept ? this.pcs[(index - 1) % this.ring]! >>> 0 : pc - 2;
      const jump = pc - before !== 2 && pc - before !== 4;
      if (branches && !jump) continue;
      const timeNs = this.times[index % this.ring]!;
      out.push({ instruction: this.firstInstruction + index, timeNs, pc, jump });
    }
    return out.toReversed();
  }

  /** Times the instruction at each halfword of a range was executed. */
  counts(address: number, halfwords: number): number[] {
    return Array.from({ length: halfwords }, (_, k) => this.count(address + k * 2));
  }

  count(address: number): number {
    return this.pages.get(address >>> PAGE_SHIFT)?.[(address & 0xfff) >>> 1] ?? 0;
  }

  /** Addresses executed, with how often. */
  *executed(): Generator<readonly [address: number, count: number]> {
    for (const [number, page] of this.pages) {
      for (const [half, count] of page.entries()) if (count > 0) yield [number * 0x1000 + half * 2, count];
    }
  }

  /** The call tree, parents before children. */
  tree(): RecordedNode[] {
    const totals = this.nodes.map((n) => n.selfNs);
    for (let k = this.nodes.length - 1; k > 0; k--) totals[this.nodes[k]!.parent]! += totals[k]!;
    return this.nodes.map(({ parent, fn, selfNs, calls }, k) => ({
      parent,
      address: fn < 0 ? 0 : fn,
      name: k === 0 ? 'all' : nameOf(fn),
      selfNs,
      totalNs: totals[k]!,
      calls,
    }));
  }

  /** Calls in virtual time as a Perfetto trace. */
  perfetto(name: (address: number) => string): Uint8Array {
    const parts: Uint8Array[] = [];
    const writer = new PerfettoWriter((packet) => parts.push(packet.slice()));
    const track = writer.track('call stack', writer.process('MCU'));
    let open = 0;
    for (const [k, node] of this.eventNodes.entries()) {
      const time = this.eventTimes[k]!;
      if (node >= 0) {
        const { fn } = this.nodes[node]!;
        writer.begin(track, time, nameOf(fn) ?? name(fn), { category: fn < 0 ? 'exception' : 'function' });
        open++;
      } else if (open > 0) {
        writer.end(track, time);
        open--;
      }
    }
    for (; open > 0; open--) writer.end(track, this.toNs);
    const bytes = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function nameOf(fn: number): string | undefined {
  if (fn === ASLEEP) return 'asleep';
  return fn <= EXCEPTION ? (exceptionName(EXCEPTION - fn) ?? `exception ${EXCEPTION - fn}`) : undefined;
}

/**
 * Translated shader programs: which there are, whether they are still what their code says, and how a warp enters and
 * leaves one. A program is interpreted until it is hot. Translations are a cache, never state: registers, places and
 * counts are the interpreter's whenever translated code is left.
 */
import { ACCESS, type Memory, type Mmu } from '../../wiring.ts';
import { fusedDouble } from '../float.ts';
import { FILE_BYTES, LANES, PLACE_ROW, STATE_ROW, WARP_ROW, WARP_WORDS, type LaneFile } from '../layout.ts';
import { FAULTED, type ShaderMemory } from '../memory.ts';
import type { MicroOp } from '../micro-op.ts';
import { PAGE_INSTRUCTIONS, type Programs } from '../program.ts';
import type { Task } from '../task.ts';
import { compile } from './compile.ts';
import { EXIT, NOWHERE, STATE } from './frame.ts';
import { discover, type Region } from './region.ts';
import { START_FUNCTIONS, type StartFunctions } from './start.ts';
import type { Fusing } from './templates-float.ts';
import { FILE_MEMORY, I32, int, load128, moduleOf, store128, v } from './wasm.ts';

const WORD = 8;
const PAGE = 4096;
const TWO32 = 2 ** 32;
const WASM_PAGE = 0x1_0000;
/** Instructions a program executes before it is translated (chosen: translating costs some thousand of them). */
const HOT = 8192;
/** Programs remembered (chosen). */
const MOST = 512;

interface WebAssemblyParts {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, (...operands: number[]) => number>> };
  validate(bytes: Uint8Array): boolean;
}

// The language library of the compiler does not know it.
declare const WebAssembly: WebAssemblyParts;

/** What the interpreter does for translated code. */
export interface Helpers {
  alu(op: MicroOp, base: number, next: number, active: number, whole: boolean): void;
  /** ANSWER.*. */
  message(op: MicroOp, base: number, next: number, active: number): number;
}

interface Translation {
  readonly as: number;
  readonly region: Region;
  /** Address of place 0. */
  readonly origin: number;
  /** Bytes of the region's pages: where they were in RAM, and what they held. */
  readonly parts: { readonly va: number; offset: number; readonly words: Int32Array }[];
  readonly slow: readonly number[];
  readonly ops: MicroOp[];
  readonly run: (...operands: number[]) => number;
  readonly phase: (...operands: number[]) => number;
  epoch: number;
  generation: number;
}

/** How `enter` ended; NOT when the place is the interpreter's. */
export const ENTERED = { NOT: -1, ...EXIT } as const;

/** Memory for a register file that translated code can share. */
export function fileMemory(): { readonly buffer: ArrayBuffer } {
  return new WebAssembly.Memory({ initial: Math.ceil(FILE_BYTES / WASM_PAGE) });
}

/** The functions of start.ts over such a memory. */
export function startFunctions(file: object): StartFunctions {
  const module = new WebAssembly.Module(moduleOf([], START_FUNCTIONS));
  const { exports } = new WebAssembly.Instance(module, { m: { file, ram: file } });
  const clear = exports['clear']!;
  const fill = exports['fill']!;
  return { clear, fill };
}

export class ShaderTranslator {
  /** Instructions of a program before it is translated; tests set 0. */
  hot = HOT;
  /** What the last `enter` left. */
  pc = 0;
  active = 0;
  budget = 0;
  cycles = 0;
  loads = 0;
  stores = 0;
  /** Place of the last selection of lanes as an address, -1 for none. */
  selected = -1;
  /** What `phase` leaves besides. */
  how: number = ENTERED.NOT;
  where = 0;
  next: number = ENTERED.NOT;
  /** Programs translated since power-on, their instructions and bytes of code. */
  made = 0;
  madeInstructions = 0;
  madeBytes = 0;
  private readonly parts: {
    readonly file: LaneFile;
    readonly fileMemory: object;
    readonly ram: Memory;
    readonly memory: ShaderMemory;
    readonly mmu: Mmu;
    readonly programs: Programs;
    readonly helpers: Helpers;
  };
  private readonly fusing: Fusing;
  private readonly heat = new Map<number, number>();
  private readonly known = new Map<number, Translation>();
  private current: Translation | undefined;
  private key = 0;
  private as = 0;
  private code = 0;
  private floatMode = false;

  constructor(parts: ShaderTranslator['parts'], fusing: Fusing = hostFusing()) {
    this.parts = parts;
    this.fusing = fusing;
  }

  /** Chooses the program of a task. */
  open(task: Task, floatMode: boolean): void {
    this.as = task.as;
    this.code = task.environment.code;
    this.floatMode = floatMode;
    this.key = (task.environment.code * 16 + (task.as & 15)) * 2 + (floatMode ? 1 : 0);
    this.current = this.known.get(this.key);
    if (this.current !== undefined) this.check(this.current);
    if (this.current === undefined && (this.heat.get(this.key) ?? 0) >= this.hot) this.translate();
  }

  /** Forgets that there is a program, until `open`. */
  close(): void {
    this.current = undefined;
  }

  /** The program was interpreted for so many instructions. */
  heated(instructions: number): void {
    if (this.known.has(this.key)) return;
    if (this.heat.size > MOST) this.heat.clear();
    this.heat.set(this.key, (this.heat.get(this.key) ?? 0) + instructions);
  }

  get ready(): boolean {
    return this.current !== undefined;
  }

  /** Registers that the program can write; undefined while there is none. */
  get written(): readonly number[] | undefined {
    return this.current?.region.written;
  }

  /** True for the address of an instruction of the program. */
  covers(pc: number): boolean {
    const t = this.current;
    return t !== undefined && t.region.known[(pc - t.origin) / WORD] === 1;
  }

  /** Runs translated code of a warp from `pc`; ENTERED.*. */
  enter(task: Task, w: number, pc: number, active: number, budget: number): number {
    const t = this.current;
    if (t === undefined) return ENTERED.NOT;
    const place = (pc - t.origin) / WORD;
    if (!(place >= 0 && place < t.region.span) || t.region.leaders[place] === -1) return ENTERED.NOT;
    if (!this.check(t)) return ENTERED.NOT;
    const alive = task.alive[w]!;
    const candidates = alive & ~task.blocked[w]!;
    const first = w * LANES;
    const others = candidates === active ? NOWHERE : this.placeOthers(task, first, candidates & ~active, t.origin);
    if (others === undefined) return ENTERED.NOT;
    return this.left(t, task, w, t.run(registersOf(w), place, active, alive, candidates, others, budget));
  }

  /**
   * Runs warps one after the other from `pc`, where all lanes of all of them execute, to a barrier or their end: how
   * many are done. They ended as `how` says, at `where`. If not all are done, `next` is how the one behind them left,
   * with the rest as after `enter`; the counts are of all.
   */
  phase(task: Task, w: number, count: number, pc: number, budget: number): number {
    const t = this.current;
    const place = t === undefined ? -1 : (pc - t.origin) / WORD;
    if (t === undefined || !(place >= 0 && place < t.region.span) || t.region.leaders[place] === -1) return -1;
    if (!this.check(t)) return -1;
    const done = t.phase(registersOf(w), count, place, w, budget);
    const { I } = this.parts.file;
    const state = STATE_ROW * LANES;
    this.how = I[state + STATE.HOW]!;
    this.where = t.origin + WORD * I[state + STATE.WHERE]!;
    this.next = this.left(t, task, w + Math.min(done, count - 1), I[state + STATE.NEXT]!);
    return done;
  }

  /** Takes what translated code has left of a warp. */
  private left(t: Translation, task: Task, w: number, how: number): number {
    const { I } = this.parts.file;
    const first = w * LANES;
    const state = STATE_ROW * LANES;
    this.pc = t.origin + WORD * I[state + STATE.PLACE]!;
    this.active = I[state + STATE.ACTIVE]!;
    this.budget = I[state + STATE.BUDGET]!;
    this.cycles = I[state + STATE.CYCLES]!;
    this.loads = I[state + STATE.LOADS]!;
    this.stores = I[state + STATE.STORES]!;
    const selected = I[state + STATE.SELECTED]!;
    this.selected = selected === NOWHERE ? -1 : t.origin + WORD * selected;
    const moved = I[state + STATE.MOVED]!;
    for (let l = 0; moved >>> l !== 0; l++) {
      if ((moved >>> l) & 1) task.lanePc[first + l] = t.origin + WORD * I[PLACE_ROW * LANES + l]!;
    }
    return how;
  }

  /** Puts the places of waiting lanes into their row; the lowest, or undefined when one has no place. */
  private placeOthers(task: Task, first: number, lanes: number, origin: number): number | undefined {
    const { I } = this.parts.file;
    let lowest = NOWHERE;
    for (let l = 0; l < LANES; l++) {
      if (((lanes >>> l) & 1) === 0) continue;
      const place = (task.lanePc[first + l]! - origin) / WORD;
      if (place !== (place | 0)) return undefined;
      I[PLACE_ROW * LANES + l] = place;
      if (place < lowest) lowest = place;
    }
    return lowest;
  }

  /** The decoded instruction at an address; undefined where code cannot be fetched. */
  private fetch(va: number): MicroOp | undefined {
    const offset = this.find(va);
    if (offset < 0) return undefined;
    const { programs } = this.parts;
    const page = programs.page(offset);
    return page[(offset >>> 3) & (PAGE_INSTRUCTIONS - 1)] ?? programs.decode(offset);
  }

  private find(va: number): number {
    if (!(va >= 0 && va < 2 ** 48) || va % WORD !== 0) return FAULTED;
    const { memory } = this.parts;
    const before = { ...memory.fault };
    const offset = memory.find(va | 0, Math.floor(va / TWO32), ACCESS.EXECUTE);
    // Looking ahead is no access.
    if (offset === FAULTED) Object.assign(memory.fault, before);
    return offset;
  }

  private translate(): void {
    const { programs, mmu, memory } = this.parts;
    for (let attempt = 0; attempt < 2; attempt++) {
      const { epoch } = programs;
      const region = discover((distance) => this.fetch(this.code + WORD * distance));
      memory.refresh();
      // Room for constants may have cost what was decoded before.
      if (programs.epoch !== epoch) continue;
      if (region === undefined) break;
      const made = this.make(region, epoch, mmu.generation(this.as));
      if (made === undefined) break;
      if (this.known.size >= MOST) this.known.clear();
      this.known.set(this.key, made);
      this.current = made;
      return;
    }
    this.heat.set(this.key, -Infinity);
  }

  private make(region: Region, epoch: number, generation: number): Translation | undefined {
    const { file, fileMemory: shared, ram, helpers } = this.parts;
    const origin = this.code - WORD * region.entry;
    const { bytes, slow } = compile(region, file.I, { fusing: this.fusing, floatMode: this.floatMode });
    const ops: MicroOp[] = [];
    for (const place of slow) {
      const op = this.fetch(origin + WORD * place);
      if (op === undefined) return undefined;
      ops.push(op);
    }
    const m = {
      file: shared,
      ram: ram.wasm,
      alu: (n: number, base: number, active: number, whole: number) =>
        helpers.alu(ops[n]!, base >> 2, origin + WORD * (slow[n]! + 1), active, whole !== 0),
      message: (n: number, base: number, active: number) =>
        helpers.message(ops[n]!, base >> 2, origin + WORD * (slow[n]! + 1), active),
    };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m });
    this.made++;
    this.madeInstructions += region.span;
    this.madeBytes += bytes.length;
    return {
      as: this.as,
      region,
      origin,
      parts: this.partsOf(region, origin),
      slow,
      ops,
      run: instance.exports['run']!,
      phase: instance.exports['phase']!,
      epoch,
      generation,
    };
  }

  private partsOf(region: Region, origin: number): Translation['parts'] {
    const parts: Translation['parts'] = [];
    const end = origin + WORD * region.span;
    for (let va = origin; va < end;) {
      const next = Math.min(va - (va % PAGE) + PAGE, end);
      const offset = this.find(va);
      // Between two blocks there may be pages without code.
      if (offset >= 0) {
        const words = this.parts.ram.ram32.slice(offset >>> 2, (offset + next - va) >>> 2);
        parts.push({ va, offset, words });
      }
      va = next;
    }
    return parts;
  }

  private check(t: Translation): boolean {
    const { programs, mmu } = this.parts;
    return (t.epoch === programs.epoch && t.generation === mmu.generation(t.as)) || this.confirm(t);
  }

  /** Looks whether a program is still what its code says; it is not used in this slice if not. */
  private confirm(t: Translation): boolean {
    const { programs, mmu, memory, ram } = this.parts;
    const { epoch } = programs;
    memory.refresh();
    for (const part of t.parts) {
      const offset = this.find(part.va);
      if (offset !== part.offset && t.epoch === epoch) {
        this.current = undefined;
        // Moved code is looked at again when its task is opened.
        t.epoch = -1;
        return false;
      }
      if (offset < 0 || !equalWords(ram.ram32, offset >>> 2, part.words)) {
        this.known.delete(this.key);
        this.heat.set(this.key, 0);
        this.current = undefined;
        return false;
      }
      part.offset = offset;
      programs.page(offset);
    }
    t.slow.forEach((place, n) => {
      const op = this.fetch(t.origin + WORD * place);
      if (op !== undefined) t.ops[n] = op;
    });
    memory.refresh();
    if (programs.epoch !== epoch) {
      this.current = undefined;
      return false;
    }
    t.epoch = epoch;
    t.generation = mmu.generation(t.as);
    return true;
  }
}

/** Byte address of a warp's registers. */
const registersOf = (w: number): number => (WARP_ROW * LANES + w * WARP_WORDS) * 4;

function equalWords(ram32: Int32Array, at: number, words: Int32Array): boolean {
  for (let n = 0; n < words.length; n++) if (ram32[at + n] !== words[n]) return false;
  return true;
}

/** Operands whose product and sum differ after one rounding and after two, and others. */
const FUSED_CASES: readonly (readonly [number, number, number])[] = [
  [1 + 2 ** -23, 1 + 2 ** -23, -1],
  [1 + 2 ** -12, 1 + 2 ** -12, 2 ** -60],
  [1 + 2 ** -12, 1 + 2 ** -12, -(2 ** -60)],
  [2 ** -100, 2 ** -49, 2 ** -126],
  [3, 2 ** -75, 2 ** -126 + 2 ** -149],
  [2 ** 127, 2, -(2 ** 127)],
  [16777215, 16777215, 2 ** -30],
  [-16777215, 16777213, 1.5],
];

let known: Fusing | undefined;

/** Whether the host has a fused multiply-add that rounds once. */
export function hostFusing(): Fusing {
  known ??= tryFusing();
  return known;
}

function tryFusing(): Fusing {
  const row = (n: number) => load128(FILE_MEMORY, int(16 * n));
  const code = [...store128(FILE_MEMORY, int(48), v('f32x4.relaxed_madd', row(0), row(1), row(2))), ...int(0)];
  const type = { takes: [], gives: [I32] };
  const bytes = moduleOf([], [{ type, locals: [], code, name: 'test' }]);
  if (!WebAssembly.validate(bytes)) return 'steps';
  const memory = new WebAssembly.Memory({ initial: 1 });
  const floats = new Float32Array(memory.buffer);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { file: memory, ram: memory } });
  const holds = FUSED_CASES.every(([a, b, c]) => {
    floats.fill(a, 0, 4).fill(b, 4, 8).fill(c, 8, 12);
    exports['test']!();
    const want = Math.fround(fusedDouble(floats[0]!, floats[4]!, floats[8]!));
    return floats.subarray(12, 16).every((got) => Object.is(got, want));
  });
  return holds ? 'instruction' : 'steps';
}

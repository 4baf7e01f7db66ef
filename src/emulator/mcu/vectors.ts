/**
 * Conformance vectors: one JSON object a line gives the state before, the code, the number of single steps, and
 * what must have changed after (everything else must not). The machine is the bare map in privileged Thread mode.
 * Fields: g group, c code address, e entry offset, w bytes, n steps, r registers, x xPSR, f the final state,
 * s and fpscr for floating point (skipped: this profile has no FPU), shcsr and ccr for exceptions.
 */
import { BadInput } from '../../base/errors.ts';
import { hex } from '../../base/bits.ts';
import { BARE_PRIORITY_BITS, BareBus } from './bare.ts';
import { Core, type CoreEngine } from './core.ts';

const WINDOW = 0x2001_0000;
const WINDOW_BYTES = 0x200;
/** Vector table at 0, handlers of the exception vectors from here, four bytes each. */
const HANDLERS = 0x100;
const EXCEPTIONS = 16;
/** `b .` twice. */
const HANDLER_CODE = 0xe7fe_e7fe | 0;
const SHCSR = 0xe000_ed24 | 0;
const CCR = 0xe000_ed14 | 0;
export const NO_FPU = 'the profile has no FPU';

export interface VectorResult {
  readonly id: number | string;
  readonly group: string;
  readonly asm: string;
  /** Empty when it passed. */
  readonly differences: readonly string[];
  readonly skipped?: string;
}

interface Vector {
  readonly id: number | string;
  readonly g: string;
  readonly a: string;
  readonly c: number;
  readonly e: number;
  readonly w: string;
  readonly n: number;
  readonly r: readonly number[];
  readonly x: number;
  readonly s?: unknown;
  readonly fpscr?: unknown;
  readonly shcsr?: number;
  readonly ccr?: number;
  readonly f: {
    readonly r: Readonly<Record<string, number>>;
    readonly pc: number;
    readonly x: number;
    readonly m?: Readonly<Record<string, string>>;
    readonly cfsr?: number;
    readonly hfsr?: number;
  };
}

/** The byte every address of the data window starts with. */
function pattern(address: number): number {
  return Math.imul(address, 0x9e37_79b1) >>> 24;
}

/** Runs vectors one after the other on one machine. */
export class VectorRunner {
  private readonly bus = new BareBus();
  private readonly core: Core;
  private readonly window = new Uint8Array(WINDOW_BYTES);

  /** The translator translates everything at once. */
  constructor(engine: CoreEngine = 'interpreter') {
    this.core = new Core(this.bus, { priorityBits: BARE_PRIORITY_BITS, engine, translateAfter: 0 });
    for (let k = 0; k < WINDOW_BYTES; k++) this.window[k] = pattern(WINDOW + k);
    const { ram32 } = this.bus;
    for (let k = 0; k < EXCEPTIONS; k++) {
      ram32[k] = (HANDLERS + 4 * k) | 1;
      ram32[HANDLERS / 4 + k] = HANDLER_CODE;
    }
  }

  /** Runs one line. Throws BadInput when it is no vector. */
  run(line: string, lineNumber: number): VectorResult {
    const v = parse(line, lineNumber);
    const base = { id: v.id, group: v.g, asm: v.a };
    if (v.s !== undefined || v.fpscr !== undefined) return { ...base, differences: [], skipped: NO_FPU };
    const code = bytesOf(runsOn(v) ? v.w + FRESH : v.w, lineNumber);
    const { bus, core } = this;
    core.reset(v.r[13]!, v.c | 1);
    if (!bus.write(v.c, code)) throw refuse(lineNumber, `no RAM at ${hex(v.c)}`);
    bus.write(WINDOW, this.window);
    if (v.shcsr !== undefined) core.storeAs(SHCSR, 4, v.shcsr, false);
    if (v.ccr !== undefined) core.storeAs(CCR, 4, v.ccr, false);
    for (const [k, x] of v.r.entries()) core.regs[k] = x;
    core.pc = v.c + v.e;
    core.xpsr = v.x;
    // In one piece, so that IT blocks are translated, too; a slice may end before.
    for (let left = runsOn(v) ? 2 : v.n, done = 1; left > 0 && done > 0; left -= done) done = core.run(left);
    return { ...base, differences: this.compare(v, lineNumber) };
  }

  private compare(v: Vector, lineNumber: number): string[] {
    const { core, bus } = this;
    const out: string[] = [];
    const check = (name: string, got: number, want: number): void => {
      if (got >>> 0 !== want >>> 0) out.push(`${name} is ${hex(got >>> 0)}, expected ${hex(want >>> 0)}`);
    };
    for (let k = 0; k < 15; k++) check(`r${k}`, core.regs[k]!, v.f.r[k] ?? v.r[k]!);
    check('pc', core.pc, v.f.pc);
    check('xpsr', core.xpsr, v.f.x);
    if (v.f.cfsr !== undefined) check('cfsr', core.faults.cfsr, v.f.cfsr);
    if (v.f.hfsr !== undefined) check('hfsr', core.faults.hfsr, v.f.hfsr);
    const want = this.window.slice();
    for (const [at, bytes] of Object.entries(v.f.m ?? {})) {
      want.set(bytesOf(bytes, lineNumber), Number.parseInt(at, 16) - WINDOW);
    }
    const start = bus.offset(WINDOW);
    for (let k = 0; k < WINDOW_BYTES; k++) {
      if (bus.ram8[start + k] !== want[k]) check(`byte at ${hex(WINDOW + k)}`, bus.ram8[start + k]!, want[k]!);
    }
    return out;
  }
}

/** YIELD as the bytes of a vector. */
const YIELD = '10bf';
/** The halfword that follows it there: RAM not yet written, MOVS r0, r0. */
const FRESH = '0000';
/**
 * QEMU runs a YIELD and the instruction after it in one step. Where the expected PC shows that, so do we. The
 * manual has no such thing: the core itself treats YIELD as NOP.
 */
function runsOn(v: Vector): boolean {
  return v.w === YIELD && v.n === 1 && v.f.pc === v.c + 4;
}

function refuse(line: number, rule: string): BadInput {
  return new BadInput({ line, rule, remedy: 'Give a file of conformance vectors, one JSON object a line.' });
}

function bytesOf(text: string, line: number): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text) || text.length > 2 * WINDOW_BYTES) throw refuse(line, 'not a short hex string');
  return Uint8Array.from({ length: text.length / 2 }, (_, k) => Number.parseInt(text.slice(2 * k, 2 * k + 2), 16));
}

const isNumber = (v: unknown): boolean => typeof v === 'number' && Number.isFinite(v);

function parse(line: string, lineNumber: number): Vector {
  let v: Partial<Vector>;
  try {
    v = (JSON.parse(line) as Partial<Vector> | null) ?? {};
  } catch (error) {
    throw refuse(lineNumber, `no JSON (${error instanceof Error ? error.message : 'unreadable'})`);
  }
  const numbers = [v.c, v.e, v.n, v.x, v.f?.pc, v.f?.x];
  const shaped =
    numbers.every(isNumber) &&
    typeof v.w === 'string' &&
    Array.isArray(v.r) &&
    v.r.length === 15 &&
    v.r.every(isNumber);
  if (!shaped || typeof v.f?.r !== 'object' || Number(v.n) > 1000) {
    throw refuse(lineNumber, 'fields c, e, n, x, w, r[15], f.r, f.pc, f.x are needed');
  }
  return { ...(v as Vector), id: v.id ?? lineNumber, g: v.g ?? 'unnamed', a: v.a ?? '' };
}

/** A bench for tests of the execution engine: RAM, a page map in place of the MMU, programs as text. */
import { assemble } from '../../spec/valhall/assemble.ts';
import { Bench } from '../csf/testing.ts';
import { ACCESS } from '../wiring.ts';
import type { Environment } from './environment.ts';
import { ShaderEngine, type ShaderEngineKind } from './engine.ts';
import { LANES, REGISTERS, WARP_ROW } from './layout.ts';
import { newTask, type Task } from './task.ts';

/** Where programs and data lie. */
export const CODE = 0x10_0000;
export const DATA = 0x20_0000;
export const TABLE = 0x30_0000;

export const AS = 1;

/** Words of a text; throws with the first problem. */
export function wordsOf(text: string): bigint[] {
  const { words, problems } = assemble(text);
  const bad = problems.find((p) => p.severity === 'error');
  if (bad !== undefined) throw new Error(`line ${bad.line}: ${bad.rule}; ${bad.remedy}`);
  return [...words];
}

export interface Setup extends Partial<Omit<Environment, 'uniforms'>> {
  readonly uniforms?: readonly number[];
  /** Work-groups of the task along x. */
  readonly groups?: number;
  readonly budget?: number;
}

let usual: ShaderEngineKind = 'interpreter';

/** Chooses the engine of benches that do not say which. */
export function benchesUse(kind: ShaderEngineKind): void {
  usual = kind;
}

export class ShaderBench {
  readonly bench = new Bench();
  readonly engine: ShaderEngine;
  task: Task | undefined;

  constructor(kind: ShaderEngineKind = usual) {
    this.engine = new ShaderEngine(this.bench.ram, this.bench.mmu, kind);
    // Translated from the first instruction on.
    if (this.engine.translator !== undefined) this.engine.translator.hot = 0;
    this.bench.mmu.map(DATA, 0x4000);
    this.bench.mmu.map(TABLE, 0x1000);
  }

  /** Runs a program, as text or as words, from its start; RUN.*. */
  run(program: string | readonly bigint[], setup: Setup = {}): number {
    const words = typeof program === 'string' ? wordsOf(program) : program;
    this.bench.mmu.map(CODE, 8 * words.length);
    words.forEach((w, i) => {
      const at = this.bench.mmu.probe(AS, CODE + 8 * i, ACCESS.READ);
      this.bench.ram.write32(at, Number(w & 0xffff_ffffn));
      this.bench.ram.write32(at + 4, Number(w >> 32n));
    });
    const { uniforms = [], groups = 1, budget = 100_000, ...rest } = setup;
    const environment: Environment = {
      code: CODE,
      preload: 0,
      flush: 0,
      suppressNan: false,
      suppressInf: false,
      uniforms: Int32Array.from(uniforms, (u) => u | 0),
      tableLo: 0,
      tableHi: 0,
      wlsBase: 0,
      wlsSize: 0,
      wlsInstances: 0,
      tlsBase: 0,
      tlsSize: 0,
      sizeX: 1,
      sizeY: 1,
      sizeZ: 1,
      offsetX: 0,
      offsetY: 0,
      offsetZ: 0,
      ...rest,
    };
    const box = { x: 0, y: 0, z: 0, nx: groups, ny: 1, nz: 1 };
    this.task = newTask({ as: AS, cs: 0, ctx: 0, core: 0, number: 0, total: 1, command: 0 }, environment, box);
    return this.engine.run(this.task, budget);
  }

  /** Goes on with the task. */
  resume(budget: number): number {
    if (this.task === undefined) throw new Error('no task');
    return this.engine.run(this.task, budget);
  }

  /** A register after a run, unsigned. */
  register(n: number, lane = 0, warp = 0): number {
    return this.engine.file.I[(WARP_ROW + warp * REGISTERS + n) * LANES + lane]! >>> 0;
  }

  /** Runs one instruction whose result goes to r0 (and r1), with u0, u1... as given; the value of r0. */
  value(text: string, ...uniforms: readonly number[]): number {
    const moves = uniforms.map((_, n) => `MOV.i32 r${n + 2}, u${n}`);
    const status = this.run([...moves, text, 'NOP.end'].join('\n'), { uniforms });
    if (status !== 1) throw new Error(`${text}: fault 0x${this.engine.memory.fault.code.toString(16)}`);
    return this.register(0);
  }
}

const view = new DataView(new ArrayBuffer(4));

/** Bits of a binary32 number. */
export function f(x: number): number {
  view.setFloat32(0, x);
  return view.getUint32(0);
}

export function fromBits(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

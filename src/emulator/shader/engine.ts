/**
 * Executes tasks of compute jobs: work-groups of a task one after the other, warps of a work-group in turn from one
 * barrier to the next, instructions of a warp for its active lanes. Work-items therefore take effect in ascending
 * order wherever the program does not order them otherwise.
 *
 * Divergence: every lane has its own place; the active lanes share one. Where an instruction says `reconverge`, ends
 * lanes or takes a branch, the lanes with the lowest place become the active ones, so that loops and nested branches,
 * laid out in the order of the source, meet again where they should. (That a branch without `reconverge` does it too is
 * chosen: compilers leave the mark off a branch out of a loop, and what follows may look at other lanes.)
 */
import { FAULT } from '../../spec/faults.ts';
import { ACCESS, type Memory, type Mmu } from '../wiring.ts';
import { Buffers } from './buffers.ts';
import { COST_BARRIER, COST_GROUP, COST_WARP, MAX_GROUP_ITEMS } from './choices.ts';
import { goOn, part, select, takers, type Flock } from './divergence.ts';
import { GroupStart } from './group.ts';
import {
  ALL_LANES,
  LaneFile,
  LANES,
  SOURCE_TEMP_ROW,
  SPECIAL_ROW,
  UNIFORM_ROW,
  WARP_ROW,
  WARP_WORDS,
  BUFFERS_ROW,
  BUFFERS_WORDS,
  PAGES_ROW,
  PAGES_WORDS,
} from './layout.ts';
import { FAULTED, ShaderMemory } from './memory.ts';
import { KIND, type MicroOp } from './micro-op.ts';
import { Operands } from './operands.ts';
import { Programs, type CodePage } from './program.ts';
import { ConstantPool } from './sources.ts';
import { warpsOf, type Task } from './task.ts';
import { Textures } from './textures.ts';
import { ANSWER } from './translator/frame.ts';
import { ENTERED, fileMemory, ShaderTranslator, startFunctions } from './translator/translator.ts';

/** How a run ended: the budget is used up, everything is done, a fault (`memory.fault`), or the watch stopped it. */
export const RUN = { MORE: 0, DONE: 1, FAULT: 2, CUT: 3 } as const;

const TWO32 = 2 ** 32;
const PAGE = 4096;
const WORD = 8;
/** First code address that does not exist. */
const CODE_LIMIT = 2 ** 48;
const FIRST_WARP = WARP_ROW * LANES;

/** A watch (watch.ts), with the number of the instruction in the present run. */
export type RunWatch = (task: Task, warp: number, pc: number, active: number, done: number) => boolean;

/** Every instruction by its function, or hot programs as WebAssembly; results and times are the same. */
export type ShaderEngineKind = 'interpreter' | 'translator';

export class ShaderEngine {
  readonly file: LaneFile;
  readonly memory: ShaderMemory;
  readonly buffers: Buffers;
  readonly textures: Textures;
  /** Cycles the last run took. */
  cycles = 0;
  /** What the last run did: instructions, warps begun, loads, stores (messages of warps). */
  readonly counts = new Float64Array(4);
  /** Undefined while nobody looks. */
  watch: RunWatch | undefined;
  /** Undefined for the interpreter. */
  readonly translator: ShaderTranslator | undefined;
  private readonly start: GroupStart;
  private readonly pool: ConstantPool;
  private readonly programs: Programs;
  private budget = 0;
  private granted = 0;
  /** The decoded page in use: its address, and the offset of its bytes in RAM. */
  private page: CodePage = [];
  private pageVa = -1;
  private pageOffset = 0;
  private pageEpoch = -1;
  private as = 0;
  private readonly mmu: Mmu;
  /** The task whose registers are in the file. */
  private resident: Task | undefined;
  private readonly operands: Operands;
  private readonly flock: Flock = { first: 0, end: 0, place: 0 };

  constructor(memory: Memory, mmu: Mmu, kind: ShaderEngineKind = 'interpreter') {
    this.mmu = mmu;
    const shared = kind === 'translator' && memory.wasm !== undefined ? fileMemory() : undefined;
    const file = new LaneFile(shared?.buffer);
    this.file = file;
    this.start = new GroupStart(file, shared && startFunctions(shared));
    this.operands = new Operands(file);
    this.pool = new ConstantPool(file);
    this.memory = new ShaderMemory(memory, mmu, file.words(PAGES_ROW, PAGES_WORDS));
    this.buffers = new Buffers(this.memory, file.words(BUFFERS_ROW, BUFFERS_WORDS));
    this.textures = new Textures(this.memory, this.buffers);
    this.programs = new Programs(memory, this.pool);
    if (shared === undefined) return;
    const helpers = {
      alu: this.aluForTranslated.bind(this),
      message: this.messageForTranslated.bind(this),
    };
    const { programs } = this;
    this.translator = new ShaderTranslator({
      file,
      fileMemory: shared,
      ram: memory,
      memory: this.memory,
      mmu,
      programs,
      helpers,
    });
  }

  /** Forgets which task the file holds. */
  reset(): void {
    this.resident = undefined;
  }

  /** Runs a task for at most about `budget` instructions; RUN.*. */
  run(task: Task, budget: number): number {
    this.budget = budget;
    this.granted = budget;
    this.cycles = 0;
    this.counts.fill(0);
    this.memory.traffic = 0;
    this.flock.end = 0;
    this.open(task);
    // Whoever looks at instructions sees each of them.
    if (this.watch === undefined) this.translator?.open(task, this.operands.floatMode);
    else this.translator?.close();
    const { nx, ny, nz } = task.box;
    const groups = nx * ny * nz;
    let status: number = RUN.DONE;
    while (task.group < groups) {
      if (!task.begun) this.beginGroup(task);
      status = this.runGroup(task);
      if (status !== RUN.DONE) break;
      task.begun = false;
      task.group++;
    }
    this.counts[0] = budget - this.budget;
    task.executed += budget - this.budget;
    if (this.translator?.ready === false) this.translator.heated(budget - this.budget);
    this.cycles += this.memory.traffic;
    if (status === RUN.MORE || status === RUN.CUT)
      task.registers = this.file.I.slice(FIRST_WARP, FIRST_WARP + warpsOf(task.environment) * WARP_WORDS);
    else this.resident = undefined;
    return status;
  }

  /** r0..r63 of a warp of a task that is not over, a row of lanes each: a copy. */
  registers(task: Task, warp: number): Int32Array {
    const at = warp * WARP_WORDS;
    if (this.resident === task) return this.file.I.slice(FIRST_WARP + at, FIRST_WARP + at + WARP_WORDS);
    return task.registers?.slice(at, at + WARP_WORDS) ?? new Int32Array(WARP_WORDS);
  }

  /** Puts what the task's instructions read beside registers into the file. */
  private open(task: Task): void {
    const { environment: env } = task;
    const { file } = this;
    this.as = task.as;
    this.pageVa = -1;
    this.memory.open(task.as);
    this.buffers.open(env.tableLo, env.tableHi);
    this.textures.open();
    this.operands.open(env);
    if (this.resident === task) return;
    this.resident = task;
    file.I.fill(0, UNIFORM_ROW * LANES, SOURCE_TEMP_ROW * LANES);
    env.uniforms.forEach((value, n) => file.broadcast(UNIFORM_ROW + n, value));
    file.broadcast(SPECIAL_ROW.CORE_ID, task.core);
    file.broadcast(SPECIAL_ROW.RESOURCE_TABLE, env.tableLo);
    file.broadcast(SPECIAL_ROW.RESOURCE_TABLE + 1, env.tableHi);
    const shared = env.wlsBase + task.core * env.wlsInstances * env.wlsSize;
    file.broadcast(SPECIAL_ROW.WORKGROUP_LOCAL, shared | 0);
    file.broadcast(SPECIAL_ROW.WORKGROUP_LOCAL + 1, Math.floor(shared / TWO32));
    if (task.registers !== undefined) {
      file.I.set(task.registers, FIRST_WARP);
      this.start.forget();
    }
    task.registers = undefined;
  }

  /** Registers of all warps before the first instruction. */
  private beginGroup(task: Task): void {
    const { environment: env } = task;
    const warps = warpsOf(env);
    const items = env.sizeX * env.sizeY * env.sizeZ;
    this.start.begin(task, this.translator?.written);
    for (let w = 0; w < warps; w++) {
      const lanes = Math.min(LANES, items - w * LANES);
      task.pc[w] = env.code;
      task.active[w] = (1 << lanes) - 1;
      task.alive[w] = (1 << lanes) - 1;
      task.blocked[w] = 0;
    }
    task.begun = true;
    task.warp = 0;
    this.cycles += COST_GROUP + COST_WARP * warps;
    this.counts[1] = this.counts[1]! + warps;
  }

  private runGroup(task: Task): number {
    const warps = warpsOf(task.environment);
    for (;;) {
      while (task.warp < warps) {
        const w = task.warp;
        if ((task.alive[w]! & ~task.blocked[w]!) !== 0) {
          const left = this.runPhase(task, warps);
          if (left === ENTERED.NOT && task.warp !== w) continue;
          const status = this.runWarp(task, task.warp, left);
          if (status !== RUN.DONE) return status;
        }
        task.warp++;
      }
      const waited = goOn(task, warps, this.flock);
      this.cycles += COST_BARRIER * waited;
      if (waited === 0) return RUN.DONE;
      task.warp = 0;
    }
  }

  /**
   * Runs warps from the present one on in translated code as long as they do the same; `task.warp` is the first that
   * is not done. How that one left translated code, ENTERED.NOT if it did not enter it.
   */
  private runPhase(task: Task, warps: number): number {
    const { translator } = this;
    // A lane's own memory has another address in each warp.
    if (translator?.ready !== true || task.environment.tlsSize !== 0) return ENTERED.NOT;
    const { pc, active, alive, blocked, lanePc } = task;
    const first = task.warp;
    const from = pc[first]!;
    let end = first;
    while (
      end < warps &&
      pc[end] === from &&
      active[end] === ALL_LANES &&
      alive[end] === ALL_LANES &&
      blocked[end] === 0
    )
      end++;
    if (end - first < 2) return ENTERED.NOT;
    const done = translator.phase(task, first, end - first, from, this.budget);
    if (done < 0) return ENTERED.NOT;
    this.account(translator);
    task.warp = first + done;
    active.fill(0, first, task.warp);
    if (translator.how === ENTERED.ENDED) alive.fill(0, first, task.warp);
    else {
      Object.assign(this.flock, { first, end: task.warp, place: translator.where });
      blocked.fill(ALL_LANES, first, task.warp);
      lanePc.fill(translator.where, first * LANES, task.warp * LANES);
    }
    if (task.warp === end) return ENTERED.NOT;
    this.settle(translator, task, task.warp, translator.next);
    return translator.next;
  }

  /** Runs a warp until all its lanes have ended or wait at a barrier. `left`: how it left translated code. */
  private runWarp(task: Task, w: number, left: number): number {
    const { file, memory } = this;
    const base = FIRST_WARP + w * WARP_WORDS;
    this.enterWarp(task, w);
    let pc = task.pc[w]!;
    let active = task.active[w]!;
    let alive = task.alive[w]!;
    file.active = active;
    const translator = this.translator?.ready === true ? this.translator : undefined;
    if (translator === undefined) this.start.forget();
    for (;;) {
      if (translator !== undefined) {
        const how = left === ENTERED.NOT ? this.enterTranslated(translator, task, w, pc, active) : left;
        left = ENTERED.NOT;
        if (how === ENTERED.FAULT) return RUN.FAULT;
        if (how === ENTERED.ENDED || how === ENTERED.BARRIER) return RUN.DONE;
        if (how === ENTERED.NOT) {
          if (!translator.covers(pc)) this.start.forget();
        } else {
          pc = translator.pc;
          active = translator.active;
          file.active = active;
        }
      }
      if (this.budget <= 0) {
        task.pc[w] = pc;
        return RUN.MORE;
      }
      const at = pc - this.pageVa;
      if (!(at >= 0 && at < PAGE) || this.pageVa < 0) {
        if (!this.openPage(pc)) return this.failed(task, w, pc);
        continue;
      }
      const op = this.page[at >>> 3] ?? this.decode(at);
      if (this.watch !== undefined) {
        task.pc[w] = pc;
        if (this.watch(task, w, pc, active, this.granted - this.budget)) return RUN.CUT;
      }
      this.budget--;
      this.cycles += op.cost;
      pc += WORD;

      if (op.kind === KIND.ALU) {
        if (op.plain && active === alive && !this.operands.floatMode) {
          op.alu(
            file,
            op,
            base + op.dst,
            op.a + (base & op.am),
            op.b + (base & op.bm),
            op.c + (base & op.cm),
            op.e + (base & op.em),
          );
        } else this.operands.execute(op, base, pc, active === alive);
      } else if (op.kind === KIND.MESSAGE) {
        let a = op.a + (base & op.am);
        let b = op.b + (base & op.bm);
        if (!op.plain) {
          this.operands.prepare(op, base, pc);
          a = this.operands.sources[0]!;
          b = this.operands.sources[1]!;
        }
        if (op.message(this, op, base, a, b) === false) return this.failed(task, w, pc - WORD);
        if ((op.access & 1) !== 0) this.counts[2] = this.counts[2]! + 1;
        if ((op.access & 2) !== 0) this.counts[3] = this.counts[3]! + 1;
        // A store may have changed code, or what the page tables say of it.
        if (this.programs.epoch !== this.pageEpoch) this.pageVa = -1;
      } else if (op.kind === KIND.BRANCH) {
        this.operands.prepare(op, base, pc);
        const taken = takers(file.I, op, this.operands.sources[0]!, active);
        if (taken === active && active === alive && op.name === 'BRANCHZ') pc += op.imm * WORD;
        else if (taken !== 0) {
          part(task, w, file.I, op, base, pc, active, taken);
          if (op.end) this.endLanes(task, w, active);
          if (!select(task, w)) return RUN.DONE;
          pc = task.pc[w]!;
          active = task.active[w]!;
          alive = task.alive[w]!;
          file.active = active;
          continue;
        }
      } else if (op.kind === KIND.BARRIER) {
        if (op.select !== BARRIER_SLOT) {
          memory.fail(FAULT.INSTR_BARRIER_FAULT, pc - WORD);
          return this.failed(task, w, pc - WORD);
        }
        const first = w * LANES;
        for (let l = 0; l < LANES; l++) if ((active >>> l) & 1) task.lanePc[first + l] = pc;
        if (op.end) this.endLanes(task, w, active);
        else task.blocked[w] = task.blocked[w]! | active;
        if (!select(task, w)) return RUN.DONE;
        pc = task.pc[w]!;
        active = task.active[w]!;
        alive = task.alive[w]!;
        file.active = active;
        continue;
      } else if (op.kind === KIND.INVALID) {
        memory.fail(FAULT.INSTR_INVALID_ENC, pc - WORD);
        return this.failed(task, w, pc - WORD);
      }

      if (!op.turn) continue;
      if (op.end) {
        this.endLanes(task, w, active);
        if (!select(task, w)) return RUN.DONE;
      } else if (active !== alive) {
        const first = w * LANES;
        for (let l = 0; l < LANES; l++) if ((active >>> l) & 1) task.lanePc[first + l] = pc;
        if (!select(task, w)) return RUN.DONE;
      } else continue;
      pc = task.pc[w]!;
      active = task.active[w]!;
      alive = task.alive[w]!;
      file.active = active;
    }
  }

  /** Notes where a warp failed. */
  private failed(task: Task, w: number, pc: number): number {
    task.pc[w] = pc;
    return RUN.FAULT;
  }

  /** Goes on in translated code; ENTERED.*. Where lanes go on then is in `translator`. */
  private enterTranslated(translator: ShaderTranslator, task: Task, w: number, pc: number, active: number): number {
    const how = translator.enter(task, w, pc, active, this.budget);
    if (how === ENTERED.NOT) return how;
    this.account(translator);
    this.settle(translator, task, w, how);
    return how;
  }

  private account(translator: ShaderTranslator): void {
    this.budget = translator.budget;
    this.cycles += translator.cycles;
    this.counts[2] = this.counts[2]! + translator.loads;
    this.counts[3] = this.counts[3]! + translator.stores;
  }

  /** Takes over how a warp has left translated code. */
  private settle(translator: ShaderTranslator, task: Task, w: number, how: number): void {
    if (translator.selected >= 0) {
      task.pc[w] = translator.selected;
      task.active[w] = translator.active;
    }
    if (how === ENTERED.FAULT) this.failed(task, w, translator.pc);
    else if (how === ENTERED.ENDED) {
      // All of them were executing.
      task.alive[w] = 0;
      task.active[w] = 0;
    } else if (how === ENTERED.BARRIER) {
      const first = w * LANES;
      for (let l = 0; l < LANES; l++) if ((translator.active >>> l) & 1) task.lanePc[first + l] = translator.pc;
      task.blocked[w] = translator.active;
      task.active[w] = 0;
    } else if (how === ENTERED.TURN && translator.active !== task.alive[w]) {
      const first = w * LANES;
      for (let l = 0; l < LANES; l++) if ((translator.active >>> l) & 1) task.lanePc[first + l] = translator.pc;
      select(task, w);
      translator.pc = task.pc[w]!;
      translator.active = task.active[w]!;
    }
  }

  private aluForTranslated(op: MicroOp, base: number, next: number, active: number, whole: boolean): void {
    const { file } = this;
    file.active = active;
    if (!op.plain || !whole || this.operands.floatMode) this.operands.execute(op, base, next, whole);
    else
      op.alu(
        file,
        op,
        base + op.dst,
        place(op.a, base, op.am),
        place(op.b, base, op.bm),
        place(op.c, base, op.cm),
        place(op.e, base, op.em),
      );
  }

  private messageForTranslated(op: MicroOp, base: number, next: number, active: number): number {
    const { programs, mmu } = this;
    const { epoch } = programs;
    const generation = mmu.generation(this.as);
    this.file.active = active;
    this.operands.prepare(op, base, next);
    if (op.message(this, op, base, this.operands.sources[0]!, this.operands.sources[1]!) === false) return ANSWER.FAULT;
    if (programs.epoch !== this.pageEpoch) this.pageVa = -1;
    return programs.epoch === epoch && mmu.generation(this.as) === generation ? ANSWER.DONE : ANSWER.CHANGED;
  }

  private endLanes(task: Task, w: number, lanes: number): void {
    task.alive[w] = task.alive[w]! & ~lanes;
  }

  /** Special values that differ from warp to warp. */
  private enterWarp(task: Task, w: number): void {
    const { file } = this;
    const { tlsBase, tlsSize } = task.environment;
    file.broadcast(SPECIAL_ROW.WARP_ID, w);
    if (tlsSize === 0) return;
    const first = task.core * MAX_GROUP_ITEMS + w * LANES;
    for (let l = 0; l < LANES; l++) {
      const at = tlsBase + (first + l) * tlsSize;
      file.I[SPECIAL_ROW.THREAD_LOCAL * LANES + l] = at | 0;
      file.I[(SPECIAL_ROW.THREAD_LOCAL + 1) * LANES + l] = Math.floor(at / TWO32);
    }
  }

  /** Finds the decoded page of an address; false after a fault. */
  private openPage(pc: number): boolean {
    if (!(pc >= 0 && pc < CODE_LIMIT) || pc % WORD !== 0) {
      this.memory.fail(FAULT.INSTR_INVALID_PC, pc);
      return false;
    }
    const va = pc - (pc % PAGE);
    const offset = this.memory.find(va | 0, Math.floor(va / TWO32), ACCESS.EXECUTE);
    if (offset === FAULTED) return false;
    this.page = this.programs.page(offset);
    this.memory.refresh();
    this.pageVa = va;
    this.pageOffset = offset;
    this.pageEpoch = this.programs.epoch;
    return true;
  }

  /** Decodes the instruction at byte `at` of the open page. */
  private decode(at: number): MicroOp {
    const op = this.programs.decode(this.pageOffset + at);
    if (this.programs.epoch !== this.pageEpoch) {
      this.page = this.programs.page(this.pageOffset);
      this.memory.refresh();
      this.pageEpoch = this.programs.epoch;
    }
    return op;
  }
}

/** The only slot a barrier may name (chosen: any other is a barrier fault). */
const BARRIER_SLOT = 7;
const place = (row: number, base: number, mask: number): number => row + (base & mask);

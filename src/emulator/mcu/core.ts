/**
 * The Cortex-M7 (r1p2, no FPU) as a part: registers, memory and exceptions put together around the hot loop.
 * The owner runs it in slices by instruction count; whatever needs attention in between (exceptions, sleep,
 * timers, breakpoints, pages that cannot be decoded ahead) is handled here, between two turns of the loop.
 *
 * One instruction takes one cycle (chosen, CYCLES_PER_INSTRUCTION); idle cycles come from the owner. An
 * instruction that faults, or is skipped by IT, counts as executed.
 */
import { Bug } from '../../base/errors.ts';
import type { Stateful, PlainObject } from '../../base/stateful.ts';
import { decode, isWide, type Decoded } from '../../spec/thumb/decode.ts';
import { FETCH, type McuBus } from './bus.ts';
import type { CoreEngine, CoreHooks, CoreOptions } from './core-options.ts';
import { CodeCache } from './code-cache.ts';
import { BANK_WORDS, ENTRY_WORDS, SLOT_WORDS, UNCACHED_SLOT } from './entries.ts';
import { Debug } from './debug.ts';
import { Exceptions } from './exceptions.ts';
import { FaultStatus, DIVBYZERO, INVSTATE, IACCVIOL, IBUSERR, NOCP, UNDEFINSTR } from './fault-status.ts';
import { createInterpreter, type SlowPath } from './interpreter.ts';
import { countBackward, lower } from './lower.ts';
import { Memory } from './memory.ts';
import { Mpu } from './mpu.ts';
import { BUS_FAULT_EXCEPTION, FIRST_IRQ, MEM_MANAGE, Nvic, SYSTICK, USAGE_FAULT } from './nvic.ts';
import { DATA_HANDLERS } from './slow-data.ts';
import { MEMORY_HANDLERS } from './slow-memory.ts';
import { SYSTEM_HANDLERS } from './slow-system.ts';
import * as st from './state.ts';
import { SystemControl, CCR_DIV_0_TRP } from './system-control.ts';
import { SysTick } from './systick.ts';
import { DEFAULT_HOT, Translator } from './translator/translator.ts';

export type { CoreEngine, CoreHooks, CoreOptions };

/** Chosen: the pipeline is not modelled. */
export const CYCLES_PER_INSTRUCTION = 1;

/**
 * Instructions of one turn. The host's best code is for functions that are called often; one long call of the hot
 * loop stays in code made for its middle (on-stack replacement: measured 1.3 times slower).
 */
const TURN = 1 << 16;

/**
 * Executes one instruction slowly. S[PC] is its address; true: S[PC] has been set to where to go on.
 */
export type Handler = (core: Core, i: Decoded, setsFlags: boolean) => boolean | void;

interface Interned {
  readonly decoded: Decoded;
  readonly handler: Handler;
  readonly sets: boolean;
}

export class Core implements Stateful<PlainObject> {
  /** The state words; see state.ts. */
  readonly S = new Int32Array(st.STATE_WORDS);
  /** r0..r15 as int32; r15 is the next instruction while the core is not running. */
  readonly regs: Int32Array;
  readonly bus: McuBus;
  readonly hooks: CoreHooks = {};
  readonly options: CoreOptions;
  readonly nvic: Nvic;
  readonly mpu = new Mpu();
  readonly faults = new FaultStatus();
  readonly systick = new SysTick();
  readonly debug: Debug;
  readonly control: SystemControl;
  readonly cache: CodeCache;
  readonly memory: Memory;
  readonly exceptions: Exceptions;
  /** Instructions executed since construction or load. */
  instructions = 0;
  /** Exit status of a semihosting exit, undefined before. */
  exitStatus: number | undefined;
  private cycleCount = 0;
  private quota = 0;
  /** Undefined with the interpreter alone. */
  readonly translator: Translator | undefined;
  private readonly interpret: (budget: number, hot: number) => number;
  private readonly interned: Interned[] = [];
  private readonly internedBy = new Map<number, number>();
  private readonly breakpoints = new Set<number>();
  /** Address whose breakpoint has just been passed over. */
  private steppedOver = -1;
  private eventPending = true;

  constructor(bus: McuBus, options: CoreOptions = {}) {
    this.bus = bus;
    this.options = options;
    this.regs = this.S.subarray(0, 16);
    this.nvic = new Nvic(options.irqLines ?? 32, options.priorityBits ?? 4);
    this.cache = new CodeCache(bus, options.engine === 'translator');
    this.debug = new Debug(this);
    this.control = new SystemControl(this);
    this.memory = new Memory(this);
    this.exceptions = new Exceptions(this);
    const { E, UNDER, CODE, LT, ST } = this.cache;
    const { ram8: M8, ram32: M32 } = bus;
    const M16 = new Uint16Array(M8.buffer, M8.byteOffset, M8.length >>> 1);
    if (options.engine === 'translator') {
      this.translator = new Translator({
        core: this,
        hot: options.translateAfter ?? DEFAULT_HOT,
        intern: (decoded, inIt) => this.intern(decoded, inIt),
        execute: (index, it) => this.execute(index, it),
        isBreakpoint: (pc) => this.breakpoints.has(pc),
      });
    }
    this.cache.user = this.translator;
    const HEAT = this.translator?.heat ?? new Int32Array(0);
    const slow = this.slowPath();
    this.interpret = createInterpreter({ S: this.S, E, UNDER, HEAT, CODE, LT, ST, M8, M16, M32, slow });
    bus.onPagesChanged = (address) => this.pagesChanged(address);
    this.S[st.THUMB] = 1;
  }

  /** Power-on: everything to its reset value, then the given stack pointer and entry (bit 0 set for Thumb). */
  reset(sp: number, pc: number): void {
    const { S } = this;
    S.fill(0);
    S[st.Z_RESULT] = 1;
    S[st.SP] = sp & ~3;
    S[st.LR] = -1;
    S[st.PC] = pc & ~1;
    S[st.THUMB] = pc & 1;
    this.exitStatus = undefined;
    this.steppedOver = -1;
    this.nvic.reset();
    this.mpu.reset();
    this.faults.reset();
    this.systick.reset(this.cycleCount);
    this.debug.reset();
    this.control.reset();
    this.cache.dropAll();
    this.event();
  }

  /** Executes at most `max` instructions; returns how many were. Ends early when the core stops or must yield. */
  run(max: number): number {
    const { S, bus, hooks } = this;
    let left = max;
    if (this.cache.retired) throw new Bug('this core has given its tables away');
    bus.endSlice = false;
    while (left > 0 && S[st.HALTED] === 0) {
      if (this.eventPending) this.settle();
      if (S[st.LOCKUP] !== 0 || S[st.SLEEP] !== 0) break;
      const pc = S[st.PC]!;
      if (this.breakpoints.size !== 0 && this.stopsAt(pc)) break;
      hooks.trace?.(pc);
      left -= this.turn(hooks.trace === undefined ? left : 1);
      if (bus.endSlice) {
        bus.endSlice = false;
        break;
      }
    }
    return max - left;
  }

  /** Executes one instruction (or none when the core does not run). */
  step(): number {
    return this.run(1);
  }

  /** One turn of the loop; returns the instructions executed. */
  private turn(left: number): number {
    const { S } = this;
    S[st.EXIT] = 0;
    S[st.FAULT] = 0;
    const { translator } = this;
    const quota = Math.min(left, TURN, this.systick.cyclesToFire());
    this.quota = quota;
    S[st.REMAINING] = quota;
    let done = 0;
    if (S[st.THUMB] === 0) {
      this.usageFault(INVSTATE);
      done = 1;
    } else {
      const traced = this.hooks.trace !== undefined;
      done =
        translator === undefined || traced ? quota - this.interpret(quota, 0) : translator.run(quota, this.interpret);
      if (done === 0 && S[st.EXIT]! & st.EXIT_UNCACHED) done = this.uncached();
    }
    this.quota = 0;
    S[st.REMAINING] = 0;
    if (done !== 0) this.steppedOver = -1;
    this.instructions += done;
    this.cycleCount += done * CYCLES_PER_INSTRUCTION;
    if (S[st.FAULT] !== 0) this.exceptions.takeSynchronous();
    if (this.systick.sync(this.now())) this.exceptions.pend(SYSTICK);
    if (S[st.EXIT] !== 0) this.eventPending = true;
    return done;
  }

  /** Core cycles so far, including the current instruction of a running turn. */
  now(): number {
    return this.cycleCount + (this.quota - this.S[st.REMAINING]!) * CYCLES_PER_INSTRUCTION;
  }

  /** Instructions executed, the present one of a running turn included. */
  get executed(): number {
    return this.instructions + this.quota - this.S[st.REMAINING]!;
  }

  private timers(): void {
    if (this.systick.sync(this.now())) this.exceptions.pend(SYSTICK);
    this.eventPending = true;
  }

  /** Looks again at what may interrupt, before the next instruction. */
  private settle(): void {
    this.eventPending = false;
    this.exceptions.settle();
  }

  /** Something that decides about exceptions, sleep or translations has changed. */
  event(): void {
    this.eventPending = true;
    this.S[st.EXIT] = this.S[st.EXIT]! | st.EXIT_EVENT;
  }

  /** External line `line` (from 0). */
  setIrq(line: number, level: boolean): void {
    this.nvic.setLevel(FIRST_IRQ + line, level);
    this.event();
  }

  setNmi(level: boolean): void {
    this.nvic.setNmi(level);
    this.event();
  }

  /** True while WFI or WFE waits; pending wake-ups are taken into account. */
  get sleeping(): boolean {
    if (this.eventPending && this.S[st.SLEEP] !== 0) this.settle();
    return this.S[st.SLEEP] !== 0;
  }

  get lockup(): boolean {
    return this.S[st.LOCKUP] !== 0;
  }

  /** Set by semihosting exit; the owner may set and clear it. */
  get halted(): boolean {
    return this.S[st.HALTED] !== 0;
  }
  set halted(value: boolean) {
    this.S[st.HALTED] = value ? 1 : 0;
    this.S[st.EXIT] = this.S[st.EXIT]! | st.EXIT_SLICE;
  }

  /** Cycles pass while the core sleeps. */
  advanceIdle(cycles: number): void {
    this.cycleCount += cycles;
    this.timers();
  }

  /** Cycles until SysTick interrupts; Infinity when it will not. */
  cyclesToNextTimer(): number {
    this.timers();
    return this.systick.cyclesToFire();
  }

  get pc(): number {
    return this.S[st.PC]! >>> 0;
  }
  set pc(value: number) {
    this.S[st.PC] = value & ~1;
  }
  get xpsr(): number {
    return st.xpsrOf(this.S) >>> 0;
  }
  /** Flags, GE, T and IT; IPSR is changed by exceptions only. */
  set xpsr(value: number) {
    st.setXpsr(this.S, value);
  }
  get primask(): number {
    return this.S[st.PRIMASK]!;
  }
  set primask(value: number) {
    this.S[st.PRIMASK] = value & 1;
    this.event();
  }
  get basepri(): number {
    return this.S[st.BASEPRI]!;
  }
  set basepri(value: number) {
    this.S[st.BASEPRI] = value & this.nvic.priorityMask;
    this.event();
  }
  get faultmask(): number {
    return this.S[st.FAULTMASK]!;
  }
  set faultmask(value: number) {
    this.S[st.FAULTMASK] = value & 1;
    this.event();
  }
  get controlRegister(): number {
    return this.S[st.CONTROL]!;
  }

  get privileged(): boolean {
    return this.S[st.IPSR] !== 0 || (this.S[st.CONTROL]! & 1) === 0;
  }

  private get usesPsp(): boolean {
    return this.S[st.IPSR] === 0 && (this.S[st.CONTROL]! & 2) !== 0;
  }

  get msp(): number {
    return this.S[this.usesPsp ? st.OTHER_SP : st.SP]!;
  }
  set msp(value: number) {
    this.S[this.usesPsp ? st.OTHER_SP : st.SP] = value & ~3;
  }
  get psp(): number {
    return this.S[this.usesPsp ? st.SP : st.OTHER_SP]!;
  }
  set psp(value: number) {
    this.S[this.usesPsp ? st.SP : st.OTHER_SP] = value & ~3;
  }

  /** Sets IPSR and CONTROL, keeping the stack pointers apart. */
  setMode(ipsr: number, control: number): void {
    const { S } = this;
    const before = this.usesPsp;
    S[st.IPSR] = ipsr;
    S[st.CONTROL] = control;
    if (before !== this.usesPsp) {
      const sp = S[st.SP]!;
      S[st.SP] = S[st.OTHER_SP]!;
      S[st.OTHER_SP] = sp;
    }
    this.memory.accessChanged();
    this.event();
  }

  /** Stops before the instruction at `address` when `hooks.breakpoint` says so (always, without that hook). */
  setBreakpoint(address: number): void {
    this.breakpoints.add(address | 0);
    this.translator?.forget(address | 0);
    this.cache.dropPage(address);
  }
  get breakpointAddresses(): readonly number[] {
    return [...this.breakpoints].map((address) => address >>> 0);
  }
  clearBreakpoint(address: number): void {
    this.breakpoints.delete(address | 0);
    this.translator?.forget(address | 0);
    this.cache.dropPage(address);
  }

  private stopsAt(pc: number): boolean {
    if (!this.breakpoints.has(pc) || this.steppedOver === pc) return false;
    const stop = this.hooks.breakpoint?.(pc >>> 0) ?? true;
    // The next run goes on from here.
    this.steppedOver = pc;
    return stop;
  }

  private pagesChanged(address: number | undefined): void {
    if (address === undefined) this.cache.dropAll();
    else this.cache.dropPage(address);
    this.S[st.EXIT] = this.S[st.EXIT]! | st.EXIT_EVENT;
  }

  // What the hot loop calls.

  private slowPath(): SlowPath {
    return {
      openPage: (address) => this.openPage(address),
      decodeEntry: (e, it) => this.decodeEntry(e, it),
      execute: (index, it) => this.execute(index, it),
      branch: (target) => void this.branchInterworking(target),
      load: (address, size) => this.memory.load(address, size, this.privileged),
      store: (address, size, value) => this.memory.store(address, size, value, this.privileged),
    };
  }

  private openPage(address: number): number {
    const base = this.memory.mayDecode(address) ? this.cache.open(address) : -1;
    if (base < 0) this.S[st.EXIT] = this.S[st.EXIT]! | st.EXIT_UNCACHED;
    return base;
  }

  private decodeEntry(e: number, it: number): number {
    const { S } = this;
    const pc = S[st.PC]!;
    if (this.breakpoints.has(pc)) {
      S[st.EXIT] = S[st.EXIT]! | st.EXIT_UNCACHED;
      return 1;
    }
    const first = this.memory.peekCode(pc);
    let second = 0;
    if (isWide(first)) {
      const next = (pc + 2) | 0;
      if ((next & 0xfff) === 0) {
        // Straddling: the next page must be code in RAM too, and is watched from now on.
        if (!this.memory.mayDecode(next) || this.bus.page(next, FETCH) < 0) {
          S[st.EXIT] = S[st.EXIT]! | st.EXIT_UNCACHED;
          return 1;
        }
        this.cache.protect(this.bus.page(next, FETCH));
      }
      second = this.memory.peekCode(next);
    }
    this.enter(e, decode(first, second), pc, it !== 0);
    if (it === 0 && this.translator?.has(pc) === true) this.cache.mark(pc);
    return 0;
  }

  private enter(e: number, decoded: Decoded, pc: number, inIt: boolean): void {
    lower(this.cache.E, e, decoded, pc, inIt, () => this.intern(decoded, inIt));
    if (this.translator !== undefined) countBackward(this.cache.E, e, pc);
  }

  private intern(decoded: Decoded, inIt: boolean): number {
    const key = decoded.word * 4 + (decoded.length === 4 ? 2 : 0) + (inIt ? 1 : 0);
    const known = this.internedBy.get(key);
    if (known !== undefined) return known;
    const handler =
      DATA_HANDLERS.get(decoded.row.key) ??
      MEMORY_HANDLERS.get(decoded.row.key) ??
      SYSTEM_HANDLERS.get(decoded.row.key) ??
      undefinedHandler;
    const sets = inIt ? decoded.setsFlagsInIt : decoded.setsFlags;
    const index = this.interned.push({ decoded, handler, sets }) - 1;
    this.internedBy.set(key, index);
    return index;
  }

  private execute(index: number, it: number): number {
    const { S } = this;
    const { decoded, handler, sets } = this.interned[index]!;
    const pc = S[st.PC]!;
    const gone = handler(this, decoded, sets) === true;
    if (S[st.FAULT] !== 0 && !gone) {
      S[st.MODE] = it;
      return 1;
    }
    S[st.SP] = S[st.SP]! & ~3;
    if (gone) return 1;
    S[st.PC] = pc;
    return 0;
  }

  // What slow handlers call.

  loadAs(address: number, size: 1 | 2 | 4, unprivileged: boolean): number {
    return this.memory.load(address, size, this.privileged && !unprivileged);
  }
  storeAs(address: number, size: 1 | 2 | 4, value: number, unprivileged: boolean): void {
    this.memory.store(address, size, value, this.privileged && !unprivileged);
  }
  /** Word accesses that fault when unaligned, whatever CCR says. */
  loadAligned(address: number): number {
    return this.memory.checkAligned(address, 4) ? this.memory.load(address, 4, this.privileged) : 0;
  }
  storeAligned(address: number, value: number): void {
    if (this.memory.checkAligned(address, 4)) this.memory.store(address, 4, value, this.privileged);
  }
  loadExclusive(address: number, size: 1 | 2 | 4): number {
    return this.memory.checkAligned(address, size) ? this.memory.load(address, size, this.privileged) : 0;
  }
  checkExclusive(address: number, size: 1 | 2 | 4): boolean {
    return this.memory.checkAligned(address, size);
  }

  /** BX-like branch: EXC_RETURN in Handler mode returns from the exception, bit 0 is the new T. */
  branchInterworking(target: number): boolean {
    const { S } = this;
    if (target >>> 28 === 15 && S[st.IPSR] !== 0) {
      this.exceptions.exceptionReturn(target);
      return true;
    }
    S[st.PC] = target & ~1;
    S[st.THUMB] = target & 1;
    if ((target & 1) === 0) this.event();
    return true;
  }

  raise(exception: number): void {
    this.S[st.FAULT] = exception;
    this.S[st.EXIT] = this.S[st.EXIT]! | st.EXIT_FAULT;
  }

  usageFault(bit: number): void {
    this.faults.cfsr |= bit;
    this.raise(USAGE_FAULT);
  }

  undefinedInstruction(): boolean {
    this.usageFault(UNDEFINSTR);
    return false;
  }

  noCoprocessor(): void {
    this.usageFault(NOCP);
  }

  /** True when CCR traps divisions by zero, and then the fault is raised. */
  divideByZero(): boolean {
    if ((this.control.ccr & CCR_DIV_0_TRP) === 0) return false;
    this.usageFault(DIVBYZERO);
    return true;
  }

  /** Fetches and executes the one instruction at PC without the cache. Returns 1: a faulting fetch counts. */
  private uncached(): number {
    const { S, cache } = this;
    S[st.EXIT] = 0;
    const pc = S[st.PC]!;
    const first = this.fetch(pc);
    if (S[st.FAULT] !== 0) return 1;
    const second = isWide(first) ? this.fetch((pc + 2) | 0) : 0;
    if (S[st.FAULT] !== 0) return 1;
    const it = S[st.MODE]! & 0xff;
    const e = UNCACHED_SLOT * SLOT_WORDS + ((pc & 0xfff) >>> 1) * ENTRY_WORDS + (it !== 0 ? BANK_WORDS : 0);
    const before = cache.beginUncached(pc);
    this.enter(e, decode(first, second), pc, it !== 0);
    this.quota = 1;
    S[st.REMAINING] = 1;
    this.interpret(1, 0);
    cache.endUncached(pc, before);
    return 1;
  }

  private fetch(address: number): number {
    if (!this.memory.mayFetch(address)) {
      this.faults.cfsr |= IACCVIOL;
      this.raise(MEM_MANAGE);
      return 0;
    }
    const ram = this.bus.page(address, FETCH);
    if (ram >= 0) return this.memory.peekCode(address);
    const x = this.bus.load(address, 2, FETCH);
    if (this.bus.error !== 0) {
      this.faults.cfsr |= IBUSERR;
      this.raise(BUS_FAULT_EXCEPTION);
    }
    return x;
  }

  /** Enters lockup: the core does nothing until reset. */
  lockUp(): void {
    this.S[st.LOCKUP] = 1;
    this.event();
  }

  save(): PlainObject {
    const words = this.S.slice();
    // Only means something inside a turn of the loop; a core that was just loaded has it set.
    words[st.EXIT] = 0;
    return {
      words,
      instructions: this.instructions,
      cycles: this.cycleCount,
      exitStatus: this.exitStatus,
      steppedOver: this.steppedOver,
      nvic: this.nvic.save(),
      mpu: this.mpu.save(),
      faults: this.faults.save(),
      systick: this.systick.save(),
      debug: this.debug.save(),
      control: this.control.save(),
    };
  }

  load(state: PlainObject): void {
    if (state['words'] instanceof Int32Array) this.S.set(state['words']);
    this.instructions = Number(state['instructions']);
    this.cycleCount = Number(state['cycles']);
    this.exitStatus = state['exitStatus'] === undefined ? undefined : Number(state['exitStatus']);
    this.steppedOver = Number(state['steppedOver']);
    this.nvic.load(part(state, 'nvic'));
    this.mpu.load(part(state, 'mpu'));
    this.faults.load(part(state, 'faults'));
    this.systick.load(part(state, 'systick'));
    this.debug.load(part(state, 'debug'));
    this.control.load(part(state, 'control'));
    this.cache.dropAll();
    this.memory.accessChanged();
    this.event();
  }
}

/** One saved part. The snapshot is our own, so its shape is trusted. */
function part<T extends PlainObject>(state: PlainObject, key: string): T {
  return state[key] as T;
}

const undefinedHandler: Handler = (core) => core.undefinedInstruction();

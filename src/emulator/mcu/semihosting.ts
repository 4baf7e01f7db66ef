/**
 * Arm semihosting (BKPT 0xab, operation in r0, parameter in r1) as far as it touches nothing but the console and
 * virtual time. No host file, no host command: everything else returns -1.
 * Source: Arm, "Semihosting for AArch32 and AArch64", 5.
 */
import type { Core } from './core.ts';
import { FAULT, EXIT, EXIT_SLICE, HALTED } from './state.ts';

export const SEMIHOSTING_BKPT = 0xab;

/** Where console output goes. */
export interface SemihostSink {
  write(text: string): void;
  /** Where SYS_HEAPINFO says heap and stack are; without it the program uses its own defaults. */
  readonly memory?: HeapInfo;
}

/** Addresses; the stack grows from its base down to its limit. */
export interface HeapInfo {
  readonly heapBase: number;
  readonly heapLimit: number;
  readonly stackBase: number;
  readonly stackLimit: number;
}

/** Handles of the console: `:tt` for reading, writing, and appending (errors). */
const CONSOLE_NAME = ':tt';
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const REFUSED = -1;
/** ADP_Stopped_ApplicationExit: the program ended by itself. */
const APPLICATION_EXIT = 0x20026;
/** Limits against runaway strings and blocks (chosen). */
const MAX_STRING = 1 << 16;
/** Ticks per second of SYS_ELAPSED: nanoseconds of virtual time. */
const TICK_FREQUENCY = 1_000_000_000;
const NS_PER_CENTISECOND = 10_000_000;
const NS_PER_SECOND = 1_000_000_000;

/** Reads guest bytes; ends early at a fault, which is swallowed: the call itself fails, not the program. */
class Guest {
  private readonly core: Core;
  failed = false;
  constructor(core: Core) {
    this.core = core;
  }
  private settle(): void {
    const { core } = this;
    if (core.S[FAULT] === 0) return;
    core.S[FAULT] = 0;
    core.faults.cfsr = 0;
    this.failed = true;
  }
  word(address: number): number {
    const x = this.core.loadAligned(address | 0);
    this.settle();
    return x;
  }
  setWord(address: number, value: number): void {
    this.core.storeAligned(address | 0, value);
    this.settle();
  }
  setByte(address: number, value: number): void {
    this.core.storeAs(address | 0, 1, value, false);
    this.settle();
  }
  byte(address: number): number {
    const x = this.core.loadAs(address | 0, 1, false);
    this.settle();
    return x;
  }
  /** `length` bytes, or up to a NUL when undefined. */
  text(address: number, length?: number): string {
    let s = '';
    for (let k = 0; k < (length ?? MAX_STRING) && k < MAX_STRING; k++) {
      const c = this.byte(address + k);
      if (this.failed || (length === undefined && c === 0)) break;
      s += String.fromCharCode(c);
    }
    return s;
  }
}

type Operation = (core: Core, sink: SemihostSink, guest: Guest, parameter: number) => number;

function nanoseconds(core: Core): number {
  return core.options.now?.() ?? core.now();
}

function exit(core: Core, status: number): number {
  core.exitStatus = status;
  core.S[HALTED] = 1;
  core.S[EXIT] = core.S[EXIT]! | EXIT_SLICE;
  return 0;
}

const OPERATIONS: Readonly<Record<number, Operation>> = {
  // SYS_OPEN: the console only.
  0x01: (_, __, guest, p) => {
    const mode = guest.word(p + 4);
    if (guest.text(guest.word(p), guest.word(p + 8)) !== CONSOLE_NAME) return REFUSED;
    return mode < 4 ? STDIN : mode < 8 ? STDOUT : STDERR;
  },
  // SYS_CLOSE
  0x02: (_, __, guest, p) => (guest.word(p) >>> 0 <= STDERR ? 0 : REFUSED),
  // SYS_WRITEC
  0x03: (core, sink, guest, p) => {
    sink.write(guest.text(p, 1));
    return core.S[0]!;
  },
  // SYS_WRITE0
  0x04: (core, sink, guest, p) => {
    sink.write(guest.text(p));
    return core.S[0]!;
  },
  // SYS_WRITE: bytes not written.
  0x05: (_, sink, guest, p) => {
    const handle = guest.word(p);
    const length = guest.word(p + 8);
    if (handle !== STDOUT && handle !== STDERR) return length;
    const text = guest.text(guest.word(p + 4), length);
    sink.write(text);
    return length - text.length;
  },
  // SYS_READ: bytes not read. The console has no input.
  0x06: (_, __, guest, p) => guest.word(p + 8),
  // SYS_ISTTY
  0x09: (_, __, guest, p) => (guest.word(p) >>> 0 <= STDERR ? 1 : REFUSED),
  // SYS_FLEN
  0x0c: (_, __, guest, p) => (guest.word(p) >>> 0 <= STDERR ? 0 : REFUSED),
  // SYS_CLOCK: centiseconds.
  0x10: (core) => Math.floor(nanoseconds(core) / NS_PER_CENTISECOND) | 0,
  // SYS_TIME: seconds of virtual time.
  0x11: (core) => Math.floor(nanoseconds(core) / NS_PER_SECOND) | 0,
  // SYS_ERRNO: nothing here keeps one.
  0x13: () => 0,
  // SYS_GET_CMDLINE: empty, if there is room for its NUL.
  0x15: (_, __, guest, p) => {
    if (guest.word(p + 4) < 1) return REFUSED;
    guest.setByte(guest.word(p), 0);
    guest.setWord(p + 4, 0);
    return 0;
  },
  // SYS_HEAPINFO: zeros mean the program's own defaults.
  0x16: (_, { memory }, guest, p) => {
    const block = guest.word(p);
    const words = [memory?.heapBase, memory?.heapLimit, memory?.stackBase, memory?.stackLimit];
    for (const [k, word] of words.entries()) guest.setWord(block + 4 * k, word ?? 0);
    return 0;
  },
  // SYS_EXIT: the reason is the parameter itself.
  0x18: (core, _, __, p) => exit(core, p === APPLICATION_EXIT ? 0 : 1),
  // SYS_EXIT_EXTENDED: reason and status.
  0x20: (core, _, guest, p) => {
    const reason = guest.word(p);
    return exit(core, reason === APPLICATION_EXIT ? guest.word(p + 4) : 1);
  },
  // SYS_ELAPSED: 64-bit ticks at the parameter.
  0x30: (core, _, guest, p) => {
    const t = nanoseconds(core);
    guest.setWord(p, t | 0);
    guest.setWord(p + 4, Math.floor(t / 0x1_0000_0000) | 0);
    return 0;
  },
  // SYS_TICKFREQ
  0x31: () => TICK_FREQUENCY,
};

/** Performs the call in r0, r1 and leaves the result in r0. */
export function semihost(core: Core, sink: SemihostSink): void {
  const guest = new Guest(core);
  const cfsr = core.faults.cfsr;
  const result = OPERATIONS[core.S[0]!]?.(core, sink, guest, core.S[1]!) ?? REFUSED;
  core.faults.cfsr = cfsr;
  core.S[0] = guest.failed ? REFUSED : result;
}

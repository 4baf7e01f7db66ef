/**
 * Command streams: instructions per second of a loop on registers and of a mix with loads, stores and sync objects,
 * against the floor of any interpreter: an empty dispatch loop over the same words in the same run. Then what it costs
 * to have every instruction traced.
 */
import { enableAs, l2On, run as runMachine, smallMachine, Tables } from '../src/emulator/fixtures/bench.ts';
import type { Machine } from '../src/emulator/machine.ts';
import { createCsf } from '../src/emulator/csf/csf.ts';
import { StreamTrace } from '../src/main/engine/stream-debug-trace.ts';
import { assemble } from '../src/spec/cs/assemble.ts';
import { CS_CMD, MCU_CS, MCU_CSG } from '../src/spec/registers/mcu-private.ts';
import { median, seconds, type Benchmark, type BenchResult } from './bench.ts';

const AS = 1;
const N = 0;
const RING = 0x10_0000;
const CODE = 0x11_0000;
const DATA = 0x12_0000;
const ROUNDS = 5;
/** Loop turns: enough for a steady rate. */
const TURNS = 150_000;
const TRACE_SIZE = 1 << 16;

const REGISTERS = `
        MOVE32 r67, #${TURNS}
loop:   ADD_IMM32 r66, r66, #1
        ADD_IMM64 d64, d64, #8
        MOVE32 r68, #7
        UMIN32 r69, r66, r68
        ADD_IMM32 r70, r66, #2
        MOVE48 d72, #0x1000
        ADD_IMM32 r67, r67, #-1
        BRANCH.gt r67, loop
`;
const MIX = `
        MOVE48 d64, #0x${DATA.toString(16)}
        MOVE48 d66, #0x1
        MOVE32 r68, #${TURNS}
loop:   STORE_MULTIPLE [d64], r70-r73
        LOAD_MULTIPLE r74-r77, [d64]
        WAIT #0x1
        ADD_IMM32 r70, r70, #1
        SYNC_ADD32.system [d64], r66, #0x0, #0
        ADD_IMM32 r68, r68, #-1
        BRANCH.gt r68, loop
`;

function wordsOf(text: string): BigUint64Array {
  const { words, problems } = assemble(text, { arch: 10 });
  const wrong = problems.find((p) => p.severity === 'error');
  if (wrong !== undefined) throw new Error(`line ${wrong.line}: ${wrong.rule}`);
  return words;
}

/** A machine about to run `text` from a CALL in the ring. */
function setup(text: string): Machine {
  const machine = smallMachine({ csf: createCsf });
  const { memory, csf } = machine;
  const tables = new Tables(memory, memory.base + 0x20_0000);
  [RING, CODE, DATA].forEach((va, i) => tables.map(va, memory.base + 0x1_0000 * (i + 1)));
  const put = (page: number, words: BigUint64Array): void =>
    memory.writeBytes(memory.base + 0x1_0000 * page, new Uint8Array(words.buffer));
  const code = wordsOf(text);
  const ring = wordsOf(`MOVE48 d88, #0x${CODE.toString(16)}\nMOVE32 r90, #${code.length * 8}\nCALL d88, r90`);
  put(1, ring);
  put(2, code);
  l2On(machine);
  enableAs(machine, AS, tables.root);
  csf.writeControl(MCU_CSG.CSG_CTRL.at(0).offset, MCU_CSG.CSG_CTRL.encode({ as: AS, auto: 31 }));
  const set64 = (offset: number, value: number): void => {
    csf.writeStream(N, offset, value);
    csf.writeStream(N, offset + 4, 0);
  };
  set64(MCU_CS.CS_RING_BASE.offset, RING);
  csf.writeStream(N, MCU_CS.CS_RING_SIZE.offset, 0x1000);
  set64(MCU_CS.CS_INSERT.offset, ring.length * 8);
  csf.writeStream(N, MCU_CS.CS_CMD.offset, CS_CMD.START);
  return machine;
}

/** Millions of instructions a second. */
async function rate(text: string, prepare: (machine: Machine) => void = () => {}): Promise<number> {
  const machine = setup(text);
  prepare(machine);
  const time = await seconds(() => {
    while (machine.nextAt !== Infinity) runMachine(machine, 10_000_000);
  });
  return machine.csf.peekStream(N, MCU_CS.CS_INSTRS.offset) / time / 1e6;
}

/** The same number of words fetched and dispatched to functions that do nothing. */
async function floor(text: string, instructions: number): Promise<number> {
  const words = new Int32Array(wordsOf(text).buffer);
  let sum = 0;
  const table = Array.from({ length: 256 }, (_, i) => (lo: number, hi: number) => (lo ^ hi ^ i) & 3);
  const time = await seconds(() => {
    for (let n = 0, at = 0; n < instructions; n++) {
      const hi = words[at + 1]!;
      sum += table[hi >>> 24]!(words[at]!, hi);
      at += 2;
      if (at === words.length) at = 0;
    }
  });
  if (sum < 0) throw new Error('unreachable');
  return instructions / time / 1e6;
}

function traced(machine: Machine): void {
  const trace = new StreamTrace(TRACE_SIZE);
  let n = 0;
  machine.hooks.csf.breakpoint = (cs, pc, lo, hi) => {
    trace.note(machine.clock.now, cs, pc, n++, lo, hi);
    return false;
  };
}

export const cs: Benchmark = {
  name: 'cs',
  about: 'instructions per second of command streams, against an empty dispatch loop over the same words',
  async run(report) {
    const results: BenchResult[] = [];
    for (const [name, text] of Object.entries({ registers: REGISTERS, mix: MIX })) {
      const empty = await median(ROUNDS, () => floor(text, TURNS * 8));
      const plain = await median(ROUNDS, () => rate(text));
      const watched = await median(ROUNDS, () => rate(text, traced));
      results.push(
        { name: `cs.${name}`, value: plain, unit: 'MIPS', anchor: 'empty dispatch', ratio: plain / empty },
        { name: `cs.${name}.traced`, value: watched, unit: 'MIPS', anchor: 'untraced', ratio: watched / plain },
      );
    }
    report(`median of ${ROUNDS} rounds`);
    return results;
  },
};

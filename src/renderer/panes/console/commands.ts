/** The commands of the console, one row each: form, words, what it does. help, completion and docs list them. */
import { describeValue, findRegister } from '../../../spec/registers/index.ts';
import { hex, hexGroups, timeText } from '../../lib/format.ts';
import type { Interpreter } from './interpreter.ts';
import { ConsoleProblem, type Argument } from './syntax.ts';

export interface ConsoleCommand {
  readonly form: string;
  readonly doc: string;
  /** Least and most arguments. */
  readonly takes: readonly [number, number];
  /** The first argument is the name of a register or field. */
  readonly names?: boolean;
  readonly run: (i: Interpreter, args: readonly Argument[], line: number) => Promise<void>;
}

const PER_ROW = 16;
/** Most bytes that one `memory` prints (chosen). */
const MAX_BYTES = 4096;
const UNTIL = ['idle', 'event'] as const;
const SPACES = ['physical', 'mcu', 'as'] as const;
/** Virtual time that `advance idle`, `advance event` and `wait` take at most unless told, in ns. */
const DEFAULT_LIMIT_NS = 1_000_000_000;
const WAIT_LIMIT_NS = 100_000_000;
const WAIT_STEP_NS = 10_000;

const wordOf = (a: Argument | undefined) => (a?.kind === 'value' ? a.word : a?.text);

/** The name of a register or field as it was written. */
function nameOf(args: readonly Argument[], line: number): string {
  const name = wordOf(args[0]);
  if (name === undefined) throw new ConsoleProblem(line, 'the name of a register comes first');
  return name;
}

function valueOf(i: Interpreter, a: Argument | undefined, line: number): Promise<bigint> {
  if (a?.kind !== 'value') return Promise.reject(new ConsoleProblem(line, 'a value is missing'));
  return i.value(a.value, line);
}

async function numberOf(i: Interpreter, a: Argument | undefined, line: number): Promise<number> {
  const value = await valueOf(i, a, line);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ConsoleProblem(line, `${value} is out of range`);
  return Number(value);
}

/** A value to write: a number as the register takes it, or the name of an enum value as it stands. */
async function writable(i: Interpreter, a: Argument | undefined, line: number): Promise<number | string> {
  const word = wordOf(a);
  if (word !== undefined && !i.variables.has(word)) return word;
  const value = await valueOf(i, a, line);
  if (value < 0n) throw new ConsoleProblem(line, 'a register holds no negative value');
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `0x${value.toString(16)}`;
}

function valueText(name: string, value: number | string): string {
  const register = findRegister(name);
  const big = BigInt(value);
  if (register === undefined) return `${name} = ${hex(big)}`;
  const fields = describeValue(register, Number(big & 0xffff_ffffn), Number(big >> 32n));
  return `${name} = ${hexGroups(big, register.width)}${fields === '' ? '' : `  ${fields}`}`;
}

const simple = (form: string, doc: string, run: (i: Interpreter) => Promise<string>): ConsoleCommand => ({
  form,
  doc,
  takes: [0, 0],
  run: async (i) => i.print(await run(i)),
});

export const COMMANDS: Readonly<Record<string, ConsoleCommand>> = {
  peek: {
    form: 'peek NAME',
    doc: 'the value of a register or field, without side effects',
    takes: [1, 1],
    names: true,
    run: async (i, args, line) => {
      const name = nameOf(args, line);
      i.print(valueText(name, await i.bench.peek(name)));
    },
  },
  read: {
    form: 'read NAME',
    doc: 'reads as the CPU does: takes time, may clear',
    takes: [1, 1],
    names: true,
    run: async (i, args, line) => {
      const name = nameOf(args, line);
      i.print(valueText(name, await i.bench.read(name)));
    },
  },
  poke: {
    form: 'poke NAME VALUE',
    doc: 'writes as the CPU does; VALUE is an expression or the name of an enum value',
    takes: [2, 2],
    names: true,
    run: async (i, args, line) => i.bench.poke(nameOf(args, line), await writable(i, args[1], line)),
  },
  preview: {
    form: 'preview NAME VALUE',
    doc: 'what a poke would change, tried on a fork',
    takes: [2, 2],
    names: true,
    run: async (i, args, line) => {
      const name = nameOf(args, line);
      const value = await writable(i, args[1], line);
      const { changes } = await i.bench.client.call('register.poke', { name, value, by: 'script', preview: true });
      for (const c of changes) i.print(`${c.name}: ${hex(BigInt(c.before))} → ${hex(BigInt(c.after))}`);
      if (changes.length === 0) i.print('nothing would change');
    },
  },
  advance: {
    form: 'advance TIME | advance idle|event [LIMIT]',
    doc: 'lets virtual time pass: advance 1ms',
    takes: [1, 2],
    run: async (i, args, line) => {
      const until = UNTIL.find((u) => u === wordOf(args[0]));
      const limit = args[until === undefined ? 0 : 1];
      const ns = limit === undefined ? DEFAULT_LIMIT_NS : await numberOf(i, limit, line);
      i.print(timeText(await i.bench.advance(ns, until ?? 'time')));
    },
  },
  wait: {
    form: 'wait CONDITION [LIMIT]',
    doc: 'peeks every 10us until the condition holds; a problem after LIMIT (100ms)',
    takes: [1, 2],
    run: async (i, args, line) => {
      const limit = args[1] === undefined ? WAIT_LIMIT_NS : await numberOf(i, args[1], line);
      for (let ns = 0; (await valueOf(i, args[0], line)) === 0n; ns += WAIT_STEP_NS) {
        if (ns >= limit) throw new ConsoleProblem(line, `the condition did not hold within ${timeText(limit)}`);
        await i.bench.advance(WAIT_STEP_NS);
      }
    },
  },
  expect: {
    form: 'expect NAME VALUE | expect CONDITION',
    doc: 'says whether something holds; the program goes on',
    takes: [1, 2],
    names: true,
    run: async (i, args, line) => {
      const got = await valueOf(i, args[0], line);
      const wanted = args[1] === undefined ? undefined : await valueOf(i, args[1], line);
      const ok = wanted === undefined ? got !== 0n : got === wanted;
      const what = wanted === undefined ? 'the condition' : `${wordOf(args[0]) ?? 'the value'} is ${hex(wanted)}`;
      i.print(
        ok ? `ok: ${what}${wanted === undefined ? ' holds' : ''}` : `failed: ${what}, got ${hex(got)}`,
        ok ? 'good' : 'bad',
      );
    },
  },
  print: {
    form: 'print VALUE...',
    doc: 'prints values and "texts"',
    takes: [1, 32],
    run: async (i, args, line) => {
      const parts: string[] = [];
      for (const a of args) {
        if (a.kind === 'text') parts.push(a.text);
        else {
          const value = await i.value(a.value, line);
          parts.push(value < 0n ? value.toString() : hex(value));
        }
      }
      i.print(parts.join(' '));
    },
  },
  memory: {
    form: 'memory physical|mcu|as ADDRESS LENGTH [AS]',
    doc: 'bytes of memory; AS is the number of the address space',
    takes: [3, 4],
    run: async (i, args, line) => {
      const space = SPACES.find((s) => s === wordOf(args[0]));
      if (space === undefined) throw new ConsoleProblem(line, `a space is one of ${SPACES.join(', ')}`);
      const address = await numberOf(i, args[1], line);
      const length = Math.min(MAX_BYTES, await numberOf(i, args[2], line));
      const as = args[3] === undefined ? 0 : await numberOf(i, args[3], line);
      const bytes = await i.bench.memory(space, address, length, as);
      for (let at = 0; at < bytes.length; at += PER_ROW) {
        const row = Array.from(bytes.subarray(at, at + PER_ROW), (b) => b.toString(16).padStart(2, '0'));
        i.print(`${hexGroups(address + at, 48)}  ${row.join(' ')}`);
      }
    },
  },
  snapshot: {
    form: 'snapshot "LABEL"',
    doc: 'a point to come back to',
    takes: [1, 1],
    run: async (i, args) => i.print(`snapshot ${await i.bench.snapshot(wordOf(args[0]) ?? 'console')}`),
  },
  restore: {
    form: 'restore NUMBER',
    doc: 'goes back to a snapshot',
    takes: [1, 1],
    run: async (i, args, line) => i.bench.restore(await numberOf(i, args[0], line)),
  },
  boot: simple('boot', 'loads the driver, which probes the GPU and boots the firmware', async (i) => {
    const { ok, errno, firmware } = await i.bench.boot();
    return ok ? `booted, firmware interface ${firmware.version}` : `the probe failed with errno ${errno}`;
  }),
  status: simple('status', 'time, MCU, counts', async (i) => {
    const s = await i.bench.status();
    return `${timeText(s.timeNs)}, MCU ${s.mcu}, ${s.accesses} accesses, ${s.jobs} jobs, ${s.faults} faults`;
  }),
  undo: simple('undo', 'back to before the last change by hand', async (i) => {
    return `undone: ${(await i.bench.client.call('history.undo', {})).what}`;
  }),
  redo: simple('redo', 'forward again', async (i) => {
    return `done again: ${(await i.bench.client.call('history.redo', {})).what}`;
  }),
  powercycle: simple('powercycle', 'power off and on: RAM and registers are lost', async (i) => {
    await i.bench.client.call('bench.power-cycle', {});
    return 'power is back';
  }),
  help: {
    form: 'help [COMMAND]',
    doc: 'this list',
    takes: [0, 1],
    run: async (i, args) => {
      const word = wordOf(args[0]);
      const rows = Object.entries(COMMANDS).filter(([name]) => word === undefined || name === word);
      const width = Math.max(...Object.values(COMMANDS).map((c) => c.form.length));
      for (const [, c] of rows) i.print(`${c.form.padEnd(width)}  ${c.doc}`);
      if (word === undefined) {
        i.print('let n = VALUE    if C { … } else { … }    while C { … }    repeat N { … }    # comment');
        i.print('Names in a VALUE are variables or registers (peeked). Times: 10ns 5us 1ms 2s.');
      }
    },
  },
};

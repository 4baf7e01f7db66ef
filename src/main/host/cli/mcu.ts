/**
 * `tyr mcu vectors|run|dis`: the Cortex-M7 core alone, on the memory map of QEMU's mps2-an500.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { hex } from '../../../base/bits.ts';
import { BARE_HEAP, BARE_MAP, BARE_PRIORITY_BITS, BareBus } from '../../../emulator/mcu/bare.ts';
import { Core, type CoreEngine } from '../../../emulator/mcu/core.ts';
import { VectorRunner, type VectorResult } from '../../../emulator/mcu/vectors.ts';
import { isElf, PT_LOAD, readElf, STT_FUNC } from '../../../formats/elf.ts';
import { listing } from '../../../spec/thumb/disassemble.ts';
import type { Io } from './io.ts';
import { parseNumber, readInput } from './options.ts';

const USAGE =
  'tyr mcu vectors FILE... | mcu run IMAGE [--entry A] [--engine E] | mcu dis FILE [--base A] [--symbols ELF]   [--json]';
const MAX_FAILURES = 50;
/** Instructions between looks at the wall clock. */
const SLICE = 2_000_000;
/** The core's clock on that board: 25 MHz, so a cycle is 40 ns. */
const NS_PER_CYCLE = 40;
const DEFAULT_WALL_S = 60;
/** Bytes `dis` takes (chosen). */
const MAX_LISTING = 1 << 24;

const ENGINES: readonly CoreEngine[] = ['interpreter', 'translator'];

const FLAGS = {
  json: { type: 'boolean', default: false },
  engine: { type: 'string', default: 'translator' },
  entry: { type: 'string' },
  base: { type: 'string' },
  symbols: { type: 'string' },
  'limit-ms': { type: 'string' },
  'limit-wall-s': { type: 'string' },
} as const;

interface Flags {
  readonly json: boolean;
  readonly entry?: string | undefined;
  readonly base?: string | undefined;
  readonly symbols?: string | undefined;
  readonly 'limit-ms'?: string | undefined;
  readonly 'limit-wall-s'?: string | undefined;
}

/** Runs `mcu ...`; the exit code. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: FLAGS, allowPositionals: true });
  const [verb, file, ...more] = positionals;
  if (file === undefined) throw new UsageError(`usage: ${USAGE}`);
  const engine = ENGINES.find((name) => name === values.engine);
  if (engine === undefined) {
    throw new UsageError(`no engine named "${values.engine}" for the core; known: ${ENGINES.join(', ')}`);
  }
  if (verb === 'vectors') return vectors([file, ...more], engine, values, io);
  if (more.length > 0) throw new UsageError(`mcu ${verb} takes one file; usage: ${USAGE}`);
  if (verb === 'run') return runImage(file, engine, values, io);
  if (verb === 'dis') return disassembleFile(file, values, io);
  throw new UsageError(`no command "mcu ${verb}"; usage: ${USAGE}`);
}

/** The lines of a file, unpacked when it ends in .gz. BadInput when it cannot be read. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const packed = path.endsWith('.gz');
  const unpack = createGunzip();
  const input = packed ? unpack : file;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    input.destroy();
  };
  file.on('error', fail);
  input.on('error', fail);
  if (packed) file.pipe(unpack);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) yield line;
  } catch (error) {
    failure ??= error instanceof Error ? error : new Error(String(error));
  }
  if (failure !== undefined) {
    const remedy = 'Name a readable file of vectors, plain or packed with gzip.';
    throw new BadInput({ file: path, rule: `cannot be read: ${failure.message}`, remedy });
  }
}

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

async function vectors(files: readonly string[], engine: CoreEngine, flags: Flags, io: Io): Promise<number> {
  const runner = new VectorRunner(engine);
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const byGroup: Record<string, Tally> = {};
  const failures: (VectorResult & { file: string })[] = [];
  const skipReasons: Record<string, number> = {};
  for (const file of files) {
    let number = 0;
    for await (const line of linesOf(file)) {
      number++;
      if (line.trim() === '') continue;
      const result = inFile(file, () => runner.run(line, number));
      const group = (byGroup[result.group] ??= { passed: 0, failed: 0, skipped: 0 });
      const kind = result.skipped !== undefined ? 'skipped' : result.differences.length === 0 ? 'passed' : 'failed';
      total[kind]++;
      group[kind]++;
      if (result.skipped !== undefined) skipReasons[result.skipped] = (skipReasons[result.skipped] ?? 0) + 1;
      if (kind === 'failed' && failures.length < MAX_FAILURES) failures.push({ file, ...result });
    }
  }
  if (total.passed + total.failed + total.skipped === 0) {
    const remedy = 'Give a file of conformance vectors, one JSON object a line.';
    throw new BadInput({ file: files.join(', '), rule: 'no vectors', remedy });
  }
  if (flags.json) io.out(`${JSON.stringify({ ...total, byGroup, skipReasons, failures })}\n`);
  else {
    for (const f of failures) io.out(`${f.file}: vector ${f.id} (${f.group}) ${f.asm}: ${f.differences.join('; ')}\n`);
    for (const [name, g] of Object.entries(byGroup)) {
      io.out(`${name.padEnd(12)} ${g.passed} passed, ${g.failed} failed, ${g.skipped} skipped\n`);
    }
    for (const [reason, n] of Object.entries(skipReasons)) io.out(`${n} skipped: ${reason}\n`);
    io.out(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  }
  return total.failed === 0 ? 0 : 1;
}

function inFile<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof BadInput ? error.in(file) : error;
  }
}

/** Loads an ELF file or a plain image; returns where to start, undefined for the vector table at 0. */
function loadImage(bus: BareBus, file: string): number | undefined {
  const bytes = readInput(file);
  const put = (address: number, data: Uint8Array): void => {
    if (bus.write(address, data)) return;
    const map = BARE_MAP.map((r) => `${r.name} ${hex(r.base)} + ${r.size >> 20} MiB`).join(', ');
    const rule = `${data.length} bytes at ${hex(address)} lie outside the memory`;
    throw new BadInput({ file, rule, remedy: `Link for ${map}.` });
  };
  if (!isElf(bytes)) {
    put(0, bytes);
    return undefined;
  }
  const elf = readElf(bytes, file);
  for (const s of elf.segments) if (s.type === PT_LOAD) put(s.paddr, s.data);
  return elf.entry;
}

function runImage(file: string, engine: CoreEngine, flags: Flags, io: Io): number {
  const bus = new BareBus();
  let stdout = '';
  const core: Core = new Core(bus, {
    priorityBits: BARE_PRIORITY_BITS,
    engine,
    semihosting: {
      memory: BARE_HEAP,
      write: (text) => {
        stdout += text;
        if (!flags.json) io.out(text);
      },
    },
    now: () => core.now() * NS_PER_CYCLE,
  });
  const fileEntry = loadImage(bus, file);
  // An image without a vector table begins at the entry of its file.
  const vectors = bus.ram32[1] !== 0;
  const first = vectors ? bus.ram32[1]! : (fileEntry ?? 0);
  const entry = flags.entry === undefined ? first : parseNumber(flags.entry, '--entry');
  core.reset(vectors ? bus.ram32[0]! : BARE_HEAP.stackBase, flags.entry === undefined && vectors ? entry : entry | 1);
  const wall = Number(flags['limit-wall-s'] ?? DEFAULT_WALL_S);
  const virtual = flags['limit-ms'] === undefined ? Infinity : parseNumber(flags['limit-ms'], '--limit-ms');
  if (!(wall > 0)) throw new UsageError(`--limit-wall-s ${flags['limit-wall-s']}: must be a number above 0`);
  const cycles = (virtual * 1e6) / NS_PER_CYCLE;
  const start = performance.now();
  let end = '';
  while (end === '') {
    core.run(Math.min(SLICE, Math.ceil(cycles - core.now())));
    if (core.halted) end = 'exit';
    else if (core.lockup) end = 'lockup';
    else if (core.now() >= cycles) end = 'limit-ms';
    else if ((performance.now() - start) / 1000 >= wall) end = 'limit-wall-s';
    else if (core.sleeping) {
      const idle = Math.min(core.cyclesToNextTimer(), cycles - core.now());
      if (Number.isFinite(idle)) core.advanceIdle(idle);
      else end = 'asleep';
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const result = {
    instructions: core.instructions,
    exit: core.exitStatus ?? null,
    end,
    stdout,
    mips: Math.round(core.instructions / seconds / 1e4) / 100,
    seconds: Math.round(seconds * 1000) / 1000,
    virtualNs: core.now() * NS_PER_CYCLE,
    pc: hex(core.pc),
  };
  if (flags.json) io.out(`${JSON.stringify(result)}\n`);
  else
    io.err(`${end}, exit ${result.exit}: ${result.instructions} instructions, ${result.mips} MIPS, pc ${result.pc}\n`);
  if (end.startsWith('limit')) return 5;
  return core.exitStatus === 0 ? 0 : 1;
}

/** Functions by address: of the symbol file, or of the ELF file that is taken apart. */
function namesOf(symbols: string | undefined, own: string | undefined): Map<number, string> {
  const file = symbols ?? own;
  if (file === undefined) return new Map();
  const found = readElf(readInput(file), file).symbols.filter((s) => s.type === STT_FUNC && s.name !== '');
  return new Map(found.map((s) => [(s.value & ~1) >>> 0, s.name]));
}

/** Code of an ELF file is its executable segments, each at its address; of any other file all of it. */
function disassembleFile(file: string, flags: Flags, io: Io): number {
  const bytes = readInput(file);
  const base = flags.base === undefined ? 0 : parseNumber(flags.base, '--base');
  const parts = isElf(bytes)
    ? readElf(bytes, file)
        .segments.filter((s) => s.type === PT_LOAD && (s.flags & 1) !== 0)
        .map((s) => ({ at: s.vaddr, data: s.data }))
    : [{ at: base, data: bytes }];
  if (parts.some((p) => p.data.length > MAX_LISTING)) {
    throw new BadInput({ file, rule: `more than ${MAX_LISTING} bytes of code`, remedy: 'Give a part of it.' });
  }
  const names = namesOf(flags.symbols, isElf(bytes) ? file : undefined);
  const lines = parts.flatMap((p) => listing(p.data, p.at));
  if (flags.json) {
    io.out(
      `${JSON.stringify({
        text: lines.map((l) => l.text),
        addresses: lines.map((l) => hex(l.address >>> 0)),
        ...(names.size === 0
          ? {}
          : { names: Object.fromEntries([...names].map(([address, name]) => [hex(address), name])) }),
      })}\n`,
    );
  } else {
    for (const l of lines) {
      const name = names.get(l.address >>> 0);
      if (name !== undefined) io.out(`${name}:\n`);
      io.out(
        `${(l.address >>> 0).toString(16).padStart(8, '0')}  ${l.word
          .toString(16)
          .padStart(l.length * 2, '0')
          .padEnd(8)}  ${l.text}\n`,
      );
    }
  }
  return 0;
}

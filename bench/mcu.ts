/**
 * The MCU core on small kernels, both engines, against `qemu-system-arm -M mps2-an500` on the same images in the same
 * round. Rates are instructions per second of user CPU time, so that other work on the machine disturbs less; the time
 * of compiling is in all of them.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BARE_PRIORITY_BITS, BareBus } from '../src/emulator/mcu/bare.ts';
import { Core, type CoreEngine } from '../src/emulator/mcu/core.ts';
import { debugCosts } from './mcu-debug.ts';
import { seconds, type Benchmark, type BenchResult } from './bench.ts';

const execute = promisify(execFile);
const folder = new URL('./kernels/', import.meta.url);
const KERNELS = ['crc', 'crcbit', 'mat', 'list', 'fsm', 'cpy', 'flt_soft'] as const;
/** Instructions per kernel: the interpreter gets enough for a steady rate, the translator all, as QEMU. */
const BUDGETS: Readonly<Record<CoreEngine, number>> = { interpreter: 500_000_000, translator: Infinity };
const ENGINES: readonly CoreEngine[] = ['interpreter', 'translator'];
const ANCHOR = 'qemu-system-arm -M mps2-an500';
/** Instructions before a measurement of hot code, and in it. */
const WARM = 60_000_000;
/** Instructions between looks at whether the program has ended. */
const SLICE = 4_000_000;
const ARMINGS = 200;

const counts = new Map(
  readFileSync(new URL('counts.txt', folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', , count = '0']) => [name, Number(count)]),
);

function load(name: string, engine: CoreEngine): Core {
  const bus = new BareBus();
  bus.write(0, readFileSync(new URL(`${name}.bin`, folder)));
  const semihosting = { write: () => undefined };
  const core = new Core(bus, { priorityBits: BARE_PRIORITY_BITS, engine, semihosting });
  core.reset(bus.ram32[0]!, bus.ram32[1]!);
  return core;
}

/** Runs on for so many instructions, or to the end of the program. */
function run(core: Core, budget: number): void {
  const end = core.instructions + budget;
  while (core.instructions < end && !core.halted) core.run(Math.min(SLICE, end - core.instructions));
}

/** Seconds of user CPU time of this process, its compiler threads included. */
function cpuSeconds(body: () => void): number {
  const before = process.cpuUsage();
  body();
  return process.cpuUsage(before).user / 1e6;
}

/** Millions of instructions per second of one engine. */
function oursOn(name: string, engine: CoreEngine, report: (line: string) => void): number {
  const core = load(name, engine);
  const time = cpuSeconds(() => run(core, BUDGETS[engine]));
  const count = counts.get(name);
  if (core.halted && core.instructions !== count) report(`${name}: ${core.instructions} instructions, not ${count}`);
  return core.instructions / time / 1e6;
}

/** The same of QEMU, from its whole run; undefined where it is not installed. */
async function qemuOn(name: string): Promise<number | undefined> {
  const file = fileURLToPath(new URL(`${name}.bin`, folder));
  const options = '-M mps2-an500 -nographic -monitor none -serial none -semihosting-config enable=on,target=native';
  // The second line of `times` is what children took: minutes and seconds of user time, then of system time.
  const script = `command -v qemu-system-arm >/dev/null || exit 0; qemu-system-arm ${options} -kernel "$1" >/dev/null 2>&1; times`;
  const { stdout } = await execute('sh', ['-c', script, 'sh', file]);
  const found = /(\d+)m([\d.]+)s \d+m[\d.]+s\s*$/.exec(stdout);
  if (found === null) return undefined;
  return (counts.get(name) ?? 0) / (Number(found[1]) * 60 + Number(found[2])) / 1e6;
}

const geometricMean = (of: readonly number[]): number =>
  Math.exp(of.reduce((sum, r) => sum + Math.log(r), 0) / of.length);

/** What translated code takes, and what a breakpoint that is never reached costs. */
async function costs(): Promise<BenchResult[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const core = load('list', 'translator');
  collect();
  const before = process.memoryUsage().heapUsed;
  run(core, WARM);
  collect();
  const { madeInstructions, madeText } = core.translator!;
  const heap = process.memoryUsage().heapUsed - before;
  const free = cpuSeconds(() => run(core, WARM));
  // Beside the program, on its page, where it is never reached.
  const address = 0x40;
  const arming = await seconds(() => {
    for (let k = 0; k < ARMINGS; k++) {
      core.setBreakpoint(address);
      core.run(1);
      core.clearBreakpoint(address);
      core.run(1);
    }
  });
  core.setBreakpoint(address);
  const armed = cpuSeconds(() => run(core, WARM));
  return [
    { name: 'mcu.translated-heap', value: heap / madeInstructions, unit: 'bytes per instruction' },
    { name: 'mcu.translated-text', value: madeText / madeInstructions, unit: 'characters per instruction' },
    { name: 'mcu.breakpoint-arm', value: (arming / (2 * ARMINGS)) * 1e6, unit: 'us to set or clear one and step' },
    {
      name: 'mcu.breakpoint-armed',
      value: WARM / armed / 1e6,
      unit: 'MIPS',
      anchor: 'without it',
      ratio: free / armed,
    },
  ];
}

export const mcu: Benchmark = {
  name: 'mcu',
  about: 'instructions per second of the core by engine, against QEMU where it is installed',
  async run(report) {
    const results: BenchResult[] = [];
    const ratios: Record<CoreEngine, number[]> = { interpreter: [], translator: [] };
    for (const name of KERNELS) {
      const anchor = await qemuOn(name);
      for (const engine of ENGINES) {
        const value = oursOn(name, engine, report);
        const base = { name: `mcu.${engine}.${name}`, value, unit: 'MIPS' };
        if (anchor === undefined) results.push(base);
        else {
          ratios[engine].push(value / anchor);
          results.push({ ...base, anchor: ANCHOR, ratio: value / anchor });
        }
      }
    }
    for (const engine of ENGINES) {
      if (ratios[engine].length === 0) {
        report('qemu-system-arm is not installed: no ratios');
        break;
      }
      const mean = geometricMean(ratios[engine]);
      const name = `mcu.${engine}.geometric-mean`;
      results.push({ name, value: mean, unit: 'of QEMU', anchor: 'qemu-system-arm', ratio: mean });
    }
    results.push(...(await costs()), ...debugCosts());
    return results;
  },
};

/** The MCU core on small kernels, against `qemu-system-arm -M mps2-an500` on the same images in the same run. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Core } from '../src/emulator/mcu/core.ts';
import { BARE_PRIORITY_BITS, BareBus } from '../src/emulator/mcu/bare.ts';
import { seconds, type Benchmark, type BenchResult } from './bench.ts';

const execute = promisify(execFile);
const folder = new URL('./kernels/', import.meta.url);
const KERNELS = ['crc', 'crcbit', 'mat', 'list', 'fsm', 'cpy', 'flt_soft'] as const;
/** Instructions of ours per kernel: enough for a steady rate. */
const BUDGET = 150_000_000;

const counts = new Map(
  readFileSync(new URL('counts.txt', folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', , count = '0']) => [name, Number(count)]),
);

/** Millions of instructions per second of our core. */
async function oursOn(image: Uint8Array): Promise<number> {
  const bus = new BareBus();
  bus.write(0, image);
  const view = new DataView(image.buffer, image.byteOffset);
  const core = new Core(bus, { priorityBits: BARE_PRIORITY_BITS });
  core.reset(view.getUint32(0, true), view.getUint32(4, true));
  let executed = 0;
  const time = await seconds(() => {
    executed = core.run(BUDGET);
  });
  return executed / time / 1e6;
}

/** The same of QEMU, from its whole run; undefined where it is not installed. */
async function qemuOn(name: string): Promise<number | undefined> {
  const file = fileURLToPath(new URL(`${name}.bin`, folder));
  const options = ['-M', 'mps2-an500', '-nographic', '-monitor', 'none', '-serial', 'none'];
  try {
    const time = await seconds(
      async () =>
        void (await execute('qemu-system-arm', [
          ...options,
          '-semihosting-config',
          'enable=on,target=native',
          '-kernel',
          file,
        ])),
    );
    return (counts.get(name) ?? 0) / time / 1e6;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export const mcu: Benchmark = {
  name: 'mcu',
  about: 'instructions per second of the core, against QEMU where it is installed',
  async run(report) {
    const results: BenchResult[] = [];
    const ratios: number[] = [];
    for (const name of KERNELS) {
      const value = await oursOn(readFileSync(new URL(`${name}.bin`, folder)));
      const anchor = await qemuOn(name);
      const base = { name: `mcu.${name}`, value, unit: 'MIPS' };
      if (anchor === undefined) results.push(base);
      else {
        ratios.push(value / anchor);
        results.push({ ...base, anchor: 'qemu-system-arm -M mps2-an500', ratio: value / anchor });
      }
    }
    if (ratios.length === 0) report('qemu-system-arm is not installed: no ratios');
    else {
      const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
      results.push({
        name: 'mcu.geometric-mean',
        value: mean,
        unit: 'of QEMU',
        anchor: 'qemu-system-arm',
        ratio: mean,
      });
    }
    return results;
  },
};

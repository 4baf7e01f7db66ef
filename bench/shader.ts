/**
 * Compute kernels on the emulated shader cores: lane-instructions a second by engine, and the same kernels on Debian's
 * lavapipe in the same run (bench/vulkan/client.c, made with gcc here). A lane-instruction is an instruction of a warp
 * times its 16 lanes, executing or not. What a kernel leaves in its buffers must be the same on all of them.
 *
 * Times are of the processor, as in the benchmark of the MCU, so that other work on the machine disturbs less. One
 * machine has one thread: work-groups take effect in ascending order. `two` is two machines in two processes at once.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ShaderEngineKind } from '../src/emulator/shader/engine.ts';
import type { Benchmark, BenchResult } from './bench.ts';
import { KERNELS } from './shader-kernels.ts';
import { ShaderMachine, type Kernel } from './shader-machine.ts';

const execute = promisify(execFile);
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SECONDS = 1;
const LANES = 16;
const ICD = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
const CLIENT_FLAGS = ['-O2', '-o'];
const WORKER = fileOf('shader-worker.ts');

interface Timing {
  /** Of one dispatch: processor time, and time on the clock. */
  readonly busy: number;
  readonly wall: number;
}

export interface Measured extends Timing {
  /** Lane-instructions of one dispatch. */
  readonly work: number;
}

const textOf = (kernel: Kernel): string => readFileSync(fileOf(`shaders/${kernel.name}.asm`), 'utf8');

/** What one dispatch leaves, and the virtual time it takes. */
function outcome(kernel: Kernel, engine: ShaderEngineKind): { buffers: Uint32Array[]; virtualNs: number } {
  const machine = new ShaderMachine(kernel, textOf(kernel), engine);
  const virtualNs = machine.dispatch();
  return { buffers: kernel.buffers.map((_, n) => machine.buffer(n)), virtualNs };
}

/** Dispatches a kernel for about a second; the first dispatch, in which code becomes hot, is not measured. */
export function measure(kernel: Kernel, engine: ShaderEngineKind): Measured {
  const machine = new ShaderMachine(kernel, textOf(kernel), engine);
  machine.dispatch();
  const before = machine.instructions;
  const start = performance.now();
  const busy = process.cpuUsage();
  let dispatches = 0;
  do {
    machine.dispatch();
    dispatches++;
  } while (performance.now() - start < 1000 * SECONDS);
  return {
    busy: process.cpuUsage(busy).user / 1e6 / dispatches,
    wall: (performance.now() - start) / 1000 / dispatches,
    work: ((machine.instructions - before) * LANES) / dispatches,
  };
}

/** A client in a folder of its own; undefined where lavapipe, gcc or the headers are missing. */
class Lavapipe {
  readonly folder = mkdtempSync(join(tmpdir(), 'tyr-vulkan-'));
  device = '';

  static open(report: (line: string) => void): Lavapipe | undefined {
    if (!existsSync(ICD)) {
      report('lavapipe is not installed (mesa-vulkan-drivers): no ratios');
      return undefined;
    }
    const client = new Lavapipe();
    try {
      const source = fileOf('vulkan/client.c');
      execFileSync('gcc', [...CLIENT_FLAGS, client.program, source, '-lvulkan'], { stdio: 'pipe' });
    } catch {
      client.close();
      report('gcc or libvulkan-dev is missing: no ratios');
      return undefined;
    }
    return client;
  }

  get program(): string {
    return join(this.folder, 'client');
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async run(kernel: Kernel, threads: number): Promise<Timing & { buffers: Uint32Array[] }> {
    const files = kernel.buffers.map((words, n) => {
      const file = join(this.folder, `buffer${n}`);
      writeFileSync(file, new Uint8Array(words.buffer));
      return file;
    });
    const [x, y] = kernel.groups;
    const operands = [fileOf(`shaders/${kernel.name}.spv`), `${x}`, `${y}`, `${SECONDS}`, ...files];
    const env = { ...process.env, VK_ICD_FILENAMES: ICD, VK_DRIVER_FILES: ICD, LP_NUM_THREADS: `${threads}` };
    const { stdout } = await execute(this.program, operands, { env });
    const [device = '', dispatches = '1', wall = '0', busy = '0'] = stdout.split('\n');
    this.device = device;
    return {
      busy: Number(busy) / Number(dispatches),
      wall: Number(wall) / Number(dispatches),
      buffers: files.map((file) => new Uint32Array(Uint8Array.from(readFileSync(file)).buffer)),
    };
  }
}

function same(a: readonly Uint32Array[], b: readonly Uint32Array[]): string | undefined {
  for (const [n, words] of a.entries()) {
    const at = words.findIndex((w, k) => w !== b[n]![k]);
    if (at >= 0) return `buffer ${n}, word ${at}: ${words[at]} and ${b[n]![at]}`;
  }
  return undefined;
}

/** Measures in a process of its own, so that one engine does not slow the code of the other. */
async function alone(kernel: Kernel, engine: ShaderEngineKind): Promise<Measured> {
  const { stdout } = await execute(process.execPath, [WORKER, kernel.name, engine]);
  return JSON.parse(stdout) as Measured;
}

/** Lane-instructions a second of two machines at once. */
async function two(kernel: Kernel): Promise<number> {
  const both = await Promise.all([alone(kernel, 'translator'), alone(kernel, 'translator')]);
  return both.reduce((sum, m) => sum + m.work / m.busy, 0);
}

const rate = (name: string, value: number): BenchResult => ({
  name,
  value: value / 1e6,
  unit: 'M lane-instructions/s',
});
const mean = (of: readonly number[]): number => Math.exp(of.reduce((sum, r) => sum + Math.log(r), 0) / of.length);

export const shader: Benchmark = {
  name: 'shader',
  about: 'compute kernels on the emulated shader cores by engine, against lavapipe where it is installed',
  async run(report) {
    const results: BenchResult[] = [];
    const lavapipe = Lavapipe.open(report);
    const ratios: number[][] = [[], []];
    try {
      for (const kernel of KERNELS) {
        const [plain, fast] = [outcome(kernel, 'interpreter'), outcome(kernel, 'translator')];
        const wrong = same(plain.buffers, fast.buffers);
        if (wrong !== undefined) throw new Error(`${kernel.name}: interpreter and translator differ: ${wrong}`);
        if (plain.virtualNs !== fast.virtualNs) throw new Error(`${kernel.name}: virtual times differ`);
        const interpreted = await alone(kernel, 'interpreter');
        const translated = await alone(kernel, 'translator');
        const speed = translated.work / translated.busy;
        results.push(
          rate(`shader.${kernel.name}.interpreter`, interpreted.work / interpreted.busy),
          {
            ...rate(`shader.${kernel.name}.translator`, speed),
            anchor: 'the interpreter',
            ratio: (speed * interpreted.busy) / interpreted.work,
          },
          rate(`shader.${kernel.name}.two-machines`, await two(kernel)),
        );
        if (lavapipe === undefined) continue;
        for (const [n, threads] of [1, 2].entries()) {
          const real = await lavapipe.run(kernel, threads);
          const differs = same(real.buffers, fast.buffers);
          if (differs !== undefined) report(`${kernel.name}: lavapipe differs: ${differs}`);
          // Two threads of lavapipe halve what each of them would take alone, at best.
          const ratio = translated.busy / (real.busy / threads);
          ratios[n]!.push(ratio);
          results.push({
            name: `shader.${kernel.name}.lavapipe-${threads}`,
            value: 1000 * (real.busy / threads),
            unit: `ms a dispatch; ours ${(1000 * translated.busy).toFixed(2)} ms`,
            anchor: 'lavapipe, in time',
            ratio,
          });
        }
      }
      if (lavapipe !== undefined) {
        report(lavapipe.device);
        for (const [n, threads] of [1, 2].entries()) {
          const value = mean(ratios[n]!);
          const name = `shader.times-lavapipe-${threads}`;
          results.push({ name, value, unit: 'geometric mean of times', anchor: 'lavapipe, in time', ratio: value });
        }
      }
    } finally {
      lavapipe?.close();
    }
    return results;
  },
};

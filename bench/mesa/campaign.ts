/**
 * The Mesa campaign: kernels of our own go through the real drivers (PanVK, and Gallium's panfrost) on a recorder in
 * place of the kernel driver; each recording is replayed on the bench and compared with Mesa's software renderer.
 *
 *     npm run mesa-campaign -- [--driver vulkan|gl] [--only REGEX] [--random N] [--seed S] [--out DIR]
 *
 * Ends with 1 when a replay differs. Long (seconds a kernel) and in need of packages, so not part of the tests.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { EngineControl } from '../../src/main/engine/control.ts';
import { nullRecorder } from '../../src/main/engine/recorder.ts';
import { Timeline } from '../../src/main/engine/timeline.ts';
import { readCapture } from '../../src/main/lab/capture-files.ts';
import { replayCapture } from '../../src/main/lab/capture-replay.ts';
import { forGl, kernels, type Kernel } from './kernels.ts';
import { randomKernels } from './random-kernel.ts';
import { prepare, run, type Driver, type Tools } from './tools.ts';

const BUFFER_BYTES = 65536;
/** Longest a client may take; Mesa's compiler under emulation needs most of it. */
const SECONDS = 90;
const COMPRESS = { level: 9 } as const;

/** Records one kernel into `folder`; gives the reason when that was not possible. */
function record(tools: Tools, driver: Driver, kernel: Kernel, folder: string): string | undefined {
  const source = path.join(folder, 'kernel.comp');
  const binary = path.join(folder, 'kernel.spv');
  writeFileSync(source, driver === 'gl' ? forGl(kernel.source) : kernel.source);
  if (driver === 'vulkan') {
    const { ok, said } = run(['glslangValidator', '-V', '--target-env', 'vulkan1.1', source, '-o', binary]);
    if (!ok) return `glslang: ${said}`;
  }
  const at = (name: string): string => path.join(folder, name);
  const client = [driver === 'gl' ? source : binary, ...kernel.options, '--quiet'];
  const recorded = tools.record(driver, folder, [...client, '--addresses', at('addresses')], SECONDS);
  if (!recorded.ok) return `driver: ${recorded.said}`;
  const reference = tools.reference(driver, kernel.reference, [...client, '--out', at('expected.bin')], SECONDS);
  if (!reference.ok) return `reference: ${reference.said}`;
  writeFileSync(at('expected.bin.gz'), gzipSync(readFileSync(at('expected.bin')), COMPRESS));
  keepLastImage(folder);
  const buffers = readFileSync(at('addresses'), 'utf8')
    .trim()
    .split('\n')
    .map((line, i) => {
      const [name, va] = line.split(' ');
      return { name, va, size: BUFFER_BYTES, expected_offset: i * BUFFER_BYTES };
    });
  const document = {
    kernel: kernel.name,
    variant: driver,
    options: kernel.options.join(' '),
    buffers,
    compare: kernel.compare,
  };
  writeFileSync(at('run.json'), JSON.stringify(document, undefined, 1));
  for (const name of ['kernel.spv', 'expected.bin', 'addresses']) rmSync(at(name), { force: true });
  return undefined;
}

/** The recorder executes nothing, so the last image holds what the earlier ones hold. */
function keepLastImage(folder: string): void {
  const numbers = readdirSync(folder).flatMap((f) => /^mem_submit(\d+)\.json$/.exec(f)?.[1] ?? []);
  const last = Math.max(...numbers.map(Number));
  for (const n of numbers) {
    const image = path.join(folder, `mem_submit${n}.bin.gz`);
    if (Number(n) === last) {
      writeFileSync(image, gzipSync(gunzipSync(readFileSync(image)), COMPRESS));
    } else {
      rmSync(image);
      rmSync(path.join(folder, `mem_submit${n}.json`));
    }
  }
}

const FIRMWARE = fileURLToPath(new URL('../../resources/firmware/reference.bin', import.meta.url));

/** Replays a folder on a freshly booted bench; gives what differs. */
async function replay(folder: string): Promise<string | undefined> {
  const history = new Timeline(
    {
      kind: 'power-on',
      gpu: 'g610',
      bare: false,
      engine: 'interpreter',
      overrides: {},
      firmware: Uint8Array.from(readFileSync(FIRMWARE)),
      firmwareName: 'reference',
    },
    nullRecorder,
    new EngineControl(),
  );
  history.apply({ kind: 'module-load', module: 'tyr' });
  const result = await replayCapture(readCapture(folder), {
    apply: (input) => history.apply(input),
    readUser: (client, address, length) => history.readUser(client, address, length),
    now: () => history.engine.now,
    faults: () => history.engine.driver.faultCount,
  });
  if (result.ok) return undefined;
  const [first] = result.mismatches;
  const where =
    first &&
    `${first.buffer}+0x${first.offset.toString(16)}: 0x${first.got.toString(16)}, wanted 0x${first.want.toString(16)}`;
  return `${result.fault ?? ''} ${result.mismatchCount} words differ; ${where ?? ''}`.trim();
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      driver: { type: 'string', default: 'vulkan' },
      only: { type: 'string', default: '' },
      random: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  const driver: Driver = values.driver === 'gl' ? 'gl' : 'vulkan';
  const tools = prepare([driver]);
  const out = values.out ?? mkdtempSync(path.join(tmpdir(), 'tyr-mesa-'));
  const only = new RegExp(values.only);
  const random = randomKernels(Number(values.seed), Number(values.random), driver);
  const count = { agree: 0, differ: 0, unrecorded: 0 };
  for (const kernel of [...kernels(), ...random].filter((k) => k.drivers.includes(driver) && only.test(k.name))) {
    const folder = path.join(out, `${driver}-${kernel.name}`);
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    mkdirSync(folder, { recursive: true });
    const refused = record(tools, driver, kernel, folder);
    if (refused !== undefined) {
      count.unrecorded++;
      say(`none    ${kernel.name}: ${refused}`);
      continue;
    }
    const difference = await replay(folder);
    count[difference === undefined ? 'agree' : 'differ']++;
    say(difference === undefined ? `agrees  ${kernel.name}` : `DIFFERS ${kernel.name}: ${difference}`);
  }
  say(`${count.agree} agree, ${count.differ} differ, ${count.unrecorded} not recorded; recordings in ${out}`);
  return count.differ === 0 ? 0 : 1;
}

process.exitCode = await main();

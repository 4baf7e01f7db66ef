/** `tyr run`: a command stream on a queue, or a scenario. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { Bench, type Scenario, type ScenarioOptions } from '../../../protocol/scenario.ts';
import type { StreamResult } from '../../../protocol/messages.ts';
import { dumpsOf, foundValue, parseDirectives } from '../../../spec/cs/directives.ts';
import { assembleToBytes } from './cs.ts';
import type { Io } from './io.ts';
import {
  benchFlagsOf,
  parse,
  parseNumber,
  parseRange,
  parseWord,
  readInput,
  STDIN,
  type BenchFlags,
} from './options.ts';
import { boots, withBench } from './with-bench.ts';

/** Wall limit of a run in seconds (docs/cli.md). */
const WALL_LIMIT_S = 60;

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, {
    queue: { type: 'string', default: '0' },
    map: { type: 'string', multiple: true, default: [] },
    set32: { type: 'string', multiple: true, default: [] },
    dump: { type: 'string', multiple: true, default: [] },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length !== 1) throw new UsageError('usage: tyr run FILE.cs | FILE.ts | -');
  const flags = benchFlagsOf(values);
  const extension = path.extname(file);
  if (extension === '.ts') return runScenario(file, flags, io);
  if (extension !== '.cs' && file !== STDIN) throw new UsageError(`${file}: tyr run takes FILE.cs or FILE.ts`);
  const queue = parseNumber(values.queue, '--queue');
  const words = assembleToBytes(file, 10, io);
  const directives = parseDirectives(new TextDecoder().decode(readInput(file)), file);
  const map = values.map.map((t) => parseRange(t, '--map'));
  const set32 = values.set32.map((t) => parseWord(t, '--set32'));
  const dump = values.dump.map((t) => parseRange(t, '--dump'));
  return withBench(
    flags,
    io,
    async ({ client }) => {
      if (!(await boots(client, io))) return 1;
      const result = await client.call('stream.run', {
        words,
        name: path.basename(file),
        queue,
        map: [...directives.map, ...map],
        set32: [...directives.set32, ...set32],
        dump: [...dumpsOf(directives), ...dump],
        ...(flags.limitMs === undefined ? {} : { limitNs: flags.limitMs * 1_000_000 }),
      });
      const { finished, jobs, ...rest } = result;
      const document = { jobs: jobs.map((j) => ({ ...j, fault: j.fault ?? null })), ...rest };
      io.out(flags.json ? `${JSON.stringify(document, undefined, 2)}\n` : describe(result));
      const wrong = directives.expect.filter((e) => foundValue(e, result) !== e.value);
      for (const e of wrong) io.err(`tyr: ${file}:${e.line}: expected ${e.text}\n`);
      if (!finished) return 5;
      return wrong.length === 0 && result.jobs.every((j) => j.fault === undefined && j.status === 'done') ? 0 : 1;
    },
    WALL_LIMIT_S,
  );
}

/** The result as lines for people: jobs, registers that are not zero, dumped memory. */
export function describe(result: StreamResult): string {
  const jobs = result.jobs.map((j) => `queue ${j.queue}: ${j.status}${j.fault === undefined ? '' : ` (${j.fault})`}\n`);
  const set = Object.entries(result.registers).filter(([, v]) => v !== 0);
  const registers = set.map(([r, v]) => `${r.padStart(4)} = 0x${v.toString(16).padStart(8, '0')}\n`);
  const memory = Object.entries(result.memory).map(
    ([va, hex]) => `${va}: ${hex.replaceAll(/(.{8})/g, '$1 ').trim()}\n`,
  );
  return [...jobs, ...registers, ...memory].join('');
}

async function runScenario(file: string, flags: BenchFlags, io: Io): Promise<number> {
  const { scenario, options } = await loadScenario(file);
  return withBench(
    { ...flags, bare: flags.bare || options.bare === true },
    io,
    async ({ client }) => {
      const bench = new Bench(client, (text) => (flags.json ? io.err : io.out)(`${text}\n`));
      await scenario(bench);
      const failed = bench.expectations.filter((e) => !e.ok);
      if (flags.json) {
        io.out(`${JSON.stringify({ expectations: bench.expectations }, undefined, 2)}\n`);
      } else {
        for (const e of bench.expectations) {
          io.out(`${e.ok ? 'ok    ' : 'FAILED'} ${e.text}${e.got === undefined ? '' : `, got ${e.got}`}\n`);
        }
      }
      return failed.length === 0 ? 0 : 1;
    },
    WALL_LIMIT_S,
  );
}

async function loadScenario(file: string): Promise<{ scenario: Scenario; options: ScenarioOptions }> {
  let module: { default?: unknown; options?: ScenarioOptions };
  try {
    module = (await import(pathToFileURL(path.resolve(file)).href)) as typeof module;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({
      file,
      rule: `cannot be loaded: ${reason}`,
      remedy: 'A scenario is a TypeScript module that Node can run.',
    });
  }
  if (typeof module.default !== 'function') {
    throw new BadInput({
      file,
      rule: 'has no default function',
      remedy: 'Export `default async function (bench) { ... }`.',
    });
  }
  return { scenario: module.default as Scenario, options: module.options ?? {} };
}

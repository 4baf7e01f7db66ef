/** `tyr bench`: runs the benchmarks and prints each figure beside its anchor. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import { nearest } from '../../../base/nearest.ts';
import { benchmarks } from '../../../../bench/index.ts';
import type { BenchResult } from '../../../../bench/bench.ts';
import type { Io } from './io.ts';

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const chosen = positionals.length === 0 ? benchmarks : positionals.map(find);
  const results: BenchResult[] = [];
  for (const benchmark of chosen) {
    io.err(`${benchmark.name}: ${benchmark.about}\n`);
    const found = await benchmark.run((line) => io.err(`  ${line}\n`));
    results.push(...found);
    if (!values.json) for (const r of found) io.out(line(r));
  }
  if (values.json) io.out(`${JSON.stringify({ results }, undefined, 2)}\n`);
  return 0;
}

function find(name: string): (typeof benchmarks)[number] {
  const found = benchmarks.find((b) => b.name === name);
  if (found !== undefined) return found;
  const names = benchmarks.map((b) => b.name);
  const near = nearest(name, names);
  throw new UsageError(
    `no benchmark "${name}"${near === undefined ? '' : `; did you mean ${near}?`} Known: ${names.join(', ')}`,
  );
}

function line(r: BenchResult): string {
  const value = r.value >= 1000 ? Math.round(r.value).toLocaleString('en') : r.value.toPrecision(4);
  const ratio = r.ratio === undefined ? '' : `  ${r.ratio.toPrecision(3)} of ${r.anchor}`;
  return `${r.name.padEnd(34)} ${value.padStart(14)} ${r.unit}${ratio}\n`;
}

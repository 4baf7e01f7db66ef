/**
 * What a benchmark is: it measures something of ours and, in the same run, an anchor, and reports the ratio.
 * Timings depend on the machine, ratios hardly; nothing here is asserted in tests.
 */

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, where that is installed. */
  readonly anchor?: string;
  readonly ratio?: number;
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(report: (line: string) => void): Promise<readonly BenchResult[]>;
}

/** Seconds of one call. */
export async function seconds(body: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await body();
  return (performance.now() - start) / 1000;
}

/** The median of an odd number of measurements. */
export async function median(times: number, measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push(await measure());
  return all.toSorted((a, b) => a - b)[times >> 1] ?? 0;
}

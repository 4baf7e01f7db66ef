/** Sessions of everything that ships: each example and each capture of the fixtures, recorded by the command line. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const EXAMPLES = path.join(ROOT, 'resources/examples');
const CAPTURES = path.join(ROOT, 'src/main/lab/fixtures/captures');
const CLI = path.join(ROOT, 'src/main/host/cli.mjs');

export interface Recording {
  readonly name: string;
  /** Words of the command that makes it. */
  readonly words: readonly string[];
}

export const RECORDINGS: readonly Recording[] = [
  ...readdirSync(EXAMPLES)
    .filter((name) => /\.(cs|ts)$/.test(name))
    .map((name) => ({ name, words: ['run', path.join(EXAMPLES, name)] })),
  ...readdirSync(CAPTURES)
    .filter((name) => existsSync(path.join(CAPTURES, name, 'run.json')))
    .map((name) => ({ name, words: ['capture', 'replay', path.join(CAPTURES, name)] })),
];

/** Runs `tyr` with a Node; what it printed, whatever its exit code. */
export function tyr(words: readonly string[], node = process.execPath): { code: number; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(node, [CLI, ...words], { encoding: 'utf8' });
  return { code: status ?? 4, out: stdout, err: stderr };
}

/** Records one into `dir`; the file. A run that ends with a failed expectation or a fault is a session like any other. */
export function makeRecording(recording: Recording, dir: string, node?: string): string {
  const file = path.join(dir, `${recording.name}.tyrsession`);
  const { code, err } = tyr([...recording.words, '--session', file], node);
  if (code > 1 || !existsSync(file)) throw new Error(`${recording.name}: ${err}`);
  return file;
}

/**
 * Every example and capture replayed under several versions of Node, with the translators and with the interpreter:
 * `npm run replay-matrix [-- NODE...]`, NODE a version that npm has (22, 26) or the path of a program. Recorded under
 * the first Node, replayed under all. Exit 1 when one is not identical. Versions are fetched into a temporary folder.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeRecording, RECORDINGS, tyr } from '../src/main/lab/testing-matrix.ts';

const ENGINES = ['translator', 'interpreter'] as const;
const DEFAULT = ['22', '26'];

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-matrix-'));

/** The program of a version from npm's package of this platform. */
function fetchNode(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.join(dir, `node-${version}`);
  const prefix = ['--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  execFileSync('npm', ['install', ...prefix, `${name}@${version}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return path.join(folder, 'node_modules', name, 'bin/node');
}

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();

function main(): void {
  writeFileSync(path.join(dir, 'package.json'), '{"private":true}');
  const asked = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT;
  const others = asked.map((word) => (/^\d+(\.\d+)*$/.test(word) ? fetchNode(word) : word));
  const nodes = [process.execPath, ...others];
  const columns = nodes.flatMap((node) => ENGINES.map((engine) => ({ node, engine, version: versionOf(node) })));
  const head = columns.map(({ version, engine }) => ` ${version} ${engine} |`).join('');
  process.stdout.write(`| Session | accesses |${head}\n| --- | ---: |${columns.map(() => ' --- |').join('')}\n`);
  let bad = 0;
  for (const recording of RECORDINGS) {
    const file = makeRecording(recording, dir);
    let compared = 0;
    const cells = columns.map(({ node, engine }) => {
      const { code, out, err } = tyr(['session', 'replay', file, '--engine', engine, '--json'], node);
      if (code > 1) throw new Error(err);
      const result = JSON.parse(out) as { identical: boolean; compared: number; firstDifference?: { text: string } };
      compared = Math.max(compared, result.compared);
      if (result.identical) return ' identical |';
      bad++;
      return ` ${result.firstDifference?.text ?? 'differs'} |`;
    });
    process.stdout.write(`| ${recording.name} | ${compared.toLocaleString('en')} |${cells.join('')}\n`);
  }
  process.stdout.write(`${RECORDINGS.length} sessions, ${columns.length} ways each, ${bad} not identical\n`);
  process.exitCode = bad === 0 ? 0 : 1;
}

try {
  main();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

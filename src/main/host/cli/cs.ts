/**
 * `tyr cs asm FILE` and `tyr cs dis FILE`: command stream text to words and back; `check` and `fmt`: what an editor does
 * with it (docs/command-streams.md). Results go to standard output, what lint has to say about them to standard error.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import type { Assembled } from '../../../spec/cs/assemble.ts';
import { assemble, isClean } from '../../../spec/cs/assemble.ts';
import { disassembleWord } from '../../../spec/cs/disassemble.ts';
import type { Sources } from '../../../spec/cs/include.ts';
import type { Arch } from '../../../spec/cs/isa.ts';
import { ARCHS } from '../../../spec/cs/isa.ts';
import { diagnostics, fixOf, format } from '../../../spec/cs/language.ts';
import { lint } from '../../../spec/cs/lint.ts';
import type { Io } from './io.ts';
import { readInput } from './options.ts';
import { littleEndian, problemLine, refusal, save, wordsOf, type WordKind } from './word-files.ts';

/** The limit of bytes is chosen: far above any stream a driver builds. */
const STREAM: WordKind = {
  name: 'command stream',
  short: 'stream',
  docs: 'docs/command-streams.md',
  maxBytes: 1 << 25,
};

const USAGE = 'tyr cs asm|dis|check|fmt FILE [--arch 10|11|12|13] [--json] [-o OUT]';

/** Runs a command; 0 when done, 1 for `check` with errors. BadInput for a file that is not a stream, UsageError for wrong words. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      arch: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
      out: { type: 'string', short: 'o' },
    },
  });
  const [verb, file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError(`usage: ${USAGE}`);
  const arch = ARCHS.find((a) => String(a) === values.arch);
  if (arch === undefined) throw new UsageError(`--arch ${values.arch}: must be one of ${ARCHS.join(', ')}`);
  const options: Options = { file, arch, json: values.json, out: values.out };
  if (verb === 'asm') return asm(options, io);
  if (verb === 'dis') return dis(options, io);
  if (verb === 'check') return check(options, io);
  if (verb === 'fmt') return fmt(options, io);
  throw new UsageError(`no command "cs ${verb}"; usage: ${USAGE}`);
}

interface Options {
  readonly file: string;
  readonly arch: Arch;
  readonly json: boolean;
  readonly out: string | undefined;
}

/** What `.include` names: files, as seen from the one that includes them. */
function filesBeside(file: string): Sources {
  const resolve = (name: string, from: string | undefined): string => path.join(path.dirname(from ?? file), name);
  const read = (name: string, from: string | undefined): string | undefined => {
    const found = resolve(name, from);
    const isFile = statSync(found, { throwIfNoEntry: false })?.isFile() === true;
    return isFile ? new TextDecoder().decode(readInput(found)) : undefined;
  };
  return { names: [], resolve, read };
}

/** The words of a stream's text file. BadInput with the first problem; the others go to `io`. */
function assembleFile(file: string, arch: Arch, io: Io): Assembled {
  const result = assemble(new TextDecoder().decode(readInput(file)), { arch, sources: filesBeside(file) });
  if (!isClean(result)) throw refusal(file, result.problems, STREAM, (text) => io.err(text));
  return result;
}

/** The little-endian words of a stream's text file, as `tyr run` submits them. */
export function assembleToBytes(file: string, arch: Arch, io: Io): Uint8Array {
  return littleEndian(assembleFile(file, arch, io).words);
}

function asm({ file, arch, json, out }: Options, io: Io): number {
  const result = assembleFile(file, arch, io);
  const problems = lint(result);
  const words = Array.from(result.words, (w) => `0x${w.toString(16).padStart(16, '0')}`);
  for (const p of problems) io.err(problemLine(file, p));
  if (out !== undefined) save(out, littleEndian(result.words));
  if (json) io.out(`${JSON.stringify({ arch, words, problems })}\n`);
  else if (out === undefined) io.out(words.map((w) => `${w}\n`).join(''));
  return 0;
}

/** Everything an editor would mark, with the fixes it would offer. */
function check({ file, arch, json }: Options, io: Io): number {
  const text = new TextDecoder().decode(readInput(file));
  const problems = diagnostics(text, arch, filesBeside(file));
  if (json) {
    const listed = problems.map((p) => ({ ...p, fix: fixOf(text, p) }));
    io.out(`${JSON.stringify({ arch, problems: listed })}\n`);
  } else {
    for (const p of problems) io.out(problemLine(file, p));
    if (problems.length === 0) io.out(`${file}: no problems\n`);
  }
  return problems.some((p) => p.severity === 'error') ? 1 : 0;
}

/** The text in its canonical layout; `-o` may name the file itself. */
function fmt({ file, out }: Options, io: Io): number {
  const text = format(new TextDecoder().decode(readInput(file)));
  if (out === undefined) io.out(text);
  else save(out, text);
  return 0;
}

function dis({ file, arch, json, out }: Options, io: Io): number {
  const words = wordsOf(readInput(file), file, STREAM);
  const problems = lint({ arch, words }).map(({ line: at, severity, rule, remedy }) => ({
    offset: (at - 1) * 8,
    severity,
    rule,
    remedy,
  }));
  const lines = Array.from(words, (w) => disassembleWord(Number(w & 0xffff_ffffn), Number(w >> 32n), arch));
  const listing = lines.map(({ text, why }) => (why === undefined ? `${text}\n` : `${text} // ${why}\n`)).join('');
  for (const p of problems) io.err(`${file}+0x${p.offset.toString(16)}: ${p.severity}: ${p.rule}; ${p.remedy}\n`);
  if (out !== undefined) save(out, listing);
  if (json) io.out(`${JSON.stringify({ arch, text: lines.map((l) => l.text), problems })}\n`);
  else if (out === undefined) io.out(listing);
  return 0;
}

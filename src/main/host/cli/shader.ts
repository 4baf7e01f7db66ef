/**
 * `tyr shader asm FILE` and `tyr shader dis FILE`: Valhall shader text to words and back (docs/shaders.md).
 * Results go to standard output, remarks about them to standard error.
 */
import { parseArgs } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import { assemble, isClean } from '../../../spec/valhall/assemble.ts';
import { bytesText, disassembleWord } from '../../../spec/valhall/disassemble.ts';
import { lint } from '../../../spec/valhall/lint.ts';
import type { Io } from './io.ts';
import { readInput } from './options.ts';
import { littleEndian, problemLine, refusal, save, wordsOf, type WordKind } from './word-files.ts';

/** The limit of bytes is chosen: far above any shader. */
const SHADER: WordKind = { name: 'shader', short: 'shader', docs: 'docs/shaders.md', maxBytes: 1 << 24 };

const USAGE = 'tyr shader asm|dis FILE [--registers 32|64] [--json] [-o OUT]';

interface Options {
  readonly file: string;
  readonly registers: 32 | 64;
  readonly json: boolean;
  readonly out: string | undefined;
}

/** Runs `shader asm` or `shader dis`; 0 when done. BadInput for a file that is no shader, UsageError for wrong words. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      registers: { type: 'string', default: '64' },
      json: { type: 'boolean', default: false },
      out: { type: 'string', short: 'o' },
    },
  });
  const [verb, file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError(`usage: ${USAGE}`);
  if (values.registers !== '32' && values.registers !== '64') {
    throw new UsageError(`--registers ${values.registers}: a lane has 32 or 64`);
  }
  const registers = values.registers === '32' ? 32 : 64;
  const options: Options = { file, registers, json: values.json, out: values.out };
  if (verb === 'asm') return asm(options, io);
  if (verb === 'dis') return dis(options, io);
  throw new UsageError(`no command "shader ${verb}"; usage: ${USAGE}`);
}

function asm({ file, registers, json, out }: Options, io: Io): number {
  const result = assemble(new TextDecoder().decode(readInput(file)));
  if (!isClean(result)) throw refusal(file, result.problems, SHADER, (text) => io.err(text));
  const problems = [...result.problems, ...lint(result, { registers })];
  const words = Array.from(result.words, (w) => `0x${w.toString(16).padStart(16, '0')}`);
  for (const p of problems) io.err(problemLine(file, p));
  if (out !== undefined) save(out, littleEndian(result.words));
  if (json) io.out(`${JSON.stringify({ words, problems })}\n`);
  else if (out === undefined) io.out(words.map((w) => `${w}\n`).join(''));
  return 0;
}

function dis({ file, registers, json, out }: Options, io: Io): number {
  const words = wordsOf(readInput(file), file, SHADER);
  const pairs = Array.from(words, (w) => [Number(w & 0xffff_ffffn), Number(w >> 32n)] as const);
  const problems = lint({ words }, { registers }).map(({ line: at, severity, rule, remedy }) => ({
    offset: (at - 1) * 8,
    severity,
    rule,
    remedy,
  }));
  const lines = pairs.map(([lo, hi]) => ({ ...disassembleWord(lo, hi), bytes: bytesText(lo, hi) }));
  const listing = lines.map((l) => `${l.bytes}    ${l.text}${l.why === undefined ? '' : ` // ${l.why}`}\n`).join('');
  for (const p of problems) io.err(`${file}+0x${p.offset.toString(16)}: ${p.severity}: ${p.rule}; ${p.remedy}\n`);
  if (out !== undefined) save(out, listing);
  if (json) io.out(`${JSON.stringify({ text: lines.map((l) => l.text), problems })}\n`);
  else if (out === undefined) io.out(listing);
  return 0;
}

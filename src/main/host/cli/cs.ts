/**
 * `tyr cs asm FILE` and `tyr cs dis FILE`: command stream text to words and back (docs/command-streams.md).
 * Results go to standard output, what lint has to say about them to standard error.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BadInput, UsageError } from '../../../base/errors.ts';
import type { Assembled } from '../../../spec/cs/assemble.ts';
import { assemble, isClean } from '../../../spec/cs/assemble.ts';
import { disassembleWord } from '../../../spec/cs/disassemble.ts';
import type { Arch } from '../../../spec/cs/isa.ts';
import { ARCHS } from '../../../spec/cs/isa.ts';
import { lint } from '../../../spec/cs/lint.ts';
import type { Problem } from '../../../spec/cs/problem.ts';
import type { Io } from './io.ts';
import { readInput } from './options.ts';

/** Bytes `dis` takes (chosen): far above any stream a driver builds. */
const MAX_BYTES = 1 << 25;

const USAGE = 'tyr cs asm|dis FILE [--arch 10|11|12|13] [--json] [-o OUT]';

/** Runs `cs asm` or `cs dis`; 0 when done. BadInput for a file that is not a stream, UsageError for wrong words. */
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
  throw new UsageError(`no command "cs ${verb}"; usage: ${USAGE}`);
}

interface Options {
  readonly file: string;
  readonly arch: Arch;
  readonly json: boolean;
  readonly out: string | undefined;
}

/** The words of a stream's text file. BadInput with the first problem; the others go to `io`. */
function assembleFile(file: string, arch: Arch, io: Io): Assembled {
  const result = assemble(new TextDecoder().decode(readInput(file)), { arch });
  if (!isClean(result)) throw refusal(file, result, io);
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
  for (const p of problems) io.err(line(file, p));
  if (out !== undefined) save(out, littleEndian(result.words));
  if (json) io.out(`${JSON.stringify({ arch, words, problems })}\n`);
  else if (out === undefined) io.out(words.map((w) => `${w}\n`).join(''));
  return 0;
}

/** The first problem as the error; the others go to `io` before. */
function refusal(file: string, { problems }: Assembled, io: Io): BadInput {
  const errors = problems
    .filter((p) => p.severity === 'error')
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  for (const p of errors.slice(1)) io.err(line(file, p));
  const [first] = errors;
  return new BadInput({
    file,
    ...(first === undefined ? {} : { line: first.line, column: first.column }),
    rule: first?.rule ?? 'the text is not a command stream',
    remedy: first?.remedy ?? 'see docs/command-streams.md',
  });
}

function line(file: string, p: Problem): string {
  return `${file}:${p.line}:${p.column}: ${p.severity}: ${p.rule}; ${p.remedy}\n`;
}

function littleEndian(words: BigUint64Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(words.length * 8));
  for (const [i, word] of words.entries()) bytes.setBigUint64(i * 8, word, true);
  return new Uint8Array(bytes.buffer);
}

function save(path: string, data: Uint8Array | string): void {
  try {
    writeFileSync(path, data);
  } catch (error) {
    throw new UsageError(`-o ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function dis({ file, arch, json, out }: Options, io: Io): number {
  const words = wordsOf(readInput(file), file);
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

/** Words of a binary file, or of a text file of 0x words (what `cs asm` prints). */
function wordsOf(bytes: Uint8Array, file: string): BigUint64Array {
  if (bytes.length > MAX_BYTES) {
    throw new BadInput({
      file,
      rule: `the file has ${bytes.length} bytes; a stream has at most ${MAX_BYTES}`,
      remedy: 'Cut out the stream first.',
    });
  }
  if (isText(bytes)) return parseWords(new TextDecoder().decode(bytes), file);
  if (bytes.length % 8 !== 0) {
    throw new BadInput({
      file,
      offset: bytes.length - (bytes.length % 8),
      rule: `the size, ${bytes.length} bytes, is not a multiple of 8`,
      remedy: 'Give whole 64-bit little-endian words; the file may be cut short or not be a command stream.',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return BigUint64Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(i * 8, true));
}

/** A text of words is printable throughout and begins with 0x; no stream of instructions looks so. */
function isText(bytes: Uint8Array): boolean {
  const printable = bytes.every((b) => (b >= 0x20 && b < 0x7f) || (b >= 9 && b <= 13));
  return printable && /^\s*0x/i.test(new TextDecoder().decode(bytes.subarray(0, 256)));
}

function parseWords(text: string, file: string): BigUint64Array {
  const words: bigint[] = [];
  for (const [n, content] of text.split(/\r\n|\n|\r/).entries()) {
    for (const match of content.matchAll(/[^\s,]+/g)) {
      if (!/^0x[0-9a-f]{1,16}$/i.test(match[0])) {
        throw new BadInput({
          file,
          line: n + 1,
          column: match.index + 1,
          rule: `"${match[0].slice(0, 40)}" is not a 64-bit word`,
          remedy: 'Write 0x and up to 16 hexadecimal digits per word.',
        });
      }
      words.push(BigInt(match[0]));
    }
  }
  return BigUint64Array.from(words);
}

/**
 * `tyr shader asm FILE` and `tyr shader dis FILE`: Valhall shader text to words and back (docs/shaders.md).
 * Results go to standard output, remarks about them to standard error.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hex64 } from '../../../base/bits.ts';
import { BadInput, UsageError } from '../../../base/errors.ts';
import type { Problem } from '../../../spec/cs/problem.ts';
import type { Assembled } from '../../../spec/valhall/assemble.ts';
import { assemble, isClean } from '../../../spec/valhall/assemble.ts';
import { bytesText, disassembleWord } from '../../../spec/valhall/disassemble.ts';
import { lint } from '../../../spec/valhall/lint.ts';
import type { Io } from './io.ts';
import { readInput } from './options.ts';

/** Bytes `dis` takes (chosen): far above any shader. */
const MAX_BYTES = 1 << 24;

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
  if (!isClean(result)) throw refusal(file, result, io);
  const problems = [...result.problems, ...lint(result, { registers })];
  const words = Array.from(result.words, (w) => `0x${w.toString(16).padStart(16, '0')}`);
  for (const p of problems) io.err(line(file, p));
  if (out !== undefined) save(out, littleEndian(result.words));
  if (json) io.out(`${JSON.stringify({ words, problems })}\n`);
  else if (out === undefined) io.out(words.map((w) => `${w}\n`).join(''));
  return 0;
}

/** The first error; the others go to `io` before. */
function refusal(file: string, { problems }: Assembled, io: Io): BadInput {
  const errors = problems
    .filter((p) => p.severity === 'error')
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  for (const p of errors.slice(1)) io.err(line(file, p));
  const [first] = errors;
  return new BadInput({
    file,
    ...(first === undefined ? {} : { line: first.line, column: first.column }),
    rule: first?.rule ?? 'the text is not a shader',
    remedy: first?.remedy ?? 'see docs/shaders.md',
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

function dis({ file, registers, json, out }: Options, io: Io): number {
  const pairs = pairsOf(readInput(file), file);
  const words = BigUint64Array.from(pairs, ([lo, hi]) => BigInt(hex64(lo, hi)));
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

type Pair = readonly [lo: number, hi: number];

/** Words of a binary file, or of a text file of 0x words (what `shader asm` prints). */
function pairsOf(bytes: Uint8Array, file: string): Pair[] {
  if (bytes.length > MAX_BYTES) {
    throw new BadInput({
      file,
      rule: `the file has ${bytes.length} bytes; a shader has at most ${MAX_BYTES}`,
      remedy: 'Cut out the shader first.',
    });
  }
  if (isText(bytes)) return parseWords(new TextDecoder().decode(bytes), file);
  if (bytes.length % 8 !== 0) {
    throw new BadInput({
      file,
      offset: bytes.length - (bytes.length % 8),
      rule: `the size, ${bytes.length} bytes, is not a multiple of 8`,
      remedy: 'Give whole 64-bit little-endian words; the file may be cut short or not be a shader.',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 8 }, (_, i): Pair => [
    view.getUint32(i * 8, true),
    view.getUint32(i * 8 + 4, true),
  ]);
}

/** A text of words is printable throughout and begins with 0x; no shader looks so. */
function isText(bytes: Uint8Array): boolean {
  const printable = bytes.every((b) => (b >= 0x20 && b < 0x7f) || (b >= 9 && b <= 13));
  return printable && /^\s*0x/i.test(new TextDecoder().decode(bytes.subarray(0, 256)));
}

function parseWords(text: string, file: string): Pair[] {
  const pairs: Pair[] = [];
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
      const digits = match[0].slice(2).padStart(16, '0');
      pairs.push([Number.parseInt(digits.slice(8), 16), Number.parseInt(digits.slice(0, 8), 16)]);
    }
  }
  return pairs;
}

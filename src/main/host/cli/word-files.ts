/**
 * What `tyr cs` and `tyr shader` share: files of 64-bit instruction words and the problems of a text, as errors and
 * as lines.
 */
import { writeFileSync } from 'node:fs';
import { BadInput, UsageError } from '../../../base/errors.ts';
import type { Problem } from '../../../spec/cs/problem.ts';

/** What the words are, for messages. */
export interface WordKind {
  readonly name: string;
  readonly short: string;
  /** Where its text form is described. */
  readonly docs: string;
  /** Bytes `dis` takes. */
  readonly maxBytes: number;
}

/** The first error of a text; the others go to `tell` before. */
export function refusal(
  file: string,
  problems: readonly Problem[],
  kind: WordKind,
  tell: (text: string) => void,
): BadInput {
  const errors = problems
    .filter((p) => p.severity === 'error')
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  for (const p of errors.slice(1)) tell(problemLine(file, p));
  const [first] = errors;
  return new BadInput({
    file,
    ...(first === undefined ? {} : { line: first.line, column: first.column }),
    rule: first?.rule ?? `the text is not a ${kind.name}`,
    remedy: first?.remedy ?? `see ${kind.docs}`,
  });
}

export function problemLine(file: string, p: Problem): string {
  return `${file}:${p.line}:${p.column}: ${p.severity}: ${p.rule}; ${p.remedy}\n`;
}

export function littleEndian(words: BigUint64Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(words.length * 8));
  for (const [i, word] of words.entries()) bytes.setBigUint64(i * 8, word, true);
  return new Uint8Array(bytes.buffer);
}

/** Writes the file of `-o`. */
export function save(path: string, data: Uint8Array | string): void {
  try {
    writeFileSync(path, data);
  } catch (error) {
    throw new UsageError(`-o ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Words of a binary file, or of a text file of 0x words (what `asm` prints). BadInput when it is neither. */
export function wordsOf(bytes: Uint8Array, file: string, kind: WordKind): BigUint64Array {
  if (bytes.length > kind.maxBytes) {
    throw new BadInput({
      file,
      rule: `the file has ${bytes.length} bytes; a ${kind.short} has at most ${kind.maxBytes}`,
      remedy: `Cut out the ${kind.short} first.`,
    });
  }
  if (isText(bytes)) return parseWords(new TextDecoder().decode(bytes), file);
  if (bytes.length % 8 !== 0) {
    throw new BadInput({
      file,
      offset: bytes.length - (bytes.length % 8),
      rule: `the size, ${bytes.length} bytes, is not a multiple of 8`,
      remedy: `Give whole 64-bit little-endian words; the file may be cut short or not be a ${kind.name}.`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return BigUint64Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(i * 8, true));
}

/** A text of words is printable throughout and begins with 0x; no instructions look so. */
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

/** Command streams as words and bytes, and as text that people paste. Pure. */
import { hex64 } from '../../../base/bits.ts';
import { assemble, isClean, type Assembled } from '../../../spec/cs/assemble.ts';
import { NO_SOURCES, type Sources } from '../../../spec/cs/include.ts';
import { disassemble } from '../../../spec/cs/disassemble.ts';

/** The bench has a Mali-G610: architecture 10. */
export const ARCH = 10 as const;
const WORD_BYTES = 8;

/** Text, assembled once for the gutter, the list of words and the run. */
export function assembled(text: string, sources: Sources = NO_SOURCES): Assembled {
  return assemble(text, { arch: ARCH, sources });
}

/** Little-endian bytes of a text; undefined while it does not assemble. */
export function bytesOf(text: string, sources: Sources = NO_SOURCES): Uint8Array | undefined {
  const result = assembled(text, sources);
  return isClean(result) ? littleEndian(result.words) : undefined;
}

export function littleEndian(words: BigUint64Array): Uint8Array {
  const bytes = new Uint8Array(words.length * WORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setBigUint64(i * WORD_BYTES, word, true);
  return bytes;
}

/** A word as it is printed beside its line. */
export function wordText(word: bigint): string {
  return hex64(Number(word & 0xffff_ffffn), Number(word >> 32n)).replace(/^0x/, '');
}

/** Words by source line; a `.word` line may have several. */
export function wordsByLine(result: Assembled): ReadonlyMap<number, readonly bigint[]> {
  const broken = new Set(result.problems.filter((p) => p.severity === 'error').map((p) => p.line));
  const lines = new Map<number, bigint[]>();
  for (const [i, word] of result.words.entries()) {
    const line = result.lines[i] ?? 0;
    if (broken.has(line)) continue;
    const list = lines.get(line) ?? [];
    lines.set(line, list);
    list.push(word);
  }
  return lines;
}

export type Pasted =
  { readonly ok: true; readonly words: BigUint64Array } | { readonly ok: false; readonly message: string };

/**
 * Reads hex words as people have them: 64-bit words with or without 0x, or 32-bit words in pairs (low first, as in
 * a memory dump of u32), apart by blanks, commas or lines. Offsets before a colon are left out.
 */
export function readWords(text: string): Pasted {
  const tokens = text
    .split('\n')
    .map((line) => line.replace(/^\s*(0x)?[0-9a-f]+\s*:/i, ''))
    .join(' ')
    .split(/[\s,;]+/)
    .filter((t) => t !== '');
  const bad = tokens.find((t) => !/^(0x)?[0-9a-f_]+$/i.test(t));
  if (bad !== undefined) return { ok: false, message: `"${bad}" is no hex word` };
  const digits = tokens.map((t) => t.replace(/^0x/i, '').replaceAll('_', ''));
  const long = digits.find((d) => d.length > 16);
  if (long !== undefined) return { ok: false, message: `${long} is longer than 64 bits` };
  if (!digits.every((d) => d.length === 8)) {
    return { ok: true, words: BigUint64Array.from(digits, (d) => BigInt(`0x${d}`)) };
  }
  if (digits.length % 2 !== 0) return { ok: false, message: '32-bit words come in pairs, low first: one is missing' };
  const pairs = Array.from({ length: digits.length / 2 }, (_, i) => BigInt(`0x${digits[2 * i + 1]}${digits[2 * i]}`));
  return { ok: true, words: BigUint64Array.from(pairs) };
}

/** A binary stream as text; undefined when it is not made of whole words. */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length % WORD_BYTES !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return textOfWords(
    BigUint64Array.from({ length: bytes.length / WORD_BYTES }, (_, i) => view.getBigUint64(i * WORD_BYTES, true)),
  );
}

export function textOfWords(words: BigUint64Array): string {
  return `${disassemble(words, ARCH).join('\n')}\n`;
}

/** Rows of a hex dump: address, 16 bytes, their characters. */
export function hexRows(
  address: number,
  hex: string,
): { readonly address: number; readonly bytes: string; readonly text: string }[] {
  const rows = [];
  for (let i = 0; i < hex.length; i += 32) {
    const pairs = hex.slice(i, i + 32).match(/../g) ?? [];
    const text = pairs
      .map((p) => Number.parseInt(p, 16))
      .map((c) => (c >= 32 && c < 127 ? String.fromCharCode(c) : '·'));
    const words = pairs.join('').match(/.{1,8}/g) ?? [];
    rows.push({
      address: address + i / 2,
      bytes: words.map((w) => (w.match(/../g) ?? []).join(' ')).join('  '),
      text: text.join(''),
    });
  }
  return rows;
}

/** The listing of the MCU pane: instructions around an address, found from the bytes before it. */
import { listing, type Line } from '../../../spec/thumb/disassemble.ts';

/** Bytes shown before and after the address. */
export const BEFORE = 64;
export const AFTER = 192;

/**
 * Lines of `bytes`, which begin at `base`, such that one begins at `at`: a listing that starts inside a wide
 * instruction is out of step, so the start is moved by halfwords until `at` is met.
 */
export function linesAround(bytes: Uint8Array, base: number, at: number): Line[] {
  for (let skip = 0; skip <= 6 && base + skip <= at; skip += 2) {
    const lines = listing(bytes.subarray(skip), base + skip);
    if (lines.some((l) => l.address === at)) return lines;
  }
  return listing(bytes.subarray(Math.max(0, at - base)), Math.max(base, at));
}

/** The address an instruction's text names: where a branch goes, or where a literal lies. */
export function targetOf(text: string): number | undefined {
  const found = /^(?:b[a-z.]*|cbn?z|ldr[a-z.]*|adr[a-z.]*)\s.*?(0x[0-9a-f]+)$/.exec(text);
  return found === null ? undefined : Number(found[1]);
}

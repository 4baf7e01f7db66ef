/** Numbers as the workspace prints them: hex in groups of four, virtual time in groups of three, counts with commas. */

/** Digits in groups of `size` from the right, joined by `mark`. */
export function grouped(digits: string, size: number, mark: string): string {
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= size) groups.unshift(digits.slice(Math.max(0, end - size), end));
  return groups.join(mark);
}

/** Hex without `0x`, zero-padded to `bits`, grouped in fours: `0000_7f00_0000_1000`. */
export function hexGroups(value: number | bigint, bits: number): string {
  return grouped(value.toString(16).padStart(Math.ceil(bits / 4), '0'), 4, '_');
}

/** `0x` and lower-case digits. */
export function hex(value: number | bigint, digits = 0): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

const NS_PER_MS = 1_000_000;

/** Virtual time for the eye: `12.345 678 ms`, nanoseconds to the last digit. */
export function timeText(ns: number): string {
  const ms = Math.floor(ns / NS_PER_MS);
  const rest = String(ns % NS_PER_MS).padStart(6, '0');
  return `${grouped(String(ms), 3, ' ')}.${grouped(rest, 3, ' ')} ms`;
}

const counts = new Intl.NumberFormat('en-US');

/** `1,204` */
export function countText(n: number): string {
  return counts.format(n);
}

/** `1,204 jobs`, `1 job`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${countText(n)} ${n === 1 ? one : many}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;

/** `3.4 MiB` */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
}

/** Tables as text for the clipboard, and the order of rows. Pure. */

/** Tab-separated values; tabs and line ends inside a cell become spaces. */
export function toTsv(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = (cell: string) => cell.replaceAll(/[\t\r\n]+/g, ' ');
  return [head, ...rows].map((row) => row.map(clean).join('\t')).join('\n');
}

/** A Markdown table; bars inside a cell are escaped, columns padded so that the text reads well too. */
export function toMarkdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = (cell: string) => cell.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|');
  const table = [head, ...rows].map((row) => row.map(clean));
  const widths = head.map((_, i) => Math.max(3, ...table.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${widths.map((w, i) => (row[i] ?? '').padEnd(w)).join(' | ')} |`;
  const rule = `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`;
  const [first, ...rest] = table;
  return [line(first ?? []), rule, ...rest.map(line)].join('\n');
}

export type SortValue = string | number | bigint | undefined;

/** Order of two cells: numbers by size, text by the alphabet with numbers inside by size, nothing last. */
export function compareCells(a: SortValue, b: SortValue): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'string' || typeof b === 'string') return collator.compare(String(a), String(b));
  return a < b ? -1 : 1;
}

const collator = new Intl.Collator('en', { numeric: true });

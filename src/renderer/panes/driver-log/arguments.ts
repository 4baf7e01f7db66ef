/** The recorded argument of a call (JSON of its struct) as indented lines: fields, and elements of arrays. */

export interface ArgumentRow {
  /** Unique in the argument. */
  readonly path: string;
  readonly name: string;
  /** Empty for a line that only heads others. */
  readonly value: string;
  readonly depth: number;
}

/** Numbers of at least this are shown in hex beside decimal. */
const SMALL = 10;

/** Lines of an argument; what is no JSON is one line of its own. */
export function argumentRows(json: string): readonly ArgumentRow[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return [{ path: '', name: 'argument', value: json, depth: 0 }];
  }
  return typeof value === 'object' && value !== null ? lines(value, '', 0) : [];
}

function lines(value: object, path: string, depth: number): ArgumentRow[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const name = Array.isArray(value) ? `[${key}]` : key;
    const at = `${path}/${key}`;
    if (isBytes(inner)) return [{ path: at, name, value: inner.join(' '), depth }];
    if (typeof inner === 'object' && inner !== null) {
      return [{ path: at, name, value: '', depth }, ...lines(inner, at, depth + 1)];
    }
    return [{ path: at, name, value: scalar(inner), depth }];
  });
}

const isBytes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((v) => typeof v === 'number');

function scalar(value: unknown): string {
  if (typeof value !== 'number' || value < SMALL) return String(value);
  return `${value} (0x${value.toString(16)})`;
}

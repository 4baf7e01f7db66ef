/** What the verbs of `tyr session` share: their options, output, a progress bar, stopping with Ctrl+C. */
import type { ParseArgsConfig } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import { checkNew } from './files.ts';
import type { Io } from './io.ts';
import { parseNumber } from './options.ts';

export const optionsOf = {
  json: { type: 'boolean', default: false },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'without-blobs': { type: 'boolean', default: false },
  from: { type: 'string' },
  to: { type: 'string' },
  check: { type: 'string' },
  'check-sql': { type: 'string' },
  base: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] },
  ignore: { type: 'string', multiple: true, default: [] },
  engine: { type: 'string' },
  firmware: { type: 'string' },
  fault: { type: 'string', multiple: true, default: [] },
  what: { type: 'string' },
  address: { type: 'string' },
  length: { type: 'string' },
  space: { type: 'string' },
} satisfies NonNullable<ParseArgsConfig['options']>;

export interface Context {
  readonly io: Io;
  readonly values: {
    readonly json: boolean;
    readonly format?: string | undefined;
    readonly output?: string | undefined;
    readonly 'without-blobs': boolean;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly check?: string | undefined;
    readonly 'check-sql'?: string | undefined;
    readonly base?: string | undefined;
    readonly set: readonly string[];
    readonly ignore: readonly string[];
    readonly engine?: string | undefined;
    readonly firmware?: string | undefined;
    readonly fault: readonly string[];
    readonly what?: string | undefined;
    readonly address?: string | undefined;
    readonly length?: string | undefined;
    readonly space?: string | undefined;
  };
  /** Words after the file. */
  readonly rest: readonly string[];
}

/** One JSON document, or text for people. */
export function print(c: Context, document: object, text: string): void {
  c.io.out(c.values.json ? `${JSON.stringify(document, undefined, 2)}\n` : text);
}

/** The file named with -o. */
export function outputOf(c: Context): string {
  if (c.values.output === undefined) throw new UsageError('name the output with -o OUT');
  return c.values.output;
}

/** The same, where nothing is overwritten. */
export function newFile(c: Context): string {
  return checkNew(outputOf(c));
}

/** Reset values given with --set. */
export function overridesOf(c: Context): Record<string, number> {
  const pairs = c.values.set.map((text): [string, number] => {
    const at = text.indexOf('=');
    if (at < 0) throw new UsageError(`--set ${text}: must have the form REGISTER=VALUE`);
    return [text.slice(0, at), parseNumber(text.slice(at + 1), `--set ${text.slice(0, at)}`)];
  });
  return Object.fromEntries(pairs);
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** A virtual time: ns, or a number with ns, us, ms, s. */
export function parseTime(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s)?$/.exec(text.replaceAll('_', ''));
  const ns = match === null ? NaN : Math.round(Number(match[1]) * (UNITS[match[2] ?? 'ns'] ?? 1));
  if (!Number.isSafeInteger(ns)) throw new UsageError(`${what}: "${text}" is not a time (1500, 1.5us, 2ms, 1s)`);
  return ns;
}

export interface ProgressBar {
  show(done: number, total?: number): void;
  end(): void;
}

/** Wall time between two updates of a bar, in ms. */
const SHOW_EVERY_MS = 100;

/** On a terminal a line that is written over; in a pipe nothing. */
export function progressBar(io: Io, what: string): ProgressBar {
  if (!process.stderr.isTTY) return { show() {}, end() {} };
  let shown = 0;
  return {
    show(done, total) {
      const now = performance.now();
      if (now - shown < SHOW_EVERY_MS) return;
      shown = now;
      io.err(
        `\r\u001b[K${what}: ${done.toLocaleString('en')}${total === undefined ? '' : ` of ${total.toLocaleString('en')}`}`,
      );
    },
    end() {
      if (shown > 0) io.err('\r\u001b[K');
    },
  };
}

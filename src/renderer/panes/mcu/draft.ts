/** What the form of a breakpoint says, read as a breakpoint, and a breakpoint written back into it. */
import type { BreakpointState } from '../../../protocol/debug.ts';
import { expressionProblem } from '../../../protocol/debug-expression.ts';
import type { Params } from '../../../protocol/messages.ts';
import { hex } from '../../lib/format.ts';
import { parseValue } from '../../lib/value-text.ts';

type Breakpoint = Params<'debug.break'>;
export type Kind = Breakpoint['kind'];

export interface Draft {
  readonly kind: Kind;
  readonly where: string;
  readonly size: string;
  readonly value: string;
  readonly condition: string;
  readonly ignore: string;
  readonly log: string;
}
export const EMPTY: Draft = { kind: 'execute', where: '', size: '4', value: '', condition: '', ignore: '', log: '' };

export interface NamedFile {
  readonly name: string;
  readonly lines: number;
}

const number = (text: string): number | undefined => {
  const parsed = parseValue(text, { bits: 32 });
  return parsed.ok ? Number(parsed.value) : undefined;
};

/** What the form says, or what is wrong with it. */
export function readDraft(
  d: Draft,
  files: readonly NamedFile[],
  addressOf: (name: string) => number | undefined,
): Breakpoint | string {
  const where = place(d, files, addressOf);
  if (typeof where === 'string') return where;
  const problem = d.condition === '' ? undefined : expressionProblem(d.condition);
  if (problem !== undefined) return problem;
  const size = number(d.size);
  const ignore = d.ignore === '' ? 0 : number(d.ignore);
  const value = d.value === '' ? undefined : number(d.value);
  if (size === undefined || ignore === undefined || (d.value !== '' && value === undefined)) return 'not a number';
  return {
    kind: d.kind,
    ...where,
    size,
    ignore,
    ...(value === undefined ? {} : { value }),
    ...(d.condition === '' ? {} : { condition: d.condition }),
    ...(d.log === '' ? {} : { log: d.log }),
  };
}

function place(
  { kind, where }: Draft,
  files: readonly NamedFile[],
  addressOf: (name: string) => number | undefined,
): Pick<Breakpoint, 'address' | 'line' | 'name' | 'register'> | string {
  const text = where.trim();
  const address = number(text);
  if (address !== undefined) return { address };
  if (kind === 'exception' || kind === 'mmu') return text === '' ? { address: 0 } : 'a number is needed';
  if (text === '') return 'say where';
  if (kind !== 'execute') {
    const variable = addressOf(text);
    return variable === undefined ? { register: text } : { address: variable };
  }
  const line = /^(.+):(\d+)$/.exec(text);
  if (line === null) return { name: text };
  const file = files.findIndex((f) => f.lines > 0 && f.name === line[1]);
  return file < 0 ? `no source file is named ${line[1]}` : { line: { file, line: Number(line[2]) } };
}

export function draftOf({ breakpoint: b, place: name, addresses }: BreakpointState): Draft {
  const at = b.line !== undefined ? name : (b.name ?? b.register ?? hex(addresses[0] ?? b.address ?? 0, 8));
  return {
    kind: b.kind,
    where: b.kind === 'exception' || b.kind === 'mmu' ? String(b.address) : at,
    size: String(b.size),
    value: b.value === undefined ? '' : hex(b.value),
    condition: b.condition ?? '',
    ignore: b.ignore === 0 ? '' : String(b.ignore),
    log: b.log ?? '',
  };
}

/**
 * Lint with the values that registers surely have: constants moved and added up along every path that leads to an
 * instruction. Finds addresses that are not aligned to what is accessed, lengths that are no whole number of
 * instructions, and waits for a value that no object can reach. Where paths disagree, or a value comes from memory,
 * nothing is claimed.
 */
import type { Finding, Instruction } from './stream.ts';
import { value } from './stream.ts';
import { Condition, field } from './isa.ts';
import type { FlowProblem } from './lint-flow.ts';
import { branchTargets, MAX_STREAM, MAX_VISITS, REGISTERS, registersOf, successors } from './lint-flow.ts';

const WORD = 8;
const HIGH = 2 ** 32;

/** What each register holds before an instruction; NaN is unknown. */
type Values = Float64Array;

/** Bytes that what an instruction accesses must be aligned to, by name; with the register pair of its address. */
const ALIGNED: Readonly<Record<string, number>> = {
  LOAD_MULTIPLE: 4,
  STORE_MULTIPLE: 4,
  SYNC_ADD32: 4,
  SYNC_SET32: 4,
  SYNC_WAIT32: 4,
  SYNC_ADD64: 8,
  SYNC_SET64: 8,
  SYNC_WAIT64: 8,
  STORE_STATE: 8,
  CALL: 8,
  JUMP: 8,
  SET_EXCEPTION_HANDLER: 8,
};
/** Those that execute `length` bytes. */
const EXECUTES: ReadonlySet<string> = new Set(['CALL', 'JUMP', 'SET_EXCEPTION_HANDLER']);

/** Problems of values; nothing for streams too long to follow. */
export function valueProblems(stream: readonly (Instruction | undefined)[]): FlowProblem[] {
  if (stream.length > MAX_STREAM) return [];
  const before = follow(stream);
  const found: FlowProblem[] = [];
  for (const at of stream) {
    const values = at === undefined ? undefined : before.get(at.index);
    if (at === undefined || values === undefined) continue;
    for (const finding of check(at, values)) found.push({ index: at.index, finding });
  }
  return found;
}

/** The values before each instruction that can be reached, joined over all paths. */
function follow(stream: readonly (Instruction | undefined)[]): ReadonlyMap<number, Values> {
  const targets = branchTargets(stream);
  const joins = new Map<number, Values>([[0, new Float64Array(REGISTERS).fill(Number.NaN)]]);
  const before = new Map<number, Values>();
  const visits = new Uint8Array(stream.length);
  const work = [0];
  for (let start = work.pop(); start !== undefined; start = work.pop()) {
    const values = joins.get(start)?.slice();
    if (values === undefined) continue;
    for (let index = start; ; index++) {
      const at = stream[index];
      if (at === undefined) break;
      // Values only ever become unknown; what still changes after so many visits is not worth following.
      if ((visits[index] = (visits[index] ?? 0) + 1) > MAX_VISITS) return new Map();
      if (interesting(at)) before.set(index, values.slice());
      apply(at, values);
      const next = successors(at);
      for (const to of next) {
        if (to !== index + 1 && to >= 0 && to < stream.length && join(joins, to, values)) work.push(to);
      }
      if (!next.includes(index + 1) || index + 1 >= stream.length) break;
      if (!targets.has(index + 1)) continue;
      if (join(joins, index + 1, values)) work.push(index + 1);
      break;
    }
  }
  return before;
}

function join(joins: Map<number, Values>, index: number, values: Values): boolean {
  const old = joins.get(index);
  if (old === undefined) {
    joins.set(index, values.slice());
    return true;
  }
  let changed = false;
  for (let n = 0; n < REGISTERS; n++) {
    if (Number.isNaN(old[n]) || old[n] === values[n]) continue;
    old[n] = Number.NaN;
    changed = true;
  }
  return changed;
}

function interesting({ row }: Instruction): boolean {
  return ALIGNED[row.name] !== undefined;
}

/** What an instruction leaves in the registers. */
function apply(at: Instruction, values: Values): void {
  const of = (name: string): number => {
    const f = at.row.byName[name];
    return f === undefined ? 0 : field(at.lo, at.hi, f);
  };
  switch (at.row.name) {
    case 'MOVE32':
      values[of('destination')] = of('immediate') >>> 0;
      return;
    case 'MOVE48':
      // The immediate is 48 bits: its low word, and the low half of the high one.
      values[of('destination')] = at.lo >>> 0;
      values[of('destination') + 1] = at.hi & 0xffff;
      return;
    case 'ADD_IMM32':
      values[of('destination')] = ((values[of('source')] ?? Number.NaN) + of('immediate')) % HIGH;
      fix32(values, of('destination'));
      return;
    case 'ADD_IMM64':
      add64(values, of('destination'), of('source'), of('immediate'));
      return;
    case 'CALL':
      values.fill(Number.NaN);
      return;
    default:
      for (const n of registersOf(at, 'write')) values[n] = Number.NaN;
  }
}

/** Makes a sum an unsigned 32-bit number again. */
function fix32(values: Values, n: number): void {
  const sum = values[n] ?? Number.NaN;
  if (sum < 0) values[n] = sum + HIGH;
}

function add64(values: Values, to: number, from: number, addend: number): void {
  const low = (values[from] ?? Number.NaN) + addend;
  const carry = Math.floor(low / HIGH);
  const high = (values[from + 1] ?? Number.NaN) + carry;
  values[to] = low - carry * HIGH;
  values[to + 1] = ((high % HIGH) + HIGH) % HIGH;
}

function check(at: Instruction, values: Values): Finding[] {
  const { name } = at.row;
  const findings: Finding[] = [];
  const bytes = ALIGNED[name] ?? 1;
  const pair = value(at, 'address');
  const offset = value(at, 'offset');
  // The low word alone decides.
  const low = (values[pair] ?? Number.NaN) + offset;
  if (!Number.isNaN(low) && low % bytes !== 0) {
    const what = offset === 0 ? `d${pair}` : `d${pair} + ${offset}`;
    findings.push({
      severity: 'error',
      rule: `${name} needs an address that is a multiple of ${bytes}; ${what} ends in 0x${(((low % HIGH) + HIGH) % 16).toString(16)}`,
      remedy: EXECUTES.has(name) ? 'the stream ends with CS_INSTR_INVALID there' : 'the stream ends with CS_BUS_FAULT',
    });
  }
  if (EXECUTES.has(name)) {
    const length = values[value(at, 'length')] ?? Number.NaN;
    if (length % WORD !== 0 && !Number.isNaN(length)) {
      findings.push({
        severity: 'error',
        rule: `${name} executes whole instructions: ${length} bytes are no multiple of ${WORD}`,
        remedy: 'write the length in bytes, e.g. #(end - start)',
      });
    }
  }
  if (name.startsWith('SYNC_WAIT') && value(at, 'condition') === Condition.GT) {
    const wide = name === 'SYNC_WAIT64';
    const data = value(at, 'data');
    const top = values[data] === HIGH - 1 && (!wide || values[data + 1] === HIGH - 1);
    if (top) {
      findings.push({
        severity: 'error',
        rule: `no value is above 0x${'f'.repeat(wide ? 16 : 8)}: the wait can never end`,
        remedy: 'wait for a smaller value, or with .le',
      });
    }
  }
  return findings;
}

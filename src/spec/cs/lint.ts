/**
 * What a queue will refuse or never get past, and what a programmer very likely did not mean, from the words
 * of one stream. Pure: the same words give the same list. Rules about one instruction are rows of `RULES`;
 * those that follow values along the paths of the stream are in lint-flow.ts.
 */
import type { Field } from './define.ts';
import { flowProblems } from './lint-flow.ts';
import type { Arch, Limits } from './isa.ts';
import { Condition, decode, ErrorReject, field, LIMITS, reserved } from './isa.ts';
import { valueProblems } from './lint-values.ts';
import type { Fix, Problem, Severity } from './problem.ts';
import { Problems } from './problem.ts';
import type { Finding, Instruction } from './stream.ts';
import { value } from './stream.ts';

/** A stream to look at; `assemble` results have this shape. Without places, line n is word n-1. */
export interface LintInput {
  readonly arch: Arch;
  readonly words: BigUint64Array;
  readonly lines?: Uint32Array;
  readonly columns?: Uint32Array;
  readonly endColumns?: Uint32Array;
  /** Words of included texts, with their places there. */
  readonly origins?: ReadonlyMap<number, string>;
}

/** Checks a stream. `limits`: of the queue it will run on; the usual ones of the architecture otherwise. */
export function lint(input: LintInput, limits: Limits = LIMITS[input.arch]): readonly Problem[] {
  const problems = new Problems();
  const stream: (Instruction | undefined)[] = [];
  const halves = new Uint32Array(input.words.buffer, input.words.byteOffset, input.words.length * 2);
  const add = (index: number, finding: Finding): void => {
    const column = input.columns?.[index] ?? 1;
    const origin = input.origins?.get(index);
    const { fix, ...told } = finding;
    problems.add({
      ...told,
      ...(origin !== undefined ? { rule: `${origin}: ${finding.rule}` } : fix === undefined ? {} : { fix }),
      line: input.lines?.[index] ?? index + 1,
      column,
      endColumn: input.endColumns?.[index] ?? column + 1,
    });
  };
  for (let index = 0; index < input.words.length; index++) {
    const lo = halves[index * 2] ?? 0;
    const hi = halves[index * 2 + 1] ?? 0;
    const row = decode(lo, hi, input.arch);
    const at = row === undefined ? undefined : { index, row, lo, hi };
    stream.push(at);
    for (const finding of at === undefined ? [unknownOpcode(input.arch)] : checks(at, limits, input.words.length)) {
      add(index, finding);
    }
  }
  for (const { index, finding } of [...flowProblems(stream, limits), ...valueProblems(stream)]) add(index, finding);
  return problems.list.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function unknownOpcode(arch: Arch): Finding {
  return {
    severity: 'error',
    rule: `architecture ${arch} has no such opcode`,
    remedy: 'the queue stops with CS_INSTR_INVALID here; check the architecture and the offset of the words',
  };
}

type Rule = (at: Instruction, limits: Limits, length: number) => Finding | undefined;

function checks(at: Instruction, limits: Limits, length: number): Finding[] {
  return [
    ...at.row.fields.map((f) => registerRule(at, f, limits)),
    ...RULES.map((rule) => rule(at, limits, length)),
  ].filter((finding) => finding !== undefined);
}

const error = (rule: string, remedy: string, fix?: Fix): Finding => found('error', rule, remedy, fix);
const warning = (rule: string, remedy: string, fix?: Fix): Finding => found('warning', rule, remedy, fix);

function found(severity: Severity, rule: string, remedy: string, fix: Fix | undefined): Finding {
  return { severity, rule, remedy, ...(fix === undefined ? {} : { fix }) };
}

/** Writes one word of the line otherwise. */
const rewrite = (from: string, to: string): Fix => ({ title: `Write ${to}`, word: [from, to] });

/** Registers a field names must exist, and pairs begin at an even one. */
function registerRule(at: Instruction, f: Field, limits: Limits): Finding | undefined {
  if (f.type !== 'reg32' && f.type !== 'reg64') return undefined;
  const n = field(at.lo, at.hi, f);
  if (f.type === 'reg64' && n % 2 !== 0) {
    return error(
      `d${n} is not a register pair: pairs begin at an even register`,
      `use d${n - 1} or d${n + 1}`,
      rewrite(`d${n}`, `d${n - 1}`),
    );
  }
  return n < limits.registers ? undefined : beyond(`${f.type === 'reg64' ? 'd' : 'r'}${n}`, limits);
}

function beyond(name: string, limits: Limits): Finding {
  return error(
    `${name} does not exist: the queue has ${limits.registers} registers`,
    `use r0 to r${limits.registers - 1}`,
  );
}

/** Last register of the set of a LOAD_MULTIPLE, STORE_MULTIPLE or TRACE_POINT; -1 for an empty set. */
function lastOfSet(at: Instruction): number {
  const base = value(at, 'base_register');
  const count = value(at, 'register_count');
  const mask = value(at, 'mask');
  if (at.row.byName['mask'] === undefined) return count === 0 ? -1 : base + count - 1;
  return mask === 0 ? -1 : base + 31 - Math.clz32(mask);
}

const RULES: readonly Rule[] = [
  function reservedBits(at) {
    const rest = reserved(at.row, at.lo, at.hi);
    if (rest.lo === 0 && rest.hi === 0) return undefined;
    return warning(`reserved bits of ${at.row.name} are set`, 'write them as zero; a later architecture may use them');
  },
  function reservedValue(at) {
    const bad = at.row.fields.find(
      (f) => f.type === 'enum' && !Object.values(f.values).includes(field(at.lo, at.hi, f)),
    );
    if (bad === undefined) return undefined;
    const known = Object.entries(bad.values).map(([name, n]) => `${n} ${name}`);
    return error(`${field(at.lo, at.hi, bad)} is a reserved value of ${bad.name}`, `use one of ${known.join(', ')}`);
  },
  function registerSet(at, limits) {
    if (at.row.byName['base_register'] === undefined) return undefined;
    const last = lastOfSet(at);
    if (last < 0) return warning('the register set is empty', 'name at least one register');
    return last < limits.registers ? undefined : beyond(`r${last}`, limits);
  },
  function selfWait(at) {
    const slot = value(at, 'signal_slot');
    if (at.row.entry !== 'signal' || value(at, 'defer_mode') === 1) return undefined;
    if ((value(at, 'wait_mask') & (1 << slot)) === 0) return undefined;
    return error(
      `the wait mask contains the signalled entry ${slot}: it would wait for itself forever`,
      `take bit ${slot} out of the mask, or signal another entry`,
    );
  },
  function entries(at, limits) {
    // An indirect deferral ignores the entries written in the word.
    if (value(at, 'defer_mode') === 1) return undefined;
    const slots = ['signal_slot', 'endpoint_entry', 'other_entry'].map((name) => value(at, name));
    const mask = value(at, 'wait_mask');
    const highest = Math.max(...slots, mask === 0 ? 0 : 31 - Math.clz32(mask));
    if (highest < limits.scoreboards) return undefined;
    return error(
      `scoreboard entry ${highest} does not exist: the queue has ${limits.scoreboards}`,
      `use entries 0 to ${limits.scoreboards - 1}`,
    );
  },
  function ignoredSlot(at) {
    if (at.row.execution !== 'deferred' || at.row.entry !== 'signal' || value(at, 'defer_mode') === 1) return undefined;
    if (value(at, 'wait_mask') !== 0 || value(at, 'signal_slot') === 0) return undefined;
    return warning('with wait mask 0 the signalled entry is ignored', 'write #0 as entry, or a mask to wait for');
  },
  function branchTarget(at, _limits, length) {
    if (at.row.name !== 'BRANCH') return undefined;
    const to = at.index + 1 + value(at, 'offset');
    if (to >= 0 && to <= length) return undefined;
    return error('the branch leaves the stream', 'branch to an instruction of the stream, or to its end to return');
  },
  function syncCondition(at) {
    if (at.row.name !== 'SYNC_WAIT32' && at.row.name !== 'SYNC_WAIT64') return undefined;
    const condition = value(at, 'condition');
    if (condition === Condition.LE || condition === Condition.GT) return undefined;
    const written =
      Object.entries(Condition)
        .find(([, n]) => n === condition)?.[0]
        ?.toLowerCase() ?? '';
    return error('SYNC_WAIT compares with le or gt only', 'use .le or .gt', rewrite(`.${written}`, '.gt'));
  },
  function emptyTask(at) {
    if (at.row.name !== 'RUN_COMPUTE' || value(at, 'task_increment') > 0) return undefined;
    return error('a task needs at least one workgroup', 'write #1 or more as task_increment');
  },
  function branchToItself(at) {
    if (at.row.name !== 'BRANCH' || value(at, 'offset') !== -1) return undefined;
    const always = value(at, 'condition') === Condition.ALWAYS;
    const rule = always
      ? 'the branch leads to itself: the stream never ends'
      : 'the branch leads to itself, and nothing changes the register: once taken it never ends';
    return warning(rule, 'branch to an instruction that changes the register');
  },
  function emptyWait(at) {
    if (at.row.name !== 'WAIT' || value(at, 'wait_mode') === 1 || value(at, 'wait_mask') !== 0) return undefined;
    return warning('WAIT with mask 0 waits for nothing', 'name the entries to wait for');
  },
  function rejectedStatus(at) {
    if (at.row.byName['error_reject'] === undefined || value(at, 'error_reject') !== ErrorReject.REJECT)
      return undefined;
    return {
      severity: 'info',
      rule: 'a fault recorded in the sync object is ignored here',
      remedy: 'use .inherit to take it over',
    };
  },
];

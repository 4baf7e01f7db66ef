/**
 * Lint along the paths of a stream: loads and stores run asynchronously, so until a WAIT on their scoreboard entry
 * nobody may read what is loaded or overwrite what is stored. A small data-flow
 * analysis over the branches of one stream; what CALL, JUMP or register-driven selections (11+) do is not
 * known here, and nothing is claimed after them.
 */
import type { Limits } from './isa.ts';
import { Condition, field, SetStateType } from './isa.ts';
import type { Fix } from './problem.ts';
import type { Finding, Instruction } from './stream.ts';
import { value } from './stream.ts';
import { stagingReads } from './staging.ts';

/** Registers the analysis tracks: all that a field can name. */
export const REGISTERS = 256;
/** Words of a stream the analysis follows (chosen): beyond it, only the rules per instruction apply. */
export const MAX_STREAM = 1 << 16;
/** Visits of a word before the analysis gives up (chosen): the facts grow at most a few times per word. */
export const MAX_VISITS = 64;

export interface FlowProblem {
  readonly index: number;
  readonly finding: Finding;
}

/**
 * What may be true before a word. Per register: the scoreboard entries (as a mask) of loads into it and of
 * stores from it that may be outstanding. `other`: the entries that loads and stores may use; 0 is unknown.
 */
interface Facts {
  readonly loads: Uint16Array;
  readonly stores: Uint16Array;
  other: number;
}

/** Problems of pending registers, and waits that nothing of the stream can satisfy. */
export function flowProblems(stream: readonly (Instruction | undefined)[], limits: Limits): FlowProblem[] {
  const found = stream.length <= MAX_STREAM ? pendingProblems(stream) : [];
  found.push(...pointlessWaits(stream, limits));
  return found;
}

function pendingProblems(stream: readonly (Instruction | undefined)[]): FlowProblem[] {
  const before = new Map<number, Facts>();
  const visits = new Uint8Array(stream.length);
  const targets = branchTargets(stream);
  // A queue starts with entry 0 selected for loads and stores.
  before.set(0, { loads: new Uint16Array(REGISTERS), stores: new Uint16Array(REGISTERS), other: 1 });
  const work = [0];
  const found = new Map<string, FlowProblem>();
  for (let start = work.pop(); start !== undefined; start = work.pop()) {
    const entry = before.get(start);
    if (entry === undefined) continue;
    const facts = copy(entry);
    let index = start;
    for (;;) {
      const at = stream[index];
      if (at === undefined || (visits[index] = (visits[index] ?? 0) + 1) > MAX_VISITS) break;
      for (const finding of hazards(at, facts)) found.set(`${index} ${finding.rule}`, { index, finding });
      apply(at, facts);
      const next = successors(at);
      for (const to of next) {
        if (to !== index + 1 && to >= 0 && to < stream.length && merge(before, to, facts)) work.push(to);
      }
      if (!next.includes(index + 1) || index + 1 >= stream.length) break;
      index += 1;
      if (!targets.has(index)) continue;
      if (merge(before, index, facts)) work.push(index);
      break;
    }
  }
  return [...found.values()];
}

/** Words that a branch leads to. */
export function branchTargets(stream: readonly (Instruction | undefined)[]): ReadonlySet<number> {
  const targets = new Set<number>();
  for (const at of stream) if (at?.row.name === 'BRANCH') targets.add(at.index + 1 + value(at, 'offset'));
  return targets;
}

/** Words that may come next inside the stream. */
export function successors(at: Instruction): number[] {
  if (at.row.name === 'JUMP') return [];
  if (at.row.name !== 'BRANCH') return [at.index + 1];
  const to = at.index + 1 + value(at, 'offset');
  return value(at, 'condition') === Condition.ALWAYS ? [to] : [at.index + 1, to];
}

function copy(facts: Facts): Facts {
  return { loads: facts.loads.slice(), stores: facts.stores.slice(), other: facts.other };
}

/** Joins `facts` into those before `index`; true when something was new. */
function merge(before: Map<number, Facts>, index: number, facts: Facts): boolean {
  const old = before.get(index);
  if (old === undefined) {
    before.set(index, copy(facts));
    return true;
  }
  let changed = false;
  const join = (to: Uint16Array, from: Uint16Array): void => {
    for (let n = 0; n < REGISTERS; n++) {
      const joined = (to[n] ?? 0) | (from[n] ?? 0);
      if (joined === to[n]) continue;
      to[n] = joined;
      changed = true;
    }
  };
  join(old.loads, facts.loads);
  join(old.stores, facts.stores);
  const other = old.other === 0 || facts.other === 0 ? 0 : old.other | facts.other;
  if (other !== old.other) {
    old.other = other;
    changed = true;
  }
  return changed;
}

/** Registers base + i of a LOAD_MULTIPLE or STORE_MULTIPLE. */
function setOf(at: Instruction): number[] {
  const base = value(at, 'base_register');
  const mask = value(at, 'mask');
  return Array.from({ length: 16 }, (_, i) => i)
    .filter((i) => (mask & (1 << i)) !== 0 && base + i < REGISTERS)
    .map((i) => base + i);
}

/** Registers an instruction reads or writes through its fields and staging registers. */
export function registersOf(at: Instruction, use: 'read' | 'write'): number[] {
  const found: number[] = [];
  for (const f of at.row.fields) {
    if (f.use !== use || !isUsed(at, f.name)) continue;
    const n = field(at.lo, at.hi, f);
    if (f.type === 'reg64') found.push(n, n + 1);
    else if (f.type === 'reg32') found.push(n);
    else if (at.row.byName['mask'] !== undefined) found.push(...setOf(at));
    else for (let i = 0; i < value(at, 'register_count'); i++) found.push(n + i);
  }
  if (use === 'read') {
    for (const { entry, register } of stagingReads(at.row, at.lo, at.hi)) {
      for (let i = 0; i < entry.size; i++) found.push(register + i);
    }
  }
  return found;
}

/** Fields whose register is not looked at in this word. */
function isUsed(at: Instruction, name: string): boolean {
  if (at.row.name === 'BRANCH') return value(at, 'condition') !== Condition.ALWAYS;
  return name !== 'draw_id' || value(at, 'draw_id_register_enable') === 1;
}

function hazards(at: Instruction, facts: Facts): Finding[] {
  const findings: Finding[] = [];
  const read = registersOf(at, 'read').find((n) => (facts.loads[n] ?? 0) !== 0);
  if (read !== undefined) {
    findings.push({
      severity: 'warning',
      rule: `r${read} is read while a load into it may be outstanding`,
      remedy: `write WAIT #${waitMask(facts.loads[read] ?? 0)} before`,
      fix: waitBefore(facts.loads[read] ?? 0),
    });
  }
  const writes = registersOf(at, 'write');
  const loaded = writes.find((n) => (facts.loads[n] ?? 0) !== 0);
  if (loaded !== undefined && at.row.name !== 'LOAD_MULTIPLE') {
    findings.push({
      severity: 'warning',
      rule: `r${loaded} is written while a load into it may be outstanding`,
      remedy: `write WAIT #${waitMask(facts.loads[loaded] ?? 0)} before, or drop the load`,
      fix: waitBefore(facts.loads[loaded] ?? 0),
    });
  }
  const stored = writes.find((n) => (facts.stores[n] ?? 0) !== 0);
  if (stored !== undefined) {
    findings.push({
      severity: 'warning',
      rule: `r${stored} is overwritten while a store of it may be outstanding`,
      remedy: `write WAIT #${waitMask(facts.stores[stored] ?? 0)} before`,
      fix: waitBefore(facts.stores[stored] ?? 0),
    });
  }
  return findings;
}

function waitBefore(mask: number): Fix {
  return { title: `Insert WAIT #${waitMask(mask)} before`, insertBefore: `WAIT #${waitMask(mask)}` };
}

const waitMask = (mask: number): string => `0x${mask.toString(16)}`;

/** The facts after an instruction. */
function apply(at: Instruction, facts: Facts): void {
  switch (at.row.name) {
    case 'WAIT':
      // The mask of an indirect wait is not known: take it that the writer knows.
      return settle(facts, value(at, 'wait_mode') === 1 ? 0xffff : value(at, 'wait_mask'));
    case 'CALL':
      facts.other = 0;
      return settle(facts, 0xffff);
    case 'SET_SB_ENTRY':
      facts.other = 1 << value(at, 'other_entry');
      return undefined;
    case 'SET_STATE_IMM32':
      if (value(at, 'state') === SetStateType.SB_SEL_OTHER) {
        const entry = value(at, 'value');
        facts.other = entry < 16 ? 1 << entry : 0;
      }
      return undefined;
    case 'SET_STATE':
    case 'NEXT_SB_ENTRY':
      facts.other = 0;
      return undefined;
    case 'LOAD_MULTIPLE':
      for (const n of setOf(at)) facts.loads[n] = facts.other;
      return undefined;
    case 'STORE_MULTIPLE':
      for (const n of setOf(at)) facts.stores[n] = (facts.stores[n] ?? 0) | facts.other;
      return undefined;
    default:
      return undefined;
  }
}

function settle(facts: Facts, mask: number): void {
  for (let n = 0; n < REGISTERS; n++) {
    facts.loads[n] = (facts.loads[n] ?? 0) & ~mask;
    facts.stores[n] = (facts.stores[n] ?? 0) & ~mask;
  }
}

/** Instructions after which the signalled entries are not known. */
const OPAQUE: ReadonlySet<string> = new Set(['CALL', 'JUMP', 'SET_STATE', 'NEXT_SB_ENTRY', 'SHARED_SB_INC']);

/** WAITs on entries that nothing of the stream signals. Waits for all entries are a usual precaution and pass. */
function pointlessWaits(stream: readonly (Instruction | undefined)[], limits: Limits): FlowProblem[] {
  const all = stream.filter((at) => at !== undefined);
  if (all.length !== stream.length || all.some((at) => OPAQUE.has(at.row.name))) return [];
  const signalled = signalledEntries(all);
  const everything = 2 ** limits.scoreboards - 1;
  return all
    .filter((at) => at.row.name === 'WAIT' && value(at, 'wait_mode') !== 1)
    .map((at) => ({ at, mask: value(at, 'wait_mask') }))
    .filter(({ mask }) => mask !== 0 && mask !== everything && (mask & signalled) === 0)
    .map(({ at, mask }) => ({
      index: at.index,
      finding: {
        severity: 'info',
        rule: `nothing in this stream signals entries 0x${mask.toString(16)}`,
        remedy: 'check the mask; work of an earlier stream is the only thing this can wait for',
      },
    }));
}

/** Entries that any instruction of the stream may count up. */
function signalledEntries(all: readonly Instruction[]): number {
  // Before any selection a queue uses entry 0 for both.
  let selected = 1;
  let own = 0;
  for (const at of all) {
    if (at.row.name === 'SET_SB_ENTRY')
      selected |= (1 << value(at, 'endpoint_entry')) | (1 << value(at, 'other_entry'));
    if (at.row.name === 'SET_STATE_IMM32' && value(at, 'state') <= SetStateType.SB_SEL_DEFERRED) {
      const entry = value(at, 'value');
      if (entry <= 15) selected |= 1 << entry;
    }
    const slot = at.row.byName['signal_slot'];
    if (slot !== undefined && (at.row.execution === 'async' || value(at, 'wait_mask') !== 0)) {
      own |= 1 << value(at, 'signal_slot');
    }
  }
  const uses = all.some(
    (at) => at.row.entry === 'endpoint' || at.row.entry === 'other' || value(at, 'defer_mode') === 1,
  );
  return own | (uses ? selected : 0);
}

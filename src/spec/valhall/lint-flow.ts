/**
 * Rules that follow the paths of a shader: where control goes, results of messages that nobody waited for,
 * registers whose content is undefined. Lanes run independently, so a path is the path of one lane.
 */
import type { Finding, Instruction } from './findings.ts';
import { error, info, warning } from './findings.ts';
import { FLOW_END, flowOf, REGISTERS, signedField, sourceByte } from './isa.ts';
import type { Range } from './uses.ts';

/** Words up to which paths are followed (chosen): state is 64 bytes per word, and time is bounded by it. */
const MAX_FOLLOWED = 1 << 15;

export interface FlowFinding {
  readonly index: number;
  readonly finding: Finding;
}

type Shader = readonly (Instruction | undefined)[];

/** Per register: bits 0..7 the slots a result comes through, then how its content may be undefined. */
const PENDING = 0xff;
const LAST_USED = 0x100;
const UNWRITTEN = 0x200;

/** Registers a job may fill before the first instruction: r48 to r63. */
const FIRST_PRELOADED = 48;

/** All findings about paths, in the order of the words. */
export function flowProblems(shader: Shader): readonly FlowFinding[] {
  if (shader.length === 0) return [];
  if (shader.length > MAX_FOLLOWED) {
    const rule = `paths of shaders above ${MAX_FOLLOWED} words are not followed`;
    return [{ index: 0, finding: info(rule, 'check the parts one by one') }];
  }
  const states = follow(shader);
  return [...endings(shader, states), ...unreachable(shader, states), ...values(shader, states)].toSorted(
    (a, b) => a.index - b.index,
  );
}

/** Indexes that may come after `at`; the length of the shader for running past its end. */
function successors(at: Instruction, length: number): readonly number[] {
  if (flowOf(at.hi) === FLOW_END) return [];
  const next = at.index + 1;
  if (at.row.name !== 'BRANCHZ') return [next];
  const target = next + signedField(at.lo, at.hi, 8, 27);
  const inside = target >= 0 && target < length ? [target] : [];
  return isAlways(at) ? inside : [next, ...inside];
}

/** `BRANCHZ.eq 0x0`: how an unconditional jump is written. */
function isAlways(at: Instruction): boolean {
  return sourceByte(at.lo, 0) === 0xc0 && (at.hi & (1 << 4)) !== 0;
}

/** State before each instruction, over all paths. */
class States {
  private readonly state: Uint16Array;
  private readonly seen: Uint8Array;

  constructor(length: number) {
    this.state = new Uint16Array(length * REGISTERS);
    this.seen = new Uint8Array(length);
  }

  /** The registers before instruction `index`; undefined where no path leads. */
  at(index: number): Uint16Array | undefined {
    return this.seen[index] === 0 ? undefined : this.state.subarray(index * REGISTERS, (index + 1) * REGISTERS);
  }

  /** Adds a path to instruction `index`; whether that changed anything. */
  merge(index: number, from: Uint16Array): boolean {
    let changed = this.seen[index] === 0;
    this.seen[index] = 1;
    const base = index * REGISTERS;
    for (let r = 0; r < REGISTERS; r++) {
      const before = this.state[base + r] ?? 0;
      const both = before | (from[r] ?? 0);
      if (both === before) continue;
      this.state[base + r] = both;
      changed = true;
    }
    return changed;
  }
}

/** Sweeps over the shader until no state changes: code is mostly laid out in the order of its paths. */
function follow(shader: Shader): States {
  const states = new States(shader.length);
  const queued = new Uint8Array(shader.length);
  const after = new Uint16Array(REGISTERS);
  after.fill(UNWRITTEN, 0, FIRST_PRELOADED);
  states.merge(0, after);
  queued[0] = 1;
  for (let again = true; again;) {
    again = false;
    for (const [index, at] of shader.entries()) {
      const before = states.at(index);
      if (queued[index] === 0 || at === undefined || before === undefined) continue;
      queued[index] = 0;
      after.set(before);
      step(at, after);
      for (const to of successors(at, shader.length)) {
        if (to >= shader.length || !states.merge(to, after)) continue;
        queued[to] = 1;
        if (to <= index) again = true;
      }
    }
  }
  return states;
}

function each(ranges: readonly Range[], visit: (register: number) => void): void {
  for (const { first, count } of ranges) {
    for (let r = first; r < Math.min(first + count, REGISTERS); r++) visit(r);
  }
}

/** What an instruction makes of the state. */
function step({ uses }: Instruction, state: Uint16Array): void {
  each(uses.lastUses, (r) => {
    state[r] = (state[r] ?? 0) | LAST_USED;
  });
  each(uses.writes, (r) => {
    state[r] = 0;
  });
  each(uses.results, (r) => {
    state[r] = 1 << (uses.slot ?? 0);
  });
  if (uses.waits === 0) return;
  for (let r = 0; r < REGISTERS; r++) state[r] = (state[r] ?? 0) & ~uses.waits;
}

function* endings(shader: Shader, states: States): Generator<FlowFinding> {
  for (const at of shader) {
    if (at === undefined || states.at(at.index) === undefined) continue;
    if (!successors(at, shader.length).includes(shader.length)) continue;
    const rule = 'control runs past the last instruction';
    yield { index: at.index, finding: error(rule, 'put .end on it, or NOP.end after it') };
  }
}

function* unreachable(shader: Shader, states: States): Generator<FlowFinding> {
  if (shader.some((at) => at?.row.name === 'BRANCHZI')) return;
  let before = true;
  for (const [index, at] of shader.entries()) {
    const reached = states.at(index) !== undefined;
    // Compilers leave a NOP.end for a block that no path leads to.
    const trailer = at?.row.name === 'NOP' && flowOf(at.hi) === FLOW_END;
    if (!reached && before && !trailer) {
      yield { index, finding: info('no path leads here', 'remove it, or branch to it') };
    }
    before = reached;
  }
}

function* values(shader: Shader, states: States): Generator<FlowFinding> {
  for (const at of shader) {
    const state = at === undefined ? undefined : states.at(at.index);
    if (at === undefined || state === undefined) continue;
    const told = new Set<number>();
    const tell = (r: number, finding: Finding): FlowFinding[] => {
      if (told.has(r)) return [];
      told.add(r);
      return [{ index: at.index, finding }];
    };
    const found: FlowFinding[] = [];
    each(at.uses.reads, (r) => {
      const s = state[r] ?? 0;
      if ((s & PENDING) !== 0) found.push(...tell(r, notWaited(r, s, 'read')));
      else if ((s & LAST_USED) !== 0) {
        found.push(...tell(r, warning(`r${r} is read after its last use`, 'remove the ^ from the use before')));
      } else if ((s & UNWRITTEN) !== 0) {
        found.push(...tell(r, info(`r${r} is read, and on some path nothing wrote it`, 'write it first')));
      }
    });
    each([...at.uses.writes, ...at.uses.results], (r) => {
      const s = state[r] ?? 0;
      if ((s & PENDING) !== 0) found.push(...tell(r, notWaited(r, s, 'overwritten')));
    });
    yield* found;
  }
}

function notWaited(r: number, state: number, how: string): Finding {
  const slots = [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => (state & (1 << n)) !== 0);
  const rule = `r${r} is ${how} before the message in slot ${slots.join(' or ')} has filled it`;
  return error(rule, `put .wait${slots.filter((n) => n < 3).join('')} on an instruction in between`);
}

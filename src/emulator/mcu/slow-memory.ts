/**
 * Loads and stores that the hot loop leaves out: multiples and doubles that leave a page or hold their base,
 * loads to PC, unprivileged and exclusive accesses, table branches off the page. One handler per semantics key.
 * A handler that meets a fault returns with the base register as it was. Source: ARMv7-M ARM, A7.7.
 */
import type { Decoded } from '../../spec/thumb/decode.ts';
import { popcount32 } from '../../base/bits.ts';
import type { Core, Handler } from './core.ts';
import { EXCLUSIVE, EXCLUSIVE_ADDRESS, FAULT, PC } from './state.ts';

export const MEMORY_HANDLERS = new Map<string, Handler>();
const on = (keys: string, handler: Handler): void => {
  for (const key of keys.split(' ')) MEMORY_HANDLERS.set(key, handler);
};

const registersOf = (list: number): number[] => {
  const out: number[] = [];
  for (let r = 0; r < 16; r++) if ((list >>> r) & 1) out.push(r);
  return out;
};

/** Words into registers; PC last, as a branch. Registers change only when all loads went well (chosen). */
function loadMultiple(core: Core, i: Decoded, start: number, base: number, writeback: number | undefined): boolean {
  const { S } = core;
  const list = registersOf(i.list);
  if (list.length === 0) return core.undefinedInstruction();
  const values: number[] = [];
  for (let k = 0; k < list.length; k++) {
    values.push(core.loadAligned((start + 4 * k) | 0));
    if (S[FAULT] !== 0) return false;
  }
  if (writeback !== undefined && ((i.list >>> base) & 1) === 0) S[base] = writeback;
  for (const [k, r] of list.entries()) {
    if (r === PC) return core.branchInterworking(values[k]!);
    S[r] = values[k]!;
  }
  return false;
}

function storeMultiple(core: Core, i: Decoded, start: number, base: number, writeback: number | undefined): boolean {
  const { S } = core;
  const list = registersOf(i.list);
  if (list.length === 0) return core.undefinedInstruction();
  for (const [k, r] of list.entries()) {
    core.storeAligned((start + 4 * k) | 0, S[r]!);
    if (S[FAULT] !== 0) return false;
  }
  if (writeback !== undefined) S[base] = writeback;
  return false;
}

const bytes = (i: Decoded): number => popcount32(i.list) * 4;
type Multiple = typeof loadMultiple;
const up =
  (run: Multiple, base: (i: Decoded) => number, always: boolean): Handler =>
  (core, i) => {
    const start = core.S[base(i)]!;
    return run(core, i, start, base(i), always || i.writeback ? (start + bytes(i)) | 0 : undefined);
  };
const down =
  (run: Multiple, base: (i: Decoded) => number, always: boolean): Handler =>
  (core, i) => {
    const start = (core.S[base(i)]! - bytes(i)) | 0;
    return run(core, i, start, base(i), always || i.writeback ? start : undefined);
  };
const n = (i: Decoded): number => i.n;
const sp = (): number => 13;
on('pop', up(loadMultiple, sp, true));
on('push', down(storeMultiple, sp, true));
on('ldmia16', up(loadMultiple, n, true));
on('stmia', up(storeMultiple, n, true));
on('ldm', up(loadMultiple, n, false));
on('ldmdb', down(loadMultiple, n, false));
on('stm', up(storeMultiple, n, false));
on('stmdb', down(storeMultiple, n, false));

/** Base of a literal access: PC aligned to a word. */
const literalBase = (core: Core): number => (core.S[PC]! + 4) & -4;
const offset = (i: Decoded): number => (i.add ? i.imm : -i.imm);

/** Address and new base of the addressing forms. */
type Form = readonly [name: string, at: (core: Core, i: Decoded) => number, next?: (core: Core, i: Decoded) => number];
const FORMS: readonly Form[] = [
  ['i', (c, i) => c.S[i.n]! + offset(i)],
  ['n', (c, i) => c.S[i.n]! - i.imm],
  ['t', (c, i) => c.S[i.n]! + i.imm],
  ['r', (c, i) => c.S[i.n]! + (c.S[i.m]! << i.extra)],
  ['pre', (c, i) => c.S[i.n]! + offset(i), (c, i) => c.S[i.n]! + offset(i)],
  ['post', (c, i) => c.S[i.n]!, (c, i) => c.S[i.n]! + offset(i)],
  ['lit', (c, i) => literalBase(c) + offset(i)],
];

const LOADS = [
  ['ldr', 4, 0],
  ['ldrb', 1, 0],
  ['ldrh', 2, 0],
  ['ldrsb', 1, 24],
  ['ldrsh', 2, 16],
] as const;

for (const [form, at, next] of FORMS) {
  const unprivileged = form === 't';
  for (const [name, size, up] of LOADS) {
    on(`${name}.${form}`, (core, i) => {
      const { S } = core;
      const x = core.loadAs(at(core, i) | 0, size, unprivileged);
      if (S[FAULT] !== 0) return false;
      if (next !== undefined) S[i.n] = next(core, i);
      if (i.d === PC) return core.branchInterworking(x);
      S[i.d] = (x << up) >> up;
      return false;
    });
  }
  if (form === 'lit') continue;
  for (const [name, size] of [
    ['str', 4],
    ['strb', 1],
    ['strh', 2],
  ] as const) {
    on(`${name}.${form}`, (core, i) => {
      core.storeAs(at(core, i) | 0, size, core.S[i.d]!, unprivileged);
      if (core.S[FAULT] === 0 && next !== undefined) core.S[i.n] = next(core, i);
    });
  }
}

for (const [form, at, next] of FORMS) {
  if (form === 'n' || form === 't' || form === 'r') continue;
  on(`ldrd.${form}`, (core, i) => {
    const { S } = core;
    const address = at(core, i) | 0;
    const first = core.loadAligned(address);
    if (S[FAULT] !== 0) return;
    const second = core.loadAligned((address + 4) | 0);
    if (S[FAULT] !== 0) return;
    if (next !== undefined) S[i.n] = next(core, i);
    S[i.d] = first;
    S[i.a] = second;
  });
  if (form === 'lit') continue;
  on(`strd.${form}`, (core, i) => {
    const { S } = core;
    const address = at(core, i) | 0;
    core.storeAligned(address, S[i.d]!);
    if (S[FAULT] !== 0) return;
    core.storeAligned((address + 4) | 0, S[i.a]!);
    if (S[FAULT] === 0 && next !== undefined) S[i.n] = next(core, i);
  });
}

/**
 * Exclusives: a local monitor that remembers one address, exactly (chosen: the granule is the access itself, as
 * single core and no other observer is monitored); exceptions, CLREX and any STREX close it.
 */
for (const [suffix, size] of [
  ['', 4],
  ['b', 1],
  ['h', 2],
] as const) {
  on(`ldrex${suffix}`, (core, i) => {
    const { S } = core;
    const address = (S[i.n]! + i.imm) | 0;
    const x = core.loadExclusive(address, size);
    if (S[FAULT] !== 0) return;
    S[EXCLUSIVE] = 1;
    S[EXCLUSIVE_ADDRESS] = address;
    S[i.d] = x;
  });
  on(`strex${suffix}`, (core, i) => {
    const { S } = core;
    const address = (S[i.n]! + i.imm) | 0;
    const open = S[EXCLUSIVE] === 1 && S[EXCLUSIVE_ADDRESS] === address;
    if (!core.checkExclusive(address, size)) return;
    if (open) {
      core.storeAs(address, size, S[i.d]!, false);
      if (S[FAULT] !== 0) return;
    }
    S[EXCLUSIVE] = 0;
    S[i.a] = open ? 0 : 1;
  });
}
on('clrex', ({ S }) => void (S[EXCLUSIVE] = 0));

for (const [key, size, scale] of [
  ['tbb', 1, 0],
  ['tbh', 2, 1],
] as const) {
  on(key, (core, i) => {
    const { S } = core;
    const base = i.n === PC ? (S[PC]! + 4) | 0 : S[i.n]!;
    const x = core.loadAs((base + (S[i.m]! << scale)) | 0, size, false);
    if (S[FAULT] !== 0) return false;
    S[PC] = S[PC]! + 4 + 2 * x;
    return true;
  });
}

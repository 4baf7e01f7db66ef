/**
 * Every call of a render node against its table: layout on the wire, permission, success, and each documented error,
 * after which everything is as it was.
 */
import { describe, expect, it } from 'vitest';
import { CLOSED_CALLS, CORE_ERRORS } from '../../spec/uapi/core-errors.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS, ioctlNumber } from '../../spec/uapi/ioctls.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import { ANY_CALL, PANTHOR_ERRORS } from '../../spec/uapi/panthor-errors.ts';
import type { ErrorTable } from '../../spec/uapi/panthor-errors.ts';
import { nodePath } from './tyr.ts';
import { CORE_CASES, CORE_SUCCESSES } from './testing-uapi-core.ts';
import { PANTHOR_CASES, PANTHOR_SUCCESSES } from './testing-uapi-panthor.ts';
import type { Args, Case, World } from './testing-uapi.ts';
import { encode, failing, picture, raw, world } from './testing-uapi.ts';

type Cases = Readonly<Record<string, Readonly<Record<string, Case | readonly Case[]>>>>;
interface Call {
  readonly name: string;
  readonly spec: IoctlSpec;
  readonly errors: ErrorTable;
  readonly cases: Cases;
  readonly successes: readonly ((w: World) => Args)[];
}

const table = (
  specs: Readonly<Record<string, IoctlSpec>>,
  errors: Readonly<Record<string, ErrorTable>>,
  cases: Readonly<Record<string, Cases>>,
  successes: Readonly<Record<string, Call['successes']>>,
): readonly Call[] =>
  Object.entries(specs).map(([name, spec]) => ({
    name,
    spec,
    errors: errors[name] ?? {},
    cases: cases[name] ?? {},
    successes: successes[name] ?? [],
  }));

const CALLS: readonly Call[] = [
  ...table(PANTHOR_IOCTLS, PANTHOR_ERRORS, PANTHOR_CASES, PANTHOR_SUCCESSES),
  ...table(CORE_IOCTLS, CORE_ERRORS, CORE_CASES, CORE_SUCCESSES),
];
const listed = (cases: Case | readonly Case[] | undefined): readonly Case[] =>
  cases === undefined ? [] : Array.isArray(cases) ? cases : [cases as Case];

/** Outputs a call that fails is documented to have. */
const CHANGED: Readonly<Record<string, (arg: Uint8Array) => void>> = {
  VM_BIND: (arg) => new DataView(arg.buffer).setUint32(12, 0, true),
  GET_CAP: (arg) => arg.fill(0, 8),
  VERSION: (arg) => arg.fill(0),
};

const shared = world();

function attempt(call: Call, errno: string, one: Case): void {
  if ('never' in one) return;
  if ('scene' in one) {
    const before = picture(shared);
    expect(one.scene(shared)).toBe(errno);
    expect(picture(shared)).toEqual(before);
    return;
  }
  const w = 'before' in one ? world() : shared;
  const build = 'before' in one ? one.args : one;
  const arg = encode(call.spec, build(w));
  if ('before' in one) one.before(w);
  const before = picture(w);
  const reply = raw(w.c, call.spec, arg);
  w.bench.soc.failAllocation = undefined;
  expect(reply.ret).toBe(errno);
  expect(picture(w)).toEqual(before);
  if (reply.arg.length === 0) return;
  CHANGED[call.name]?.(arg);
  const back = reply.arg.slice();
  CHANGED[call.name]?.(back);
  expect(back).toEqual(arg.subarray(0, back.length));
}

describe.each(CALLS)('$name', (call) => {
  const { spec, errors, cases, successes } = call;

  it('has a case for every documented error', () => {
    const rows = (of: Readonly<Record<string, object>>): string[] =>
      Object.entries(of).flatMap(([errno, whens]) =>
        (Array.isArray(whens) ? whens : Object.keys(whens)).map((when: string) => `${errno}: ${when}`),
      );
    expect(rows(cases).toSorted()).toEqual(rows(errors).toSorted());
    for (const whens of Object.values(cases)) {
      for (const one of Object.values(whens)) expect(listed(one).length).toBeGreaterThan(0);
    }
  });

  const errorRows = Object.entries(cases).flatMap(([errno, whens]) =>
    Object.entries(whens).flatMap(([when, some]) => listed(some).map((one, i) => ({ errno, when, i, one }))),
  );
  it.each(errorRows)('$errno: $when ($i)', ({ errno, one }) => attempt(call, errno, one));

  it.each(successes.map((args, i) => ({ i, args })))('succeeds ($i)', ({ args }) => {
    const w = world();
    expect(raw(w.c, spec, encode(spec, args(w))).ret).toBe(0);
    w.bench.run(20);
    w.c.file.close();
    w.c.user.clear();
    w.other.file.close();
    w.bench.run(120);
    const { drm, sched, vms } = w.bench.tyr;
    expect([drm.allObjects.filter((o) => o.handleCount > 0), drm.syncobjs.count, drm.waiters.count]).toEqual([
      [],
      0,
      0,
    ]);
    expect([sched.groups.size, vms.size, drm.fds.count]).toEqual([0, 1, 0]);
  });

  it.each(successes.map((args, i) => ({ i, args })))(
    'gives everything back whichever allocation fails ($i)',
    ({ args }) => {
      let w = world();
      let before = picture(w);
      for (let n = 0; n < 60; n++) {
        const arg = encode(spec, args(w));
        failing(n)(w);
        const { ret } = raw(w.c, spec, arg);
        const reached = w.bench.soc.failAllocation === undefined;
        w.bench.soc.failAllocation = undefined;
        if (!reached) return;
        if (ret === 0) {
          // Where smaller pages will do, the call goes on.
          w = world();
          before = picture(w);
        } else {
          expect(ret).toBe('ENOMEM');
          expect(picture(w)).toEqual(before);
        }
      }
    },
  );

  it('is found by its number alone, whatever the size', () => {
    const full = encode(spec, {});
    expect(full.length).toBe(spec.layout.size);
    expect(spec.number).toBe(ioctlNumber(spec.direction, spec.nr, spec.layout.size));
    const { c } = world();
    for (let size = 0; size <= full.length + 64; size += 4) {
      const arg = new Uint8Array(size).fill(0xa5, full.length);
      const reply = c.file.ioctl(ioctlNumber(spec.direction, spec.nr, size), arg, c.user);
      if (!('ret' in reply)) throw new Error('waits');
      expect(reply.arg.length).toBe(spec.direction === 'W' ? 0 : size);
      expect(reply.arg.subarray(full.length)).toEqual(arg.subarray(full.length).subarray(0, reply.arg.length));
      if (size > 0) {
        const short = c.file.ioctl(ioctlNumber(spec.direction, spec.nr, size), arg.subarray(1), c.user);
        expect(short).toMatchObject({ ret: -14 });
      }
    }
    const foreign = c.file.ioctl(ioctlNumber(spec.direction, spec.nr, full.length, 0x65), full, c.user);
    expect(foreign).toMatchObject({ ret: -25 });
  });

  it('gives a documented errno and changes nothing, whatever one field holds', () => {
    const allowed = new Set([...Object.keys(errors), 0, 'PENDING']);
    let w = world();
    let left = SUCCESSES_PER_WORLD;
    let before = JSON.stringify(picture(w));
    for (const args of successes) {
      for (let at = 0; at < spec.layout.size; at += 4) {
        for (const value of HOSTILE_WORDS) {
          const arg = encode(spec, args(w));
          new DataView(arg.buffer).setUint32(at, value, true);
          const { ret } = raw(w.c, spec, arg);
          expect(allowed, `word ${at} = 0x${value.toString(16)}`).toContain(ret);
          // What succeeded has changed the world.
          if (ret !== 0 && ret !== 'PENDING') expect(JSON.stringify(picture(w))).toBe(before);
          else {
            if (--left === 0) {
              w = world();
              left = SUCCESSES_PER_WORLD;
            }
            before = JSON.stringify(picture(w));
          }
        }
      }
    }
  });
});

/** Calls that succeed change a world; it is made anew now and then. */
const SUCCESSES_PER_WORLD = 40;
/** Values that have broken drivers before. */
const HOSTILE_WORDS = [0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0xffff_f000, 1, 0x1001];

describe('calls a render node does not have', () => {
  it.each(CLOSED_CALLS)('$spec.name', ({ spec, primary }) => {
    const before = picture(shared);
    expect(raw(shared.c, spec, new Uint8Array(spec.layout.size)).ret).toBe('EACCES');
    expect(picture(shared)).toEqual(before);
    const { kernel } = shared.bench;
    const file = kernel.nodes.open(nodePath('primary'), { ...shared.other.client, pid: 77 });
    const reply = file.ioctl(spec.number, new Uint8Array(spec.layout.size), shared.other.user);
    file.close();
    expect('ret' in reply ? reply.ret : 0).toBe({ EOPNOTSUPP: -95, ENOSYS: -38, EINVAL: -22 }[primary]);
  });

  it('nor those without a number', () => {
    expect(Object.keys(ANY_CALL)).toEqual(['ENODEV', 'ENOTTY', 'EINVAL', 'EFAULT']);
    const known = new Set([...CALLS.map((c) => c.spec.nr), ...CLOSED_CALLS.map((c) => c.spec.nr)]);
    for (let nr = 0; nr < 256; nr++) {
      if (known.has(nr)) continue;
      const reply = shared.c.file.ioctl(ioctlNumber('RW', nr, 16), new Uint8Array(16), shared.c.user);
      expect(reply).toMatchObject({ ret: -22 });
    }
  });
});

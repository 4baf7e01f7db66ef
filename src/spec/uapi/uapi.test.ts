import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import * as coreStructs from './core-structs.ts';
import * as panthorStructs from './panthor-structs.ts';
import * as constants from './constants.ts';
import * as fdStructs from './fd-structs.ts';
import { BadInput } from '../../base/errors.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS, ioctlParts } from './ioctls.ts';
import { Layout } from './layout.ts';
import { CLOSED_CALLS, CORE_ERRORS } from './core-errors.ts';
import { PANTHOR_ERRORS } from './panthor-errors.ts';

interface Fixture {
  structs: {
    name: string;
    size: number;
    min_size?: number;
    fields: { name: string; type: string; offset: number; size: number }[];
  }[];
  ioctls: { name: string; nr: number; number: string; struct: string; size: number; flags: string[] }[];
}
const fixture = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));

const panthor = fixture('panthor');
const core = fixture('drm-core');
const layouts: readonly Layout[] = [...Object.values(panthorStructs), ...Object.values(coreStructs)].filter(
  (l) => l instanceof Layout,
);

describe('struct layouts', () => {
  it('are those of the headers, field by field', () => {
    expect(layouts.map((l) => l.name).sort()).toEqual([...panthor.structs, ...core.structs].map((s) => s.name).sort());
    for (const want of [...panthor.structs, ...core.structs]) {
      const got = layouts.find((l) => l.name === want.name);
      expect({ name: got?.name, size: got?.size, min: got?.minSize }).toEqual({
        name: want.name,
        size: want.size,
        min: want.min_size ?? want.size,
      });
      const type = (t: string): string => (t === 'obj_array' ? 'drm_panthor_obj_array' : t);
      expect(got?.fields.map(({ name, type, offset, size }) => ({ name, type, offset, size }))).toEqual(
        want.fields.map((f) => ({ name: f.name, type: type(f.type), offset: f.offset, size: f.size })),
      );
    }
  });

  it('round-trip random bytes, except the padding no field covers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layouts), fc.infiniteStream(fc.nat(255)), (l, stream) => {
        const source: Uint8Array = new Uint8Array(l.size);
        for (const f of l.fields) for (let i = 0; i < f.size; i++) source[f.offset + i] = stream.next().value ?? 0;
        // Keep 64-bit values exact.
        for (let i = 7; i < l.size; i += 8) source[i] = 0;
        for (let i = 6; i < l.size; i += 8) source[i] = (source[i] ?? 0) & 0x1f;
        expect(l.encode(l.decode(source))).toEqual(source);
      }),
      { seed: 0x5eed, numRuns: 300 },
    );
  });

  it('decode values no Number equals to Infinity and leave their bytes alone', () => {
    const l = panthorStructs.panthorGroupCreate;
    const bytes = new Uint8Array(56).fill(0xff);
    const before = l.decode(bytes);
    expect(before.compute_core_mask).toBe(Infinity);
    expect(l.words(bytes, 'compute_core_mask')).toEqual({ lo: 0xffff_ffff, hi: 0xffff_ffff });
    const copy = bytes.slice();
    l.encodeInto(copy, 0, { ...before, group_handle: 7 }, before);
    expect(copy.subarray(0, 52)).toEqual(bytes.subarray(0, 52));
    expect(l.decode(copy).group_handle).toBe(7);
  });

  it('decode signed and exact large values', () => {
    const wait = coreStructs.syncobjWait;
    expect(wait.decode(wait.encode({ timeout_nsec: -5 })).timeout_nsec).toBe(-5);
    const max = new Uint8Array(40);
    new DataView(max.buffer).setBigInt64(8, 0x7fff_ffff_ffff_ffffn, true);
    expect(wait.decode(max).timeout_nsec).toBe(Infinity);
    const mmio = panthorStructs.panthorSetUserMmioOffset;
    expect(mmio.decode(mmio.encode({ offset: 2 ** 56 })).offset).toBe(constants.USER_MMIO_OFFSET.BITS64);
  });

  it('refuse short input and values that do not fit', () => {
    expect(() => panthorStructs.panthorVmBind.decode(new Uint8Array(23))).toThrow(BadInput);
    expect(() => panthorStructs.panthorVmBind.encode({ vm_id: 2 ** 32 })).toThrow(RangeError);
    expect(() => panthorStructs.panthorVmBind.encode({ vm_id: -1 })).toThrow(RangeError);
    expect(() => panthorStructs.panthorBoCreate.encode({ size: Infinity })).toThrow(RangeError);
    expect(() => panthorStructs.panthorGpuInfo.encode({ texture_features: [1, 2, 3, 4, 5] })).toThrow(RangeError);
  });
});

describe('ioctl numbers', () => {
  it.each([
    ['panthor', Object.values(PANTHOR_IOCTLS), panthor],
    ['core', Object.values(CORE_IOCTLS), core],
  ] as const)('of %s are those of the headers', (_, rows, want) => {
    expect(
      rows.map((r) => ({
        name: r.name,
        nr: r.nr,
        number: `0x${r.number.toString(16).padStart(8, '0')}`,
        size: r.layout.size,
        flags: r.flags.map((f) => `DRM_${f}`),
      })),
    ).toEqual(want.ioctls.map(({ name, nr, number, size, flags }) => ({ name, nr, number, size, flags })));
  });

  it('come apart again', () => {
    expect(ioctlParts(0xc0106440)).toEqual({ nr: 0x40, type: 0x64, size: 16, reads: true, writes: true });
    expect(ioctlParts(0x40086409)).toEqual({ nr: 9, type: 0x64, size: 8, reads: true, writes: false });
  });
});

describe('enumerations and flags', () => {
  const want: { enums: Record<string, Record<string, string>>; flags: Record<string, Record<string, string>> } =
    JSON.parse(readFileSync(new URL('fixtures/panthor-constants.json', import.meta.url), 'utf8'));
  it.each([
    ['dev_query_type', constants.DEV_QUERY_TYPE, want.enums],
    ['sync_handle_type', constants.SYNC_HANDLE_TYPE, want.enums],
    ['vm_bind_op_type', constants.VM_BIND_OP_TYPE, want.enums],
    ['vm_state', constants.VM_STATE, want.enums],
    ['group_priority', constants.GROUP_PRIORITY, want.enums],
    ['gpu_coherency', constants.GPU_COHERENCY, want.enums],
    ['bo_sync_type', constants.BO_SYNC_TYPE, want.enums],
    ['sync_op', constants.SYNC_OP_FLAGS, want.flags],
    ['vm_bind', constants.VM_BIND_FLAGS, want.flags],
    ['vm_bind_op', constants.VM_BIND_OP_FLAGS, want.flags],
    ['bo_create', constants.BO_CREATE_FLAGS, want.flags],
    ['bo_query_extra', constants.BO_QUERY_EXTRA_FLAGS, want.flags],
    ['group_state', constants.GROUP_STATE_FLAGS, want.flags],
    ['timestamp', constants.TIMESTAMP_FLAGS, want.flags],
  ] as const)('%s', (name, got, table) => {
    const rows = Object.entries(table[name] ?? {}).map(([value, label]) => [label.split(' ')[0], Number(value)]);
    expect(Object.fromEntries(rows)).toEqual(got);
  });
});

describe('documented errors', () => {
  const {
    errors,
    closed,
  }: { errors: Record<string, string[]>; closed: { name: string; number: string; flags: string[] }[] } = JSON.parse(
    readFileSync(new URL('fixtures/errors.json', import.meta.url), 'utf8'),
  );
  /** Errors that come from the arrays of any call, which the headers name once for all. */
  const FROM_ARRAYS = ['E2BIG', 'ENOMEM', 'EFAULT'];
  it.each([
    ['panthor', PANTHOR_IOCTLS, PANTHOR_ERRORS],
    ['core', CORE_IOCTLS, CORE_ERRORS],
  ] as const)('of %s: every call, every errno', (_, calls, table) => {
    for (const [name, spec] of Object.entries(calls)) {
      const got = Object.keys(Object.entries(table).find(([key]) => key === name)?.[1] ?? {});
      const want = [...new Set(errors[spec.name])];
      expect(
        want.filter((e) => !got.includes(e)),
        spec.name,
      ).toEqual([]);
      expect(
        got.filter((e) => !want.includes(e) && !FROM_ARRAYS.includes(e)),
        spec.name,
      ).toEqual([]);
    }
  });

  it('calls a render node does not have', () => {
    const rows = CLOSED_CALLS.map(({ spec }) => ({
      name: spec.name,
      number: `0x${spec.number.toString(16).padStart(8, '0')}`,
      flags: spec.flags.map((f) => `DRM_${f}`),
    }));
    expect(rows).toEqual(closed);
  });
});

describe('calls of dma-bufs and sync files', () => {
  const want: Fixture = fixture('fd-ioctls');
  it('have the layouts and numbers of the headers', () => {
    for (const struct of want.structs) {
      const got = Object.values(fdStructs).find((l) => l instanceof Layout && l.name === struct.name);
      if (!(got instanceof Layout)) throw new Error(struct.name);
      expect(got.size).toBe(struct.size);
      expect(got.fields.map(({ name, type, offset, size }) => ({ name, type, offset, size }))).toEqual(struct.fields);
    }
    const rows = Object.values(fdStructs.FD_IOCTLS).map((s) => [s.name, s.number, s.layout.size]);
    expect(rows.toSorted()).toEqual(want.ioctls.map((i) => [i.name, Number(i.number), i.size]).toSorted());
  });
});

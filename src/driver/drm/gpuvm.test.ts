import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import type { GpuVa, StepOps } from './gpuvm.ts';
import { GpuVaReserve, GpuVm } from './gpuvm.ts';
import { TestObject, drmBench } from './testing.ts';

const PAGE = 4096;

/** Objects A..D and a VM; `[4,8) A+0` notation in pages. */
const setup = () => {
  const { dev } = drmBench();
  const objects = new Map(['A', 'B', 'C', 'D', 'X', 'Y'].map((n) => [n, new TestObject(dev, 1 << 20)]));
  const nameOf = (v: GpuVa): string => [...objects].find(([, o]) => o === v.obj)?.[0] ?? 'none';
  const vm = new GpuVm('vm', 0, 2 ** 48);
  const text = (v: GpuVa): string => `[${v.va / PAGE},${(v.va + v.range) / PAGE}) ${nameOf(v)}+${v.offset / PAGE}`;
  const parse = (s: string): GpuVa => {
    const [, a, e, name, offset] = /\[(\d+),(\d+)\) (\w+)\+(\d+)/.exec(s) ?? [];
    const va = Number(a) * PAGE;
    return {
      va,
      range: Number(e) * PAGE - va,
      obj: objects.get(name ?? ''),
      offset: Number(offset) * PAGE,
      flags: 3,
    };
  };
  const steps: string[] = [];
  const keep = (s: { keep: boolean }): string => (s.keep ? ' keep' : '');
  const ops: StepOps = {
    map: () => void steps.push('map'),
    unmap: (s) => void steps.push(`unmap${keep(s)} ${nameOf(s.va)}`),
    remap: (s) => {
      const prev = s.prev === undefined ? '' : ` prev ${text(s.prev)}`;
      const next = s.next === undefined ? '' : ` next ${text(s.next)}`;
      steps.push(`remap${keep(s)}${prev}${next}`);
    },
  };
  const silent: StepOps = { map: () => {}, unmap: () => {}, remap: () => {} };
  const map = (s: string, o = ops): void => vm.smMap(parse(s), new GpuVaReserve(3), o);
  const unmap = (from: number, to: number): void =>
    vm.smUnmap(from * PAGE, (to - from) * PAGE, new GpuVaReserve(2), ops);
  return { dev, objects, vm, text, parse, steps, silent, map, unmap, ops };
};

describe('the split walk (worked examples)', () => {
  it.each([
    ['1', ['[4,8) A+0'], '[4,8) A+0', ['unmap keep A', 'map'], ['[4,8) A+0']],
    ['2', ['[4,8) A+0'], '[4,8) A+8', ['unmap A', 'map'], ['[4,8) A+8']],
    ['3', ['[4,8) A+0'], '[4,8) B+0', ['unmap A', 'map'], ['[4,8) B+0']],
    ['4', ['[4,8) A+0'], '[4,6) A+0', ['remap keep next [6,8) A+2', 'map'], ['[4,6) A+0', '[6,8) A+2']],
    ['5', ['[4,8) A+0'], '[4,6) B+0', ['remap next [6,8) A+2', 'map'], ['[4,6) B+0', '[6,8) A+2']],
    ['6', ['[4,8) A+0'], '[6,8) A+2', ['remap keep prev [4,6) A+0', 'map'], ['[4,6) A+0', '[6,8) A+2']],
    ['7', ['[4,8) A+0'], '[6,8) B+0', ['remap prev [4,6) A+0', 'map'], ['[4,6) A+0', '[6,8) B+0']],
    [
      '8',
      ['[4,12) A+0'],
      '[6,8) B+0',
      ['remap prev [4,6) A+0 next [8,12) A+4', 'map'],
      ['[4,6) A+0', '[6,8) B+0', '[8,12) A+4'],
    ],
    [
      '9',
      ['[4,12) A+0'],
      '[6,8) A+2',
      ['remap keep prev [4,6) A+0 next [8,12) A+4', 'map'],
      ['[4,6) A+0', '[6,8) A+2', '[8,12) A+4'],
    ],
    ['10', ['[4,6) A+0'], '[4,8) A+0', ['unmap keep A', 'map'], ['[4,8) A+0']],
    ['11', ['[6,8) A+2'], '[4,8) A+0', ['unmap keep A', 'map'], ['[4,8) A+0']],
    ['12', ['[6,8) A+2'], '[4,12) A+0', ['unmap keep A', 'map'], ['[4,12) A+0']],
    ['13', ['[6,8) A+5'], '[4,12) A+0', ['unmap A', 'map'], ['[4,12) A+0']],
    ['14', ['[4,8) A+0'], '[6,10) B+0', ['remap prev [4,6) A+0', 'map'], ['[4,6) A+0', '[6,10) B+0']],
    ['15', ['[4,8) A+0'], '[6,10) A+2', ['remap keep prev [4,6) A+0', 'map'], ['[4,6) A+0', '[6,10) A+2']],
    ['16', ['[6,10) A+0'], '[4,8) B+0', ['remap next [8,10) A+2', 'map'], ['[4,8) B+0', '[8,10) A+2']],
    ['17', ['[6,10) A+2'], '[4,8) A+0', ['remap keep next [8,10) A+4', 'map'], ['[4,8) A+0', '[8,10) A+4']],
    [
      '18',
      ['[0,4) A+0', '[4,6) B+0', '[8,12) C+0'],
      '[2,10) D+0',
      ['remap prev [0,2) A+0', 'unmap B', 'remap next [10,12) C+2', 'map'],
      ['[0,2) A+0', '[2,10) D+0', '[10,12) C+2'],
    ],
    ['19', [], '[4,8) A+0', ['map'], ['[4,8) A+0']],
    ['sparse never keeps', ['[4,8) none+0'], '[4,8) none+0', ['unmap none', 'map'], ['[4,8) none+0']],
  ])('%s', (_, old, request, steps, after) => {
    const t = setup();
    for (const o of old) t.map(o, t.silent);
    t.map(request);
    expect(t.steps).toEqual(steps);
    expect(t.vm.mappings.map(t.text)).toEqual(after);
  });

  it.each([
    ['20', ['[4,12) A+0'], [6, 8], ['remap prev [4,6) A+0 next [8,12) A+4'], ['[4,6) A+0', '[8,12) A+4']],
    [
      '21',
      ['[0,4) A+0', '[8,12) B+0'],
      [2, 10],
      ['remap prev [0,2) A+0', 'remap next [10,12) B+2'],
      ['[0,2) A+0', '[10,12) B+2'],
    ],
    ['22', [], [4, 8], [], []],
  ] as const)('%s', (_, old, [from, to], steps, after) => {
    const t = setup();
    for (const o of old) t.map(o, t.silent);
    t.unmap(from, to);
    expect(t.steps).toEqual(steps);
    expect(t.vm.mappings.map(t.text)).toEqual(after);
  });

  it('a row of binds as user space makes them', () => {
    const t = setup();
    const now = (): readonly string[] => t.vm.mappings.map(t.text);
    t.map('[16,32) X+0');
    t.map('[20,24) Y+0');
    expect(now()).toEqual(['[16,20) X+0', '[20,24) Y+0', '[24,32) X+8']);
    t.unmap(0, 18);
    expect(now()).toEqual(['[18,20) X+2', '[20,24) Y+0', '[24,32) X+8']);
    t.unmap(19, 25);
    expect(now()).toEqual(['[18,19) X+2', '[25,32) X+9']);
    expect(t.vm.mappings.every((v) => v.flags === 3)).toBe(true);
    expect(t.vm.find(18 * PAGE + 5)?.offset).toBe(2 * PAGE);
    expect(t.vm.find(19 * PAGE)).toBeUndefined();
  });
});

describe('bookkeeping', () => {
  it('holds one reference per object, and none in the end', () => {
    const t = setup();
    const a = t.objects.get('A');
    t.map('[0,8) A+0');
    t.unmap(2, 4);
    t.map('[20,24) A+0');
    expect([a?.refCount, t.vm.bos.map((b) => b.count)]).toEqual([2, [3]]);
    t.unmap(0, 100);
    expect([a?.refCount, t.vm.bos]).toEqual([1, []]);
  });

  it('refuses ranges outside and a reserve too small', () => {
    const t = setup();
    expect(() => t.vm.smUnmap(2 ** 48 - PAGE, 2 * PAGE, new GpuVaReserve(2), t.ops)).toThrow(/EINVAL/);
    expect(() => t.vm.smUnmap(-PAGE, PAGE, new GpuVaReserve(2), t.ops)).toThrow(/EINVAL/);
    expect(() => t.vm.smUnmap(Infinity, PAGE, new GpuVaReserve(2), t.ops)).toThrow(/EINVAL/);
    t.map('[0,8) A+0');
    expect(() => t.vm.smUnmap(PAGE, PAGE, new GpuVaReserve(1), t.ops)).toThrow(Bug);
  });

  it('agrees with a page-by-page model, and keep means what it says', () => {
    const request = fc.record({
      map: fc.boolean(),
      start: fc.nat(40),
      pages: fc.integer({ min: 1, max: 20 }),
      object: fc.constantFrom('A', 'B', 'none'),
      offset: fc.nat(10),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 30 }), (requests) => {
        const t = setup();
        const model = new Map<number, string>();
        for (const r of requests) {
          const before = new Map(model);
          for (let i = 0; i < r.pages; i++) {
            if (r.map) model.set(r.start + i, `${r.object}+${r.offset + i}`);
            else model.delete(r.start + i);
          }
          const cleared = new Set<number>();
          const note = (from: number, range: number, keep: boolean): void => {
            for (let p = from / PAGE; p < (from + range) / PAGE; p++) {
              cleared.add(p);
              if (keep) expect(model.get(p)).toBe(before.get(p));
            }
          };
          const ops: StepOps = {
            map: () => {},
            unmap: (s) => note(s.va.va, s.va.range, s.keep),
            remap: (s) => note(s.unmapStart, s.unmapRange, s.keep),
          };
          if (r.map) t.map(`[${r.start},${r.start + r.pages}) ${r.object}+${r.offset}`, ops);
          else t.vm.smUnmap(r.start * PAGE, r.pages * PAGE, new GpuVaReserve(2), ops);
          const touched = [...before.keys()].filter((p) => p >= r.start && p < r.start + r.pages);
          expect([...cleared].sort((x, y) => x - y)).toEqual(touched.sort((x, y) => x - y));
          const got = t.vm.mappings.flatMap((v) =>
            Array.from({ length: v.range / PAGE }, (_, i) => {
              const [, name, offset] = / (\w+)\+(\d+)/.exec(t.text(v)) ?? [];
              return [v.va / PAGE + i, `${name}+${Number(offset) + i}`] as const;
            }),
          );
          expect(got).toEqual([...model].sort(([x], [y]) => x - y));
          const copy = new GpuVm('copy', 0, 2 ** 48);
          copy.load(t.vm.save(), (id) => t.dev.object(id));
          expect(copy.mappings).toEqual(t.vm.mappings);
        }
      }),
      { seed: 42, numRuns: 150 },
    );
  });
});

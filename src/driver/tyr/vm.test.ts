import { describe, expect, it } from 'vitest';
import { VM_BIND_OP_FLAGS, VM_BIND_OP_TYPE } from '../../spec/uapi/constants.ts';
import { Bo } from './gem.ts';
import { Bench } from './testing-bench.ts';
import { splitVa } from './vm-layout.ts';
import type { Vm } from './vm.ts';

const GIB = 2 ** 30;

function setup() {
  const bench = new Bench();
  const { tyr } = bench;
  const split = splitVa(2 ** 48, 4 * GIB);
  const vm = tyr.createVm({ forMcu: false, ...split });
  const bo = (size: number): Bo => new Bo(tyr.drm, size, 0);
  const inside = <T>(body: () => T): T => bench.kernel.run('test', body);
  return { bench, tyr, vm, bo, inside };
}

/** Mappings as `object+offset [start,end)`. */
function mappings(vm: Vm, names: ReadonlyMap<unknown, string>): string[] {
  return vm.gpuvm.mappings.map(
    (m) => `${names.get(m.obj)}+${m.offset.toString(16)} [${m.va.toString(16)},${(m.va + m.range).toString(16)})`,
  );
}

/** Every leaf shows the page that the mapping list says, and nothing else is mapped. */
function expectTablesMatch(vm: Vm): void {
  let bytes = 0;
  for (const m of vm.gpuvm.mappings) {
    for (let va = m.va; va < m.va + m.range; va += 0x1000) {
      const expected = m.obj instanceof Bo ? m.obj.paOf(m.offset + va - m.va) : undefined;
      expect(vm.table.toPhys(va)).toBe(expected);
    }
    bytes += m.range;
  }
  expect(vm.table.dump().reduce((sum, leaf) => sum + leaf.size, 0)).toBe(bytes);
}

describe('split of the VA space', () => {
  it.each([
    [2 ** 48, 0, 2 ** 48, 2 ** 47],
    [2 ** 48, 4 * GIB, 2 ** 48, 2 ** 47],
    [2 ** 48, 2 ** 47 + 1, 2 ** 48, 2 ** 48 - 2 ** 46],
    [2 ** 48, 0, 2 ** 39, 2 ** 47],
    [2 ** 32, 0, 2 ** 48, 2 ** 32 - 2 ** 28],
  ])('of %d bytes with %d asked for', (full, asked, task, user) => {
    expect(splitVa(full, asked, task)).toEqual({ userRange: user, kernelStart: user, kernelEnd: full });
  });

  it('refuses what leaves the kernel less than 256 MiB', () => {
    expect(() => splitVa(2 ** 48, 2 ** 48 - 2 ** 28 + 1)).toThrow('EINVAL');
    expect(() => splitVa(2 ** 27, 0)).toThrow('EINVAL');
  });
});

describe('map and unmap', () => {
  it('splits as the documented examples do, tables and all', () => {
    const { vm, bo, inside } = setup();
    const [x, y] = [bo(0x10000), bo(0x4000)];
    const names = new Map<unknown, string>([
      [x, 'X'],
      [y, 'Y'],
    ]);
    inside(() => vm.map(x, 0, 0x10000, 0x10000, 0));
    inside(() => vm.map(y, 0, 0x4000, 0x14000, 0));
    expect(mappings(vm, names)).toEqual(['X+0 [10000,14000)', 'Y+0 [14000,18000)', 'X+8000 [18000,20000)']);
    expectTablesMatch(vm);
    inside(() => vm.unmap(0, 0x12000));
    expect(mappings(vm, names)).toEqual(['X+2000 [12000,14000)', 'Y+0 [14000,18000)', 'X+8000 [18000,20000)']);
    inside(() => vm.unmap(0x13000, 0x6000));
    expect(mappings(vm, names)).toEqual(['X+2000 [12000,13000)', 'X+9000 [19000,20000)']);
    expectTablesMatch(vm);
    inside(() => vm.map(x, 0x2000, 0x1000, 0x12000, VM_BIND_OP_FLAGS.MAP_READONLY));
    expect(vm.table.walk(0x12000)?.readOnly).toBe(true);
    expect(vm.table.walk(0x19000)?.readOnly).toBe(false);
  });

  it('takes a 2 MiB block apart under a lock that covers it', () => {
    const { bench, vm, bo, inside } = setup();
    const big = bo(0x40_0000);
    inside(() => vm.activate());
    inside(() => vm.map(big, 0, 0x40_0000, 0x20_0000, 0));
    expect(vm.table.dump().map((l) => l.size)).toEqual([0x20_0000, 0x20_0000]);
    bench.soc.commands.length = 0;
    inside(() => vm.unmap(0x30_0000, 0x1000));
    expect(bench.soc.commands).toEqual(['AS1 LOCK 0x30000e', 'AS1 LOCK 0x200014', 'AS1 UNLOCK']);
    expect(vm.table.walk(0x40_0000)?.size).toBe(0x20_0000);
    expect(vm.table.walk(0x20_0000)?.size).toBe(0x1000);
    expectTablesMatch(vm);
  });

  it('edits without registers when the VM has no address space', () => {
    const { bench, vm, bo, inside } = setup();
    bench.soc.commands.length = 0;
    inside(() => vm.map(bo(0x1000), 0, 0x1000, 0x1000, 0));
    expect(bench.soc.commands).toEqual([]);
  });

  it('refuses to map into a destroyed VM, and frees tables with the last reference', () => {
    const { bench, vm, bo, inside } = setup();
    const x = bo(0x1000);
    inside(() => vm.map(x, 0, 0x1000, 0x1000, 0));
    inside(() => vm.get().destroy());
    expect(() => inside(() => vm.map(x, 0, 0x1000, 0x1000, 0))).toThrow('EINVAL');
    inside(() => vm.put());
    expect([...bench.kernel.dma.owners().keys()]).not.toContain(`page table vm${vm.id}`);
    expect(x.refCount).toBe(1);
  });

  it('random edits leave tables that agree with the list', () => {
    const { vm, bo, inside } = setup();
    const objects = [bo(0x60_0000), bo(0x9000), bo(0x20_0000)];
    let seed = 12_345;
    const next = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    for (let i = 0; i < 60; i++) {
      const object = objects[next(3)]!;
      const pages = object.size / 0x1000;
      const huge = next(3) === 0 && object.size >= 0x20_0000;
      const offset = huge ? 0 : next(pages);
      const count = huge ? 0x200 : 1 + next(Math.min(pages - offset, 700));
      const va = huge ? 0x20_0000 * (1 + next(4)) : 0x20_0000 + 0x1000 * next(0x700);
      if (next(3) === 0) inside(() => vm.unmap(va, count * 0x1000));
      else inside(() => vm.map(object, offset * 0x1000, count * 0x1000, va, 0));
    }
    expectTablesMatch(vm);
    expect(VM_BIND_OP_TYPE.MAP).toBe(0);
  });
});

describe('address spaces', () => {
  it('belong to the VM used last when there are too few', () => {
    const { bench, tyr, inside } = setup();
    const split = splitVa(2 ** 48, 0);
    const vms = Array.from({ length: 8 }, () => tyr.createVm({ forMcu: false, ...split }));
    for (const vm of vms.slice(0, 7)) inside(() => vm.activate());
    expect(vms.slice(0, 7).map((vm) => vm.as)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(() => inside(() => vms[7]!.activate())).toThrow('EBUSY');
    inside(() => vms[4]!.idle());
    inside(() => vms[2]!.idle());
    bench.soc.commands.length = 0;
    inside(() => vms[7]!.activate());
    expect(vms[7]!.as).toBe(5);
    expect(vms[4]!.slot).toBeUndefined();
    // Handed over: flushed and programmed anew, not disabled in between.
    expect(bench.soc.commands).toEqual(['AS5 UPDATE']);
  });
});

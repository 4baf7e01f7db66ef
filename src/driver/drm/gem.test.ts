import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { UserMemory } from '../kernel/uaccess.ts';
import { FakeClient, TestObject, drmBench } from './testing.ts';

const RW = { write: true, exec: false, shared: true };

describe('GEM objects', () => {
  it('live as long as a handle, a mapping or a reference', () => {
    const { dev, kernel } = drmBench();
    const file = dev.open(new FakeClient());
    const object = new TestObject(dev, 5000);
    expect(object.size).toBe(8192);
    const handle = file.createHandle(object);
    expect(handle).toBe(1);
    expect([object.refCount, object.handleCount]).toEqual([2, 1]);
    object.put();
    expect(file.lookup(handle)).toBe(object);
    const user = new UserMemory();
    user.mapObject(0x1000, 4096, file.mmap(object.mmapOffset(), 4096, RW), true);
    user.copyTo(0x1000, Uint8Array.of(1, 2, 3));
    expect(object.read32(0)).toBe(0x030201);
    file.deleteHandle(handle);
    expect(object.hooks).toEqual(['open 1', 'close 1']);
    expect(() => file.lookup(handle)).toThrow(/ENOENT/);
    expect(user.copyFrom(0x1001, 1)).toEqual(Uint8Array.of(2));
    expect(kernel.dma.pagesUsed).toBe(2);
    user.clear();
    expect(kernel.dma.pagesUsed).toBe(0);
    expect(dev.allObjects).toEqual([]);
    expect(() => object.put()).toThrow(Bug);
    expect(() => object.get()).toThrow(Bug);
  });

  it('and their mappings come back from saved state', () => {
    const { dev, kernel } = drmBench();
    const client = new FakeClient(4);
    const file = dev.open(client);
    const object = new TestObject(dev, 4096);
    file.createHandle(object);
    object.put();
    const user = new UserMemory((id) => kernel.nodes.file('dri/renderD128', file.id)?.restoreMapping(id) ?? never());
    const never = (): never => {
      throw new Error('file lost');
    };
    user.mapObject(0x1000, 4096, file.mmap(object.mmapOffset(), 4096, RW), true);
    user.copyTo(0x1000, Uint8Array.of(9));
    const fence = dev.fences.create(1, 1);
    kernel.run('submit', () => object.resv.lock.with(() => object.resv.add(fence, 'BOOKKEEP')));
    const saved = [kernel.save(), dev.save(), user.save()] as const;
    file.close();
    user.clear();
    expect([dev.allObjects.length, kernel.dma.pagesUsed]).toEqual([0, 0]);
    dev.load(saved[1], () => client);
    kernel.load(saved[0]);
    user.load(saved[2]);
    expect(user.copyFrom(0x1000, 1)).toEqual(Uint8Array.of(9));
    dev.file(file.id)?.close();
    expect(dev.allObjects.length).toBe(1);
    expect(dev.object(object.id).resv.pending('BOOKKEEP')).toEqual([dev.fences.find(fence.id)]);
    user.clear();
    expect([dev.allObjects.length, kernel.dma.pagesUsed]).toEqual([0, 0]);
  });

  it('leave nothing behind when the driver refuses a handle', () => {
    const { dev } = drmBench();
    const file = dev.open(new FakeClient());
    const object = new TestObject(dev, 4096);
    object.refuse = true;
    expect(() => file.createHandle(object)).toThrow(/EPERM/);
    expect([object.refCount, object.handleCount, file.objects.size]).toEqual([1, 0, 0]);
  });

  it('go with their file: no handle, object, page or syncobj is left', () => {
    const { dev, kernel } = drmBench();
    for (let round = 0; round < 3; round++) {
      const client = new FakeClient();
      const file = dev.open(client);
      for (let i = 0; i < 5; i++) {
        const object = new TestObject(dev, 4096 * (i + 1));
        object.pages();
        file.createHandle(object);
        object.put();
        file.syncobjs.add(dev.syncobjs.create());
      }
      expect(kernel.dma.pagesUsed).toBe(15);
      file.deleteHandle(2);
      const again = new TestObject(dev, 4096);
      expect(file.createHandle(again)).toBe(2);
      again.put();
      file.close();
      file.close();
    }
    expect([kernel.dma.pagesUsed, dev.allObjects.length, dev.syncobjs.count, dev.openFiles.length]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('take 2 MiB blocks where they can, and nothing when memory runs out', () => {
    const { dev, kernel } = drmBench();
    const object = new TestObject(dev, (2 << 20) + 4096);
    const [big, small] = object.pages();
    expect([big?.size, (big?.pa ?? 1) % (2 << 20), small?.size]).toEqual([2 << 20, 0, 4096]);
    expect(object.pieces((2 << 20) - 4096, 8192).map((p) => p.size)).toEqual([4096, 4096]);
    expect(object.paOf((2 << 20) + 5)).toBe((small?.pa ?? 0) + 5);
    expect(() => object.pieces(0, (2 << 20) + 8192)).toThrow(/EINVAL/);
    const used = kernel.dma.pagesUsed;
    expect(() => new TestObject(dev, 64 << 20).pages()).toThrow(/ENOMEM/);
    expect(kernel.dma.pagesUsed).toBe(used);
  });
});

describe('mmap offsets', () => {
  it('are stable, above 4 GiB, with low bits, and free again after the object', () => {
    const { dev } = drmBench();
    const a = new TestObject(dev, 8192);
    const b = new TestObject(dev, 4096);
    const at = a.mmapOffset();
    expect(at).toBeGreaterThan(2 ** 32);
    expect(at % 2 ** 32).not.toBe(0);
    expect(a.mmapOffset()).toBe(at);
    expect(b.mmapOffset()).toBe(at + 8192);
    a.put();
    expect(new TestObject(dev, 4096).mmapOffset()).toBe(at);
  });

  it('open only what the file has a handle of, from its start, shared', () => {
    const { dev } = drmBench();
    const file = dev.open(new FakeClient());
    const object = new TestObject(dev, 8192);
    const at = object.mmapOffset();
    expect(() => file.mmap(at, 4096, RW)).toThrow(/EACCES/);
    file.createHandle(object);
    expect(() => file.mmap(at + 4096, 4096, RW)).toThrow(/EINVAL/);
    expect(() => file.mmap(at, 12_288, RW)).toThrow(/EINVAL/);
    expect(() => file.mmap(at, 4096, { ...RW, shared: false })).toThrow(/EINVAL/);
    expect(file.mmap(at, 8192, RW).id).toBe(`gem:${object.id}`);
    // Whole pages, and something of them.
    expect(file.mmap(at, 1, RW).id).toBe(`gem:${object.id}`);
    expect(() => file.mmap(at, 0, RW)).toThrow(/EINVAL/);
    expect(() => file.mmap(at, 8193, RW)).toThrow(/EINVAL/);
    expect(() => file.mmap(at + 1, 4096, RW)).toThrow(/EINVAL/);
  });
});

import { describe, expect, it } from 'vitest';
import { stateHash } from '../../base/stateful.ts';
import { fakeKernel } from '../kernel/testing.ts';
import { Timer } from '../kernel/time.ts';
import { FenceChain, Fences } from './fence.ts';
import { Resv, lockAll } from './resv.ts';

const setup = () => {
  const { kernel } = fakeKernel();
  const fences = new Fences(kernel, 'fences');
  const fired: string[] = [];
  kernel.targets.register({ id: 't', fire: (kind, payload) => void fired.push(`${kind}:${payload}`) });
  return { kernel, fences, fired };
};

describe('fences', () => {
  it('signal once, in order, with error and time', () => {
    const { kernel, fences, fired } = setup();
    const f = fences.create(fences.newContext(), 1);
    expect(f.addCallback({ target: 't', kind: 1, payload: 1 })).toBe(true);
    f.addCallback({ target: 't', kind: 2, payload: 2 });
    f.addCallback({ target: 't', kind: 3, payload: 3 });
    expect(f.removeCallback({ target: 't', kind: 2, payload: 2 })).toBe(true);
    kernel.runUntil(50);
    f.signal(-22);
    f.signal(0);
    expect(fired).toEqual(['1:1', '3:3']);
    expect([f.error, f.timestamp, f.isSignaled, fences.pendingCount]).toEqual([-22, 50, true, 0]);
    expect(f.addCallback({ target: 't', kind: 4, payload: 4 })).toBe(false);
  });

  it('tell an observer when they are made and, before their callbacks, when they signal', () => {
    const { fences, fired } = setup();
    const seen: string[] = [];
    fences.trace.created = (f) => void seen.push(`created ${f.id}`);
    fences.trace.signalled = (f) => void seen.push(`signalled ${f.id} ${f.error} after ${fired.length} callbacks`);
    const f = fences.create(fences.newContext(), 1);
    f.addCallback({ target: 't', kind: 1, payload: 1 });
    f.signal(-5);
    expect(seen).toEqual([`created ${f.id}`, `signalled ${f.id} -5 after 0 callbacks`]);
    expect(fired).toHaveLength(1);
    fences.trace.created = undefined;
    fences.create(1, 2);
    expect(seen).toHaveLength(2);
  });

  it('can be waited for in process context', () => {
    const { kernel, fences } = setup();
    const f = fences.create(1, 1);
    new Timer(kernel, 'hw', () => f.signal()).start(30);
    expect(kernel.run('p', () => fences.wait(f, 100))).toBe(70);
    expect(kernel.run('p', () => fences.wait(fences.create(1, 2), 100))).toBe(0);
  });

  it('arrays wait for all members and take the first error', () => {
    const { fences } = setup();
    const [a, b] = [fences.create(1, 1), fences.create(2, 1)];
    const array = fences.array([a, b]);
    b.signal(-5);
    expect(array.isSignaled).toBe(false);
    a.signal();
    expect([array.isSignaled, array.error]).toEqual([true, -5]);
  });

  it('merge keeps the latest of each context and drops what is done', () => {
    const { kernel, fences } = setup();
    const [a1, a2, b1] = [fences.create(1, 1), fences.create(1, 2), fences.create(2, 1)];
    expect(fences.merge(a1, a2)).toBe(a2);
    const merged = fences.merge(fences.array([a1, b1]), a2);
    a2.signal();
    expect(merged.isSignaled).toBe(false);
    b1.signal();
    expect(merged.isSignaled).toBe(true);
    kernel.runUntil(9);
    expect([fences.merge(b1).isSignaled, fences.merge(b1).timestamp]).toEqual([true, 0]);
  });

  it('chains signal in order of points whatever order the fences signal in', () => {
    const { fences } = setup();
    const [a, b] = [fences.create(1, 1), fences.create(2, 1)];
    const first = fences.chain(undefined, a, 5);
    const second = fences.chain(first, b, 9);
    expect([second.context, second.prevSeqno]).toEqual([first.context, 5]);
    b.signal();
    expect(second.isSignaled).toBe(false);
    a.signal();
    expect([first.isSignaled, second.isSignaled]).toEqual([true, true]);
    const late = fences.chain(second, fences.stub(), 7);
    expect([late.seqno, late.prevSeqno, late.context === second.context]).toEqual([9, 0, false]);
  });

  it('save and load without a trace', () => {
    const { kernel, fences, fired } = setup();
    const [a, b] = [fences.create(fences.newContext(), 1), fences.create(fences.newContext(), 1)];
    const chain = fences.chain(fences.chain(undefined, a, 5), b, 9);
    fences.array([a, b]).addCallback({ target: 't', kind: 1, payload: 7 });
    b.signal();
    const saved = fences.save();
    const ref = fences.ref(chain);
    fences.load(saved);
    expect(stateHash(fences.save())).toBe(stateHash(saved));
    const again = fences.deref(ref);
    expect(again).toBeInstanceOf(FenceChain);
    expect(again).not.toBe(chain);
    fences.find(a.id)?.signal();
    expect([again.isSignaled, fired, fences.pendingCount]).toEqual([true, ['1:7'], 0]);
    expect(kernel.cpu.depth).toBe(0);
  });
});

describe('reservations', () => {
  it('replace what a newer fence makes superfluous and answer by use', () => {
    const { kernel, fences } = setup();
    const resv = new Resv(kernel, 'x');
    const other = new Resv(kernel, 'y');
    const [w1, w2, r] = [fences.create(1, 1), fences.create(1, 2), fences.create(2, 1)];
    kernel.run('p', () =>
      lockAll([resv, other, resv], () => {
        resv.add(w1, 'WRITE');
        resv.add(w2, 'WRITE');
        resv.add(r, 'BOOKKEEP');
        expect(other.lock.isMine).toBe(true);
      }),
    );
    expect(resv.pending('READ')).toEqual([w2]);
    expect(resv.pending('BOOKKEEP')).toEqual([w2, r]);
    w2.signal();
    expect(resv.pending('BOOKKEEP')).toEqual([r]);
    expect(() => kernel.run('p', () => resv.add(w1, 'READ'))).toThrow(/must be held/);
  });
});

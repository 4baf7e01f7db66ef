import { describe, expect, it } from 'vitest';
import { DeadlockError } from './cpu.ts';
import { Mutex } from './sync.ts';
import { fakeKernel } from './testing.ts';
import { fsleep } from './time.ts';
import { DelayedWork, Work, WorkQueue } from './workqueue.ts';

const setup = (ordered = false) => {
  const { kernel, platform } = fakeKernel();
  const wq = new WorkQueue(kernel, 'wq', { ordered });
  const trace: string[] = [];
  const item = (id: string, sleep = 0, locks: Mutex[] = []) =>
    new Work(
      wq,
      id,
      () => {
        trace.push(`${id}@${kernel.now()}`);
        if (sleep > 0) fsleep(kernel, sleep);
        trace.push(`${id}.@${kernel.now()}`);
      },
      locks,
    );
  return { kernel, platform, wq, trace, item };
};

describe('work queues', () => {
  it('run items in order; an unordered one starts the next while one sleeps', () => {
    const { kernel, trace, item } = setup();
    const a = item('a', 10);
    const b = item('b');
    expect(a.queue()).toBe(true);
    expect(a.queue()).toBe(false);
    b.queue();
    kernel.runUntil(50);
    expect(trace).toEqual(['a@0', 'b@0', 'b.@0', 'a.@10']);
  });

  it('run one at a time when ordered', () => {
    const { kernel, trace, item } = setup(true);
    item('a', 10).queue();
    item('b').queue();
    kernel.runUntil(50);
    expect(trace).toEqual(['a@0', 'a.@10', 'b@10', 'b.@10']);
  });

  it('leave an item queued while a lock it declares is held', () => {
    const { kernel, trace, item } = setup();
    const lock = new Mutex(kernel, 'l');
    const a = item('a', 0, [lock]);
    const b = item('b');
    kernel.run('p', () =>
      lock.with(() => {
        a.queue();
        b.queue();
        fsleep(kernel, 20);
      }),
    );
    expect(trace).toEqual(['b@0', 'b.@0']);
    kernel.runPending();
    expect(trace).toEqual(['b@0', 'b.@0', 'a@20', 'a.@20']);
  });

  it('prefer the high-priority queue', () => {
    const { kernel, trace, item } = setup();
    const high = new WorkQueue(kernel, 'high', { highPriority: true });
    item('a').queue();
    new Work(high, 'h', () => trace.push('h')).queue();
    kernel.runPending();
    expect(trace).toEqual(['h', 'a@0', 'a.@0']);
  });

  it('an item queued while it runs runs again, not inside itself', () => {
    const { kernel, wq } = setup();
    const trace: number[] = [];
    const work: Work = new Work(wq, 'w', () => {
      trace.push(kernel.now());
      if (trace.length === 1) work.queue();
      fsleep(kernel, 5);
    });
    work.queue();
    kernel.runUntil(50);
    expect(trace).toEqual([0, 5]);
  });

  it('flush and cancel wait, and flushing oneself is a deadlock', () => {
    const { kernel, wq, trace, item } = setup();
    const a = item('a', 10);
    a.queue();
    kernel.run('p', () => a.flush());
    expect(kernel.now()).toBe(10);
    a.queue();
    expect(kernel.run('p', () => a.cancelSync())).toBe(true);
    a.queue();
    kernel.run('p', () => wq.flush());
    expect(trace).toHaveLength(4);
    const self: Work = new Work(wq, 'self', () => self.cancelSync());
    self.queue();
    expect(() => kernel.runPending()).toThrow(DeadlockError);
  });

  it('items that requeue themselves without time passing are reported', () => {
    const { kernel, wq } = setup();
    const work: Work = new Work(wq, 'spin', () => void work.queue());
    work.queue();
    expect(() => kernel.runUntil(1)).toThrow(/rounds without time passing/);
  });
});

describe('delayed work', () => {
  const delayed = () => {
    const { kernel, wq } = setup();
    const trace: number[] = [];
    return { kernel, trace, work: new DelayedWork(wq, 'tick', () => trace.push(kernel.now())) };
  };

  it('keeps its first time, unless modified', () => {
    const { kernel, trace, work } = delayed();
    expect(work.schedule(10)).toBe(true);
    expect(work.schedule(5)).toBe(false);
    expect(work.expires).toBe(10);
    kernel.runUntil(20);
    expect(work.mod(10)).toBe(false);
    expect(work.mod(2)).toBe(true);
    kernel.runUntil(50);
    expect(trace).toEqual([10, 22]);
  });

  it('cancels and flushes', () => {
    const { kernel, trace, work } = delayed();
    work.schedule(10);
    expect(work.cancel()).toBe(true);
    expect(work.pending).toBe(false);
    work.schedule(10);
    kernel.run('p', () => work.flush());
    expect(trace).toEqual([0]);
    work.dispose();
    expect(kernel.timers.count).toBe(0);
  });

  it('keeps pending items and armed timers in saved state', () => {
    const { kernel, trace, work } = delayed();
    work.schedule(10);
    const armed = kernel.save();
    kernel.runUntil(15);
    kernel.load(armed);
    expect(work.pending).toBe(true);
    kernel.runUntil(20);
    expect(trace).toEqual([10, 15]);
    work.schedule(0);
    const queued = kernel.save();
    kernel.runPending();
    kernel.load(queued);
    kernel.runPending();
    expect(trace).toEqual([10, 15, 20, 20]);
  });
});

import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import type { IrqReturn } from './irq.ts';
import { Mutex } from './sync.ts';
import { fakeKernel } from './testing.ts';
import { fsleep } from './time.ts';

const setup = () => {
  const { kernel, platform } = fakeKernel();
  const trace: string[] = [];
  const note = (what: string) => trace.push(`${what}@${kernel.now()}`);
  const hard = (result: IrqReturn) => () => {
    note('hard');
    platform.lower(92);
    return result;
  };
  return { kernel, platform, trace, note, hard };
};

describe('interrupts', () => {
  it('arrive while the CPU sleeps: hard handler, then thread', () => {
    const { kernel, platform, trace, note, hard } = setup();
    kernel.irqs.request(92, { id: 'job', hard: hard('wake-thread'), thread: () => note('thread') });
    platform.at(40, () => platform.raise(92));
    kernel.run('p', () => {
      note('sleep');
      fsleep(kernel, 100);
      note('awake');
    });
    expect(trace).toEqual(['sleep@0', 'hard@40', 'thread@40', 'awake@100']);
  });

  it('never arrive while a call runs', () => {
    const { kernel, platform, trace, note, hard } = setup();
    kernel.irqs.request(92, { id: 'job', hard: hard('handled') });
    kernel.run('p', () => {
      platform.raise(92);
      note('busy');
    });
    expect(trace).toEqual(['busy@0']);
    expect(kernel.runPending()).toBe(1);
    expect(trace).toEqual(['busy@0', 'hard@0']);
  });

  it('hold the thread back until its locks are free', () => {
    const { kernel, platform, trace, note, hard } = setup();
    const lock = new Mutex(kernel, 'sched');
    kernel.irqs.request(92, { id: 'job', hard: hard('wake-thread'), thread: () => note('thread'), locks: [lock] });
    platform.raise(92);
    kernel.run('p', () => {
      lock.with(() => fsleep(kernel, 50));
      fsleep(kernel, 10);
    });
    expect(trace).toEqual(['hard@0', 'thread@50']);
  });

  it('share a line and are masked by count', () => {
    const { kernel, platform, trace, hard } = setup();
    const seen: string[] = [];
    const first = kernel.irqs.request(92, { id: 'a', shared: true, hard: () => (seen.push('a'), 'none') });
    const second = kernel.irqs.request(92, { id: 'b', shared: true, hard: hard('handled') });
    expect(() => kernel.irqs.request(92, { id: 'c', hard: hard('none') })).toThrow(Bug);
    first.disableNosync();
    second.disableNosync();
    platform.raise(92);
    kernel.runUntil(10);
    second.enable();
    kernel.runUntil(20);
    expect(seen).toEqual([]);
    first.enable();
    kernel.runUntil(30);
    expect(seen).toEqual(['a']);
    expect(trace).toEqual(['hard@20']);
    second.dispose();
    first.dispose();
    expect(kernel.irqs.count).toBe(0);
  });

  it('that nobody wants switch the line off', () => {
    const { kernel, platform } = setup();
    kernel.irqs.request(92, { id: 'job', hard: () => 'none' });
    platform.raise(92);
    kernel.runUntil(10);
    expect(platform.logged).toEqual(['err kernel: irq 92: nobody cared, disabling the line']);
  });

  it('a clock that stands still is reported, not waited for', () => {
    const { kernel, platform } = setup();
    platform.time.run = () => {};
    expect(() => kernel.runUntil(10)).toThrow(/rounds without time passing/);
  });

  it('keep a oneshot line masked until the thread is done', () => {
    const { kernel, platform, trace, note } = setup();
    kernel.irqs.request(92, {
      id: 'job',
      oneshot: true,
      hard: () => (note('hard'), 'wake-thread'),
      thread: () => {
        fsleep(kernel, 10);
        platform.lower(92);
        note('thread');
      },
    });
    platform.raise(92);
    kernel.runUntil(100);
    expect(trace).toEqual(['hard@0', 'thread@10']);
  });

  it('keep pending threads in saved state', () => {
    const { kernel, platform, trace, note, hard } = setup();
    const lock = new Mutex(kernel, 'l');
    kernel.irqs.request(92, { id: 'job', hard: hard('wake-thread'), thread: () => note('thread'), locks: [lock] });
    platform.raise(92);
    kernel.run('p', () => lock.with(() => fsleep(kernel, 5)));
    const saved = kernel.save();
    kernel.runPending();
    expect(trace).toEqual(['hard@0', 'thread@5']);
    kernel.load(saved);
    kernel.runPending();
    expect(trace).toEqual(['hard@0', 'thread@5', 'thread@5']);
  });
});

import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { KernelError } from './errno.ts';
import { fakeKernel } from './testing.ts';
import { MSEC, Timer, USEC, fsleep, readPollTimeout } from './time.ts';

describe('fsleep', () => {
  it('takes exactly its time', () => {
    const { kernel } = fakeKernel();
    kernel.run('test', () => fsleep(kernel, 20 * USEC));
    expect(kernel.now()).toBe(20 * USEC);
  });

  it('lets timers run on the way, at their time', () => {
    const { kernel } = fakeKernel();
    const fired: number[] = [];
    const timer = new Timer(kernel, 't', () => fired.push(kernel.now()));
    timer.start(7);
    kernel.run('test', () => fsleep(kernel, 20));
    expect(fired).toEqual([7]);
    expect(timer.pending).toBe(false);
    expect(kernel.now()).toBe(20);
  });

  it('is refused in a timer callback', () => {
    const { kernel } = fakeKernel();
    const timer = new Timer(kernel, 't', () => fsleep(kernel, 1));
    timer.start(5);
    expect(() => kernel.runUntil(10)).toThrow(/sleeping in timer context/);
    expect(kernel.cpu.depth).toBe(0);
  });
});

describe('readPollTimeout', () => {
  const poll = (readyAt: number, sleep: number, timeout: number, cost = 0) => {
    const { kernel, platform } = fakeKernel();
    const io = platform.window(0, 16);
    io.cost = cost;
    io.onRead.set(0, () => (kernel.now() >= readyAt ? 1 : 0));
    let reads = 0;
    const read = (): number => (reads++, io.read32(0));
    let result: string | number;
    try {
      result = kernel.run('poll', () => readPollTimeout(kernel, read, (v) => v === 1, sleep, timeout));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      result = error.code;
    }
    return { result, reads, now: kernel.now() };
  };

  it('does not sleep when the first read fits', () => {
    expect(poll(0, MSEC, 100 * MSEC)).toEqual({ result: 1, reads: 1, now: 0 });
  });

  it('reads again after each sleep', () => {
    expect(poll(2.5 * MSEC, MSEC, 100 * MSEC)).toEqual({ result: 1, reads: 4, now: 3 * MSEC });
  });

  it('gives up at the first failing read later than the limit', () => {
    // Reads at 0, 1, .., 100 ms are not later than the limit; the one at 101 ms is.
    expect(poll(Infinity, MSEC, 100 * MSEC)).toEqual({ result: 'ETIMEDOUT', reads: 102, now: 101 * MSEC });
  });

  it('still takes a value that comes with the last read', () => {
    expect(poll(101 * MSEC, MSEC, 100 * MSEC)).toEqual({ result: 1, reads: 102, now: 101 * MSEC });
  });

  it('adds the cost of the reads', () => {
    expect(poll(Infinity, 10 * USEC, 25 * USEC, 100)).toEqual({ result: 'ETIMEDOUT', reads: 4, now: 30_400 });
  });

  it('spins on the cost of the register alone, and never for ever', () => {
    expect(poll(1000, 0, 10_000, 100)).toEqual({ result: 1, reads: 10, now: 1000 });
    expect(poll(Infinity, 0, 50)).toEqual({ result: 'ETIMEDOUT', reads: 52, now: 51 });
  });
});

describe('timers', () => {
  it('fire in order of time, then of age, and survive save and load', () => {
    const { kernel } = fakeKernel();
    const fired: string[] = [];
    const record = kernel.targets.register({ id: 'x', fire: (k, p) => void fired.push(`${k}:${p}@${kernel.now()}`) });
    kernel.timers.schedule(30, 'x', 3, 1);
    kernel.timers.schedule(10, 'x', 1, 1);
    const dead = kernel.timers.schedule(10, 'x', 9, 9);
    kernel.timers.schedule(10, 'x', 1, 2);
    expect(kernel.timers.cancel(dead)).toBe(true);
    expect(kernel.timers.cancel(dead)).toBe(false);
    const saved = kernel.save();
    kernel.runUntil(100);
    expect(fired).toEqual(['1:1@10', '1:2@10', '3:1@30']);
    kernel.load(saved);
    fired.length = 0;
    kernel.runUntil(200);
    expect(fired).toEqual(['1:1@100', '1:2@100', '3:1@100']);
    record.dispose();
    kernel.timers.schedule(201, 'x');
    expect(() => kernel.runUntil(300)).toThrow(Bug);
  });
});

import { describe, expect, it } from 'vitest';
import { WorkQueue } from '../kernel/workqueue.ts';
import { Bench } from '../tyr/testing-bench.ts';
import type { Fence } from './fence.ts';
import { JobQueue, JobRing } from './job-queue.ts';
import type { RingOptions, TimeoutAnswer } from './job-queue.ts';

interface Setup {
  readonly bench: Bench;
  readonly ring: JobRing;
  readonly started: string[];
  /** Fence of the run of a job, by name. */
  readonly runs: Map<string, Fence>;
  queue(name: string): JobQueue<string>;
  push(queue: JobQueue<string>, call: string, ...after: Fence[]): Fence;
}

/** A job named `x:3` costs three credits; `!` in its name makes it fail at once. */
function setup(credits: number, timeout?: RingOptions['timeout']): Setup {
  const bench = new Bench();
  const { fences } = bench.tyr.drm;
  const work = new WorkQueue(bench.kernel, 'test');
  const ring = new JobRing('ring', { fences, queue: work, credits, locks: [], ...(timeout && { timeout }) });
  const started: string[] = [];
  const runs = new Map<string, Fence>();
  return {
    bench,
    ring,
    started,
    runs,
    queue: (name) =>
      new JobQueue<string>(name, ring, {
        run: (call) => {
          started.push(call);
          if (call.includes('!')) return -5;
          const fence = fences.create(fences.newContext(), 1);
          runs.set(call, fence);
          return fence;
        },
        cost: (call) => Number(call.split(':')[1] ?? 1),
      }),
    push(queue, call, ...after) {
      const fence = queue.arm();
      queue.push(call, fence, after);
      return fence;
    },
  };
}

describe('job queues', () => {
  it('start in order, each when what it waits for is over; another queue is not held up', () => {
    const { bench, queue, push, started, runs } = setup(10);
    const [a, b] = [queue('a'), queue('b')];
    const gate = bench.tyr.drm.fences.create(bench.tyr.drm.fences.newContext(), 1);
    push(a, 'a1', gate);
    push(a, 'a2');
    const b1 = push(b, 'b1');
    bench.run(1);
    expect(started).toEqual(['b1']);
    gate.signal();
    bench.run(1);
    expect(started).toEqual(['b1', 'a1', 'a2']);
    expect(b1.isSignaled).toBe(false);
    runs.get('b1')?.signal(-22);
    expect([b1.isSignaled, b1.error]).toEqual([true, -22]);
  });

  it('share credits by the order of pushing, and nobody overtakes', () => {
    const { bench, queue, push, started, runs } = setup(4);
    const [a, b, c] = [queue('a'), queue('b'), queue('c')];
    push(a, 'a:3');
    push(b, 'b:2');
    push(c, 'c:1');
    bench.run(1);
    // One credit is free, but the one whose turn it is needs two.
    expect(started).toEqual(['a:3']);
    runs.get('a:3')?.signal();
    bench.run(1);
    expect(started).toEqual(['a:3', 'b:2', 'c:1']);
    // More than there are in all: it runs alone.
    push(a, 'big:9');
    for (const name of ['b:2', 'c:1']) runs.get(name)?.signal();
    bench.run(1);
    expect(started.at(-1)).toBe('big:9');
  });

  it('end with what the run says, or when they are killed', () => {
    const { bench, queue, push, started } = setup(4);
    const a = queue('a');
    const [bad, next] = [push(a, 'bad!'), push(a, 'next')];
    bench.run(1);
    expect([bad.error, next.isSignaled]).toEqual([-5, false]);
    a.stop();
    const later = push(a, 'later');
    bench.run(1);
    expect(started).not.toContain('later');
    a.dispose();
    expect([next.error, later.error, a.pending]).toEqual([-125, -125, 0]);
  });

  it.each(['kill', 'no-hang'] as const)('limit the oldest job: %s', (first: TimeoutAnswer) => {
    const told: string[] = [];
    const { bench, queue, push, runs } = setup(4, {
      ns: 5_000_000,
      expired: () => (told.push(first), told.length === 1 ? first : 'kill'),
    });
    const a = queue('a');
    const [one, two] = [push(a, 'one'), push(a, 'two')];
    bench.run(4);
    expect(told).toEqual([]);
    bench.run(2);
    expect(told).toHaveLength(1);
    expect(one.error).toBe(first === 'kill' ? -110 : 0);
    expect(one.isSignaled).toBe(first === 'kill');
    // What the run does later is of no interest any more.
    runs.get('one')?.signal();
    bench.run(1);
    runs.get('two')?.signal();
    bench.run(20);
    expect([two.isSignaled, two.error, told.length]).toEqual([true, 0, 1]);
  });
});

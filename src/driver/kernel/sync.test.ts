import { describe, expect, it } from 'vitest';
import { DeadlockError } from './cpu.ts';
import { Mutex, SpinLock } from './sync.ts';
import { fakeKernel } from './testing.ts';
import { SEC, Timer, fsleep } from './time.ts';
import { Completion, WaitQueue } from './wait.ts';
import { Work, WorkQueue } from './workqueue.ts';

describe('the lock checker', () => {
  it('reports a lock taken twice across a sleep, with both stacks', () => {
    const { kernel } = fakeKernel();
    const lock = new Mutex(kernel, 'vm.op_lock');
    const wq = new WorkQueue(kernel, 'wq');
    // A work item that hides the lock it takes.
    const work = new Work(wq, 'tick', () => kernel.cpu.frame('vmActivate', () => lock.with(() => {})));
    const bind = (): void =>
      kernel.run('client[1] ioctl', () =>
        kernel.cpu.frame('vmBind', () =>
          lock.with(() => {
            work.queue();
            fsleep(kernel, 10);
          }),
        ),
      );
    expect(bind).toThrow(DeadlockError);
    try {
      work.cancel();
      bind();
    } catch (error) {
      const text = String(error);
      expect(text).toMatch(/lock vm.op_lock taken twice across a sleep/);
      expect(text).toMatch(/wanted by \[work\] wq\/tick in vmActivate/);
      expect(text).toMatch(/held by {3}\[process\] client\[1\] ioctl in vmBind.*holding vm.op_lock/);
    }
  });

  it('reports a lock taken twice by one context', () => {
    const { kernel } = fakeKernel();
    const lock = new Mutex(kernel, 'a');
    expect(() => kernel.run('p', () => lock.with(() => lock.lock()))).toThrow(/taken twice by one context/);
  });

  it('learns the order of lock classes and logs an inversion once', () => {
    const { kernel, platform } = fakeKernel();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Mutex(kernel, name));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three locks');
    const nest = (x: Mutex, y: Mutex): void => kernel.run('p', () => x.with(() => y.with(() => {})));
    nest(a, b);
    nest(b, c);
    expect(kernel.lockOrder.reports).toEqual([]);
    nest(c, a);
    nest(c, a);
    expect(kernel.lockOrder.reports).toEqual(['lock order: a taken inside c, but c has been taken inside a before']);
    expect(platform.logged.filter((l) => l.includes('lock order'))).toHaveLength(1);
  });

  it('refuses to sleep under a spinlock and to leave a context with a lock', () => {
    const { kernel } = fakeKernel();
    const spin = new SpinLock(kernel, 'events');
    expect(() => kernel.run('p', () => spin.with(() => fsleep(kernel, 1)))).toThrow(/with spinlock events held/);
    expect(() => kernel.run('p', () => new Mutex(kernel, 'm').lock())).toThrow(/ended with m held/);
  });

  it('keeps what it learned in saved state', () => {
    const { kernel } = fakeKernel();
    const a = new Mutex(kernel, 'a');
    const b = new Mutex(kernel, 'b');
    kernel.run('p', () => a.with(() => b.with(() => {})));
    const other = fakeKernel().kernel;
    other.load(kernel.save());
    expect(other.lockOrder.note('b', 'a')).toMatch(/lock order/);
  });
});

describe('waiting', () => {
  it('wakes on a wake-up of the queue and tells what was left', () => {
    const { kernel } = fakeKernel();
    const queue = new WaitQueue(kernel, 'reset');
    let done = false;
    new Timer(kernel, 't', () => {
      done = true;
      queue.wakeUp();
    }).start(30);
    expect(kernel.run('p', () => queue.waitEventTimeout(() => done, 100))).toBe(70);
    expect(kernel.now()).toBe(30);
  });

  it('does not look before it is woken, but once more at the end', () => {
    const { kernel } = fakeKernel();
    const queue = new WaitQueue(kernel, 'reset');
    let done = false;
    new Timer(kernel, 't', () => (done = true)).start(30);
    expect(kernel.run('p', () => queue.waitEventTimeout(() => done, 100))).toBe(1);
    expect(kernel.now()).toBe(100);
    expect(kernel.run('p', () => queue.waitEventTimeout(() => false, 50))).toBe(0);
    expect(kernel.now()).toBe(150);
  });

  it('that nothing can end is a deadlock, naming stacks and stuck work', () => {
    const { kernel } = fakeKernel();
    const lock = new Mutex(kernel, 'sched');
    const done = new Completion(kernel, 'fw boot');
    const work = new Work(new WorkQueue(kernel, 'wq'), 'finisher', () => done.complete(), [lock]);
    const stuck = (): void =>
      kernel.run('probe', () =>
        lock.with(() => {
          work.queue();
          kernel.cpu.frame('waitReady', () => done.wait());
        }),
      );
    expect(stuck).toThrow(DeadlockError);
    work.cancel();
    expect(stuck).toThrow(
      /nothing can end this wait\n\[process\] probe in waitReady, waiting for fw boot, holding sched\nwork finisher pending, needs sched/,
    );
  });

  it('for ever beside a periodic timer ends as a hung task', () => {
    const { kernel } = fakeKernel();
    const ping = new Timer(kernel, 'ping', () => ping.start(SEC));
    ping.start(SEC);
    expect(() => kernel.run('p', () => new Completion(kernel, 'never').wait())).toThrow(/blocked for more than 120 s/);
    expect(kernel.now()).toBe(120 * SEC);
  });

  it('takes one completion per wait, all after completeAll', () => {
    const { kernel } = fakeKernel();
    const c = new Completion(kernel, 'c');
    c.complete();
    kernel.run('p', () => {
      expect(c.waitTimeout(10)).toBe(10);
      expect(c.waitTimeout(10)).toBe(0);
      c.completeAll();
      expect(c.waitTimeout(10)).toBe(10);
      expect(c.waitTimeout(10)).toBe(10);
    });
  });
});

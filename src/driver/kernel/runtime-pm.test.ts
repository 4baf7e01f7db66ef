import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { fail } from './errno.ts';
import { RuntimePm } from './runtime-pm.ts';
import { fakeKernel } from './testing.ts';

const DELAY = 50;

/** A device that was probed at 0 and is in use by nobody; `calls` lists its transitions, `broken` makes a resume fail. */
function setup() {
  const { kernel } = fakeKernel();
  const calls: string[] = [];
  const device = { broken: false };
  const pm = new RuntimePm(kernel, 'gpu', DELAY, {
    suspend: () => void calls.push(`suspend ${kernel.now()}`),
    resume: () => {
      calls.push(`resume ${kernel.now()}`);
      if (device.broken) fail('ETIMEDOUT', 'no answer');
    },
  });
  const run = (body: () => void) => kernel.run('test', body);
  run(() => pm.put());
  return { kernel, pm, calls, device, run };
}

describe('runtime power management', () => {
  it('suspends a while after the last use, and resumes for the next', () => {
    const { kernel, pm, calls, run } = setup();
    kernel.runUntil(40);
    run(() => pm.with(() => {}));
    kernel.runUntil(89);
    expect([pm.state, calls]).toEqual(['ACTIVE', []]);
    kernel.runUntil(100);
    expect([pm.state, calls, pm.suspends]).toEqual(['SUSPENDED', ['suspend 90'], 1]);
    run(() => pm.get());
    kernel.runUntil(1000);
    expect([pm.state, calls, pm.useCount]).toEqual(['ACTIVE', ['suspend 90', 'resume 100'], 1]);
  });

  it('takes no use when the resume fails, and tries again the next time', () => {
    const { kernel, pm, calls, device, run } = setup();
    kernel.runUntil(60);
    device.broken = true;
    expect(() => run(() => pm.get())).toThrow('ETIMEDOUT');
    expect([pm.state, pm.useCount]).toEqual(['SUSPENDED', 0]);
    device.broken = false;
    run(() => pm.get());
    expect([pm.state, pm.useCount, calls]).toEqual(['ACTIVE', 1, ['suspend 50', 'resume 60', 'resume 60']]);
  });

  it('stays on while that is asked for', () => {
    const { kernel, pm, run } = setup();
    run(() => pm.forbid(true));
    run(() => pm.forbid(true));
    kernel.runUntil(500);
    expect([pm.state, pm.isForbidden, pm.useCount]).toEqual(['ACTIVE', true, 1]);
    run(() => pm.forbid(false));
    kernel.runUntil(600);
    expect(pm.state).toBe('SUSPENDED');
  });

  it('has nothing for a device that is gone, and finds a use given back twice', () => {
    const { kernel, pm, run } = setup();
    expect(() => run(() => pm.put())).toThrow(Bug);
    run(() => pm.lose());
    expect(() => run(() => pm.get())).toThrow('ENODEV');
    kernel.runUntil(500);
    expect([pm.state, pm.isLost, pm.suspends]).toEqual(['SUSPENDED', true, 0]);
  });
});

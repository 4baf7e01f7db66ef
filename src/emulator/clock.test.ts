import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GpuClockDomain } from './clock-domain.ts';
import { VirtualClock } from './clock.ts';
import { ORDER } from './wiring.ts';

const ORDERS = Object.values(ORDER);

function recorder(clock: VirtualClock, id = 'probe') {
  const seen: string[] = [];
  clock.register({ id, fire: (kind, payload) => seen.push(`${clock.now}:${kind}:${payload}`) });
  return seen;
}

const drain = (clock: VirtualClock) => {
  while (clock.queuedAt !== Infinity) clock.fireNext();
};

describe('event queue', () => {
  it('fires in the order (time, order, sub, age), with cancels', () => {
    const event = fc.record({
      at: fc.integer({ min: 0, max: 20 }),
      order: fc.constantFrom(...ORDERS),
      sub: fc.integer({ min: 0, max: 3 }),
      cancelled: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const clock = new VirtualClock();
        const seen = recorder(clock);
        const handles = events.map((e, i) => clock.schedule(e.at, e.order, e.sub, 'probe', i, e.sub));
        events.forEach((e, i) => {
          if (e.cancelled) clock.cancel(handles[i]!);
        });
        drain(clock);
        const expected = events
          .map((e, i) => ({ ...e, i }))
          .filter((e) => !e.cancelled)
          .toSorted((a, b) => a.at - b.at || a.order - b.order || a.sub - b.sub || a.i - b.i)
          .map((e) => `${e.at}:${e.i}:${e.sub}`);
        expect(seen).toEqual(expected);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('goes on the same after save and load at any point', () => {
    const build = () => {
      const clock = new VirtualClock();
      const seen: string[] = [];
      clock.register({
        id: 'chain',
        fire: (kind, payload) => {
          seen.push(`${clock.now}:${kind}`);
          if (payload > 0)
            clock.schedule(clock.now + ((payload * 7) % 5), ORDER.CORE, payload % 3, 'chain', kind, payload - 1);
        },
      });
      return { clock, seen };
    };
    for (let cut = 0; cut < 30; cut++) {
      const a = build();
      for (let i = 0; i < 4; i++) a.clock.schedule(i, ORDER.TIMER, i, 'chain', i, 8);
      for (let i = 0; i < cut && a.clock.queuedAt !== Infinity; i++) a.clock.fireNext();
      const b = build();
      b.clock.load(a.clock.save());
      const before = a.seen.length;
      drain(a.clock);
      drain(b.clock);
      expect(b.seen).toEqual(a.seen.slice(before));
      expect(b.clock.save()).toEqual(a.clock.save());
    }
  });

  it('refuses the past and unknown targets, and ignores dead handles', () => {
    const clock = new VirtualClock();
    const seen = recorder(clock);
    clock.moveTo(100);
    expect(() => clock.schedule(99, ORDER.HOST, 0, 'probe', 0, 0)).toThrow(/99 ns/);
    const handle = clock.schedule(100, ORDER.HOST, 0, 'probe', 1, 0);
    expect(() => clock.moveTo(101)).toThrow(/over an event/);
    clock.fireNext();
    clock.cancel(handle);
    clock.cancel(0);
    clock.schedule(100, ORDER.HOST, 0, 'nobody', 0, 0);
    expect(() => clock.fireNext()).toThrow(/nobody/);
    expect(seen).toEqual(['100:1:0']);
  });
});

describe('clock domain', () => {
  const exact = (ns: number, hz: number) => Number((BigInt(ns) * BigInt(hz)) / 1_000_000_000n);

  it('agrees with exact arithmetic and its own inverse', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 50 }),
        fc.integer({ min: 1, max: 1_200_000_000 }),
        fc.integer({ min: 1, max: 1e9 }),
        (ns, hz, ahead) => {
          const clock = { now: ns };
          const domain = new GpuClockDomain(clock, hz);
          const cycles = domain.cycles();
          expect(cycles).toBe(exact(ns, hz));
          if (cycles + ahead < 2 ** 51 && hz > 1000) {
            const at = domain.instantOf(cycles + ahead);
            expect(domain.cyclesAt(at)).toBeGreaterThanOrEqual(cycles + ahead);
            expect(domain.cyclesAt(at - 1)).toBeLessThan(cycles + ahead);
            expect(domain.after(ahead)).toBe(at);
          }
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });

  it('loses no cycle over frequency changes', () => {
    const clock = { now: 0 };
    const domain = new GpuClockDomain(clock, 3);
    let thousandths = 0n;
    let hz = 3;
    for (let i = 1; i < 400; i++) {
      const step = (i * 7919) % 1_000_003;
      clock.now += step;
      thousandths += BigInt(step) * BigInt(hz);
      hz = ((i * 104_729) % 999_999_937) + 1;
      domain.setHz(hz);
      expect(domain.cycles()).toBe(Number(thousandths / 1_000_000_000n));
    }
    const copy = new GpuClockDomain(clock, 1);
    copy.load(domain.save());
    clock.now += 12345;
    expect(copy.cycles()).toBe(domain.cycles());
  });

  it('stands still while gated', () => {
    const clock = { now: 0 };
    const domain = new GpuClockDomain(clock, 1_000_000_000);
    clock.now = 50;
    domain.setHz(0);
    clock.now = 1000;
    expect(domain.cycles()).toBe(50);
    expect(domain.until(2000)).toBe(0);
    domain.setHz(500_000_000);
    clock.now = 1010;
    expect(domain.cycles()).toBe(55);
  });
});

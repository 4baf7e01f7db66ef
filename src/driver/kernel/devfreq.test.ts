import { describe, expect, it } from 'vitest';
import { OppTable, onDemandTarget } from './devfreq.ts';

const TUNING = { upThreshold: 45, downDifferential: 5 };
const target = (busy: number, total: number, current: number): number =>
  onDemandTarget(busy, total, current, 1000e6, TUNING);

describe('simple_ondemand', () => {
  it.each([
    ['nothing measured', 0, 0, 300e6, 1000e6],
    ['above the threshold', 46, 100, 300e6, 1000e6],
    ['at the threshold', 45, 100, 300e6, 300e6],
    ['between the thresholds', 41, 100, 700e6, 700e6],
    // 40 % of 700 MHz, of which 43 % shall be busy: 651 MHz.
    ['at the lower one', 40, 100, 700e6, Math.floor(28_000_000_000 / 43)],
    ['idle', 0, 100, 1000e6, 0],
  ])('%s', (_what, busy, total, current, hz) => expect(target(busy, total, current)).toBe(hz));

  it('takes the slowest point that is fast enough', () => {
    const table = new OppTable([800, 300, 1000].map((mhz) => ({ hz: mhz * 1e6, uv: 1, maxUv: 2 })));
    expect([0, 300e6, 301e6, 5e9].map((hz) => table.atLeast(hz).hz / 1e6)).toEqual([300, 300, 800, 1000]);
    expect(() => new OppTable([])).toThrow('ENODEV');
  });
});

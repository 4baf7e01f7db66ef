import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../spec/cs/isa.ts';
import { FAULT } from '../../spec/faults.ts';
import type { JobView } from './core-unit.ts';
import { ARCH } from './isa.ts';
import { groupsOf, taskCount } from './task-count.ts';

function jobOf(name: 'RUN_COMPUTE' | 'RUN_COMPUTE_INDIRECT' | 'RUN_FRAGMENT', fields: Record<string, number>): JobView {
  const { lo, hi } = encode(name, fields, ARCH);
  const regs = new Int32Array(64);
  return { cs: 0, group: 0, ctx: 0, cls: 0, as: 1, op: hi >>> 24, lo, hi, regs, heap: 0, aux: 0, total: 0, pc: 0 };
}

describe('tasks of a dispatch', () => {
  it('cover every work-group exactly once, whatever the split', () => {
    const size = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.nat(2),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (x, y, z, axis, step, indirect) => {
          const job = indirect
            ? jobOf('RUN_COMPUTE_INDIRECT', { workgroups_per_task: step })
            : jobOf('RUN_COMPUTE', { task_axis: axis, task_increment: step });
          job.regs.set([x, y, z], 37);
          const tasks = taskCount(job);
          const seen = new Set<number>();
          let groups = 0;
          const box = { x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0 };
          for (let task = 0; task < Number(tasks); task++) {
            groupsOf(job, task, box);
            for (let k = box.z; k < box.z + box.nz; k++)
              for (let j = box.y; j < box.y + box.ny; j++)
                for (let i = box.x; i < box.x + box.nx; i++, groups++) seen.add((k * 7 + j) * 7 + i);
          }
          expect([groups, seen.size]).toEqual([x * y * z, x * y * z]);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it('are the tiles of the box, and nonsense is a fault', () => {
    const render = jobOf('RUN_FRAGMENT', {});
    render.regs[43] = 0x003f_0040;
    expect(taskCount(render)).toBe(6);
    // One tile beyond the end, along x and along y.
    for (const min of [0x0000_0080, 0x0040_0000]) {
      render.regs[42] = min;
      expect(taskCount(render)).toEqual({ code: FAULT.DATA_INVALID_FAULT, info: 0 });
    }
    const huge = jobOf('RUN_COMPUTE', { task_increment: 1 });
    huge.regs.fill(-1, 37, 40);
    expect(taskCount(huge)).toEqual({ code: FAULT.DATA_INVALID_FAULT, info: 0 });
    huge.regs.fill(0, 38, 39);
    expect(taskCount(huge)).toBe(0);
  });
});

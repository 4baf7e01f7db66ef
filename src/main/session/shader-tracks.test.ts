/** Tasks of shader cores in a session become tracks of the timeline; rows about them stay out of the streams' tracks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { TaskNote } from '../../emulator/shader/watch.ts';
import { RECORDED_TASKS, ShaderEvents } from '../engine/shader-events.ts';
import { QueryThread } from './query-thread.ts';
import { SessionWriter } from './writer.ts';

const COMMAND = 0x4000;

/** A task of a job of `total` on core 2, as the cores tell of it. */
function note(what: TaskNote['what'], number: number, total: number): TaskNote {
  const box = { x: number, y: 0, z: 0, nx: 1, ny: 1, nz: 1 };
  const failure = what === 'fault' ? { code: 0x51, info: 0x5008, warp: 1, pc: 0x5008, active: 3 } : undefined;
  return { what, core: 2, cs: 8, ctx: 0, as: 1, command: COMMAND, number, total, box, code: 0x5000, failure };
}

it('tasks of shader cores are slices of one track a core', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tyr-cores-'));
  const file = path.join(folder, 's.tyrsession');
  const writer = new SessionWriter(file);
  let seq = 0;
  let timeNs = 0;
  let rows = 0;
  const events = new ShaderEvents({
    emit: (row) => {
      rows++;
      writer.row('csEvent', { seq: ++seq, timeNs, ...row });
    },
    muted: () => false,
    groupIn: () => 7,
  });
  try {
    writer.begin();
    writer.row('input', { seq: ++seq, timeNs, branch: 0, kind: 'power-on', payload: '{}' });
    for (let task = 0; task < 3; task++) {
      timeNs = 100 + task * 100;
      events.note(note('begin', task, 3));
      timeNs += 50;
      events.note(note(task === 2 ? 'fault' : 'end', task, 3));
    }
    writer.commit();
    expect(rows).toBe(7);
    const thread = new QueryThread(file);
    try {
      const { tracks } = await thread.ask('tracks');
      expect(tracks.filter((t) => t.group === 'Shader cores').map((t) => [t.id, t.label, t.kind])).toEqual([
        ['core:2', 'Shader core 2', 'slices'],
      ]);
      const span = { fromNs: 0, toNs: 1000, pixels: 1000 };
      const cores = await thread.ask('slices', { track: 'core:2', ...span });
      expect(cores.marks.map((m) => [m.fromNs, m.toNs, m.label])).toEqual([
        [100, 150, 'task 0 of 3, groups 0,0,0 + 1x1x1, shader 0x5000'],
        [200, 250, 'task 1 of 3, groups 1,0,0 + 1x1x1, shader 0x5000'],
        [300, 350, 'task 2 of 3, groups 2,0,0 + 1x1x1, shader 0x5000'],
      ]);
      const stream = await thread.ask('slices', { track: 'cs:7:0', ...span });
      expect(stream.marks.map((m) => [m.fromNs, m.bad])).toEqual([[350, true]]);
      expect(stream.marks[0]?.label).toMatch(/^SHADER_FAULT \w+ at 0x5008 warp 1 lanes 0003 core 2$/);
    } finally {
      await thread.close();
    }
    // However many tasks a job has, its rows are bounded.
    writer.begin();
    rows = 0;
    for (let task = 0; task < 100_000; task++) events.note(note('begin', task, 100_000));
    expect(rows).toBeLessThanOrEqual(RECORDED_TASKS);
    expect(rows).toBeGreaterThan(RECORDED_TASKS / 2);
    writer.commit();
  } finally {
    writer.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

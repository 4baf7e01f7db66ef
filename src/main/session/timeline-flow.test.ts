/** The flow of a job over the tracks: found from any of its rows, in order of time, and nothing of another job in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QueryThread } from './query-thread.ts';
import { SessionWriter } from './writer.ts';

let dir = '';
let thread: QueryThread;
const keys = new Map<string, number>();

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-flow-'));
  const file = path.join(dir, 's.tyrsession');
  const w = new SessionWriter(file);
  let seq = 0;
  const next = (name: string): number => {
    keys.set(name, ++seq);
    return seq;
  };
  w.begin();
  w.row('input', { seq: ++seq, timeNs: 0, branch: 0, kind: 'power-on', payload: '{}' });
  for (const id of [1, 2]) {
    const at = id * 1000;
    const name = 'DRM_IOCTL_PANTHOR_GROUP_SUBMIT';
    w.row('ioctl', { seq: next(`ioctl ${id}`), timeNs: at, client: 1, name, result: 0, args: '{}' });
    w.row('ioctl', {
      seq: next(`wait ${id}`),
      timeNs: at,
      client: 1,
      name: 'DRM_IOCTL_SYNCOBJ_WAIT',
      result: 0,
      args: '{}',
    });
    const cs = { groupId: 1, queue: 0, pc: 0x4000 };
    w.row('csEvent', { seq: next(`first ${id}`), timeNs: at + 110, ...cs, opcode: 'MOVE48', detail: 'r0' });
    w.row('csEvent', { seq: next(`middle ${id}`), timeNs: at + 120, ...cs, opcode: 'RUN_COMPUTE', detail: '' });
    w.row('csEvent', {
      seq: next(`task ${id}`),
      timeNs: at + 130,
      ...cs,
      opcode: 'TASK_BEGIN',
      detail: 'core 2: task 0 of 1',
    });
    w.row('csEvent', { seq: ++seq, timeNs: at + 140, ...cs, opcode: 'TASK_END', detail: 'core 2: task 0 of 1' });
    w.row('csEvent', { seq: next(`last ${id}`), timeNs: at + 150, ...cs, opcode: 'SYNC_ADD64', detail: '' });
    w.row('irq', { seq: next(`irq ${id}`), timeNs: at + 160, line: 'job', raised: true, status: 1 });
    w.row('irq', { seq: ++seq, timeNs: at + 170, line: 'job', raised: false, status: 0 });
    w.row('job', {
      id,
      groupId: 1,
      queue: 0,
      submittedNs: at,
      startedNs: at + 100,
      finishedNs: at + 200,
      streamVa: 0x4000,
      streamSize: 24,
      status: id === 2 ? 'fault' : 'done',
      fault: id === 2 ? 'CS_FATAL' : undefined,
    });
  }
  w.row('note', { id: 1, timeNs: 900, text: 'before it all' });
  w.commit();
  w.close();
  thread = new QueryThread(file);
});
afterAll(async () => {
  await thread.close();
  rmSync(dir, { recursive: true, force: true });
});

const WAY = ['ioctl', 'first', 'task', 'last', 'irq'];

it.each([
  ['ioctl', 'ioctl'],
  ['cs:1:0', 'middle'],
  ['core:2', 'task'],
  ['irq:job', 'irq'],
])('is found from a row of %s', async (track, name) => {
  const { steps } = await thread.ask('flow', { track, key: keys.get(`${name} 2`)! });
  expect(steps.filter((s) => s.track !== 'job:1:0').map((s) => s.mark.key)).toEqual(
    WAY.map((step) => keys.get(`${step} 2`)),
  );
  expect(steps.map((s) => s.track)).toEqual(['ioctl', 'job:1:0', 'cs:1:0', 'core:2', 'cs:1:0', 'irq:job']);
  expect(steps[1]?.mark).toEqual({ fromNs: 2100, toNs: 2200, n: 1, key: 2, label: 'job 2 fault', bad: true });
});

it('is the same from the job itself, and ends where the job has nothing', async () => {
  const { steps } = await thread.ask('flow', { track: 'job:1:0', key: 1 });
  expect(steps.map((s) => s.mark.key)).toEqual([
    keys.get('ioctl 1'),
    1,
    ...['first', 'task', 'last', 'irq'].map((step) => keys.get(`${step} 1`)),
  ]);
});

it.each([
  ['ioctl', 'wait 1'],
  ['input', 'ioctl 1'],
  ['irq:gpu', 'irq 1'],
])('a row of %s that belongs to no job has none', async (track, name) => {
  expect((await thread.ask('flow', { track, key: keys.get(name)! })).steps).toEqual([]);
});

it('markers have a track of their own', async () => {
  const { tracks } = await thread.ask('tracks');
  expect(tracks.find((t) => t.id === 'note')).toMatchObject({ label: 'Markers', view: 'note' });
  const { marks } = await thread.ask('slices', { track: 'note', fromNs: 0, toNs: 2000, pixels: 100 });
  expect(marks).toEqual([{ fromNs: 900, toNs: 900, n: 1, key: 1, label: 'before it all' }]);
});

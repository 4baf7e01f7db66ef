/**
 * What goes wrong on the whole bench, real firmware below: streams that hang, a firmware that stops answering, resets
 * that come and resets that fail; and what others keep of their work.
 */
import { describe, expect, it } from 'vitest';
import { GROUP_STATE_FLAGS, SYNC_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { GPU_POWER } from '../../spec/registers/index.ts';
import { UserProcess } from './process.ts';
import { Client } from './testing-client.ts';
import { advance, booted, ENDLESS, flushes, MS, words } from './testing-driver.ts';
import { symbol, THUMB } from './testing.ts';

describe('a hang', () => {
  it('costs its own group, not the others', () => {
    const { bench, tyr } = booted();
    const [bad, good] = [new Client(bench.engine, 1), new Client(bench.engine, 2)];
    const [stuck, fine] = [bad.group(1, 1), good.group(1, 1)];
    const [hung, result] = [bad.syncobj(), good.syncobj()];
    bad.submit(stuck, [
      { queue: 0, stream: bad.stream(words(ENDLESS)), syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: hung }] },
    ]);
    advance(bench, 2);
    good.submit(fine, [
      { queue: 0, stream: good.stream(words(flushes(20))), syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: result }] },
    ]);
    advance(bench, 10);
    expect(good.done(result)).toBe(true);
    expect(bad.done(hung)).toBe(false);
    // The limit of a job passes: brought on here, because five seconds of looping are long to execute.
    const group = [...tyr.sched.groups.values()].find((g) => g.csgId >= 0 && !g.isIdle)!;
    bench.engine.kernel.run('timeout', () => tyr.sched.timeout(group));
    advance(bench, 5);
    expect(bad.done(hung)).toBe(true);
    expect(bad.state(stuck).state).toBe(GROUP_STATE_FLAGS.TIMEDOUT);
    expect(bad.submit(stuck, [{ queue: 0 }])).toBe(-22);
    expect(good.state(fine).state).toBe(0);
    const again = good.syncobj();
    good.submit(fine, [
      { queue: 0, stream: good.stream(words(flushes(5))), syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: again }] },
    ]);
    advance(bench, 10);
    expect(good.done(again)).toBe(true);
    expect(tyr.reset.count).toBe(0);
  });

  it('is ended by the five seconds a job has, told to whoever waits, while another client works on', () => {
    const { bench, tyr } = booted();
    const [bad, good] = [new Client(bench.engine, 1), new Client(bench.engine, 2)];
    const [stuck, fine] = [bad.group(1, 1), good.group(1, 1)];
    const hung = bad.syncobj();
    // It waits for a value nobody ever writes: no work for the host in five seconds of looking at it.
    const cell = bad.memory(64);
    const text = `MOVE48 d0, #${cell.va}\nMOVE32 r2, #1\nSYNC_WAIT32.gt [d0], r2`;
    bad.submit(stuck, [
      { queue: 0, stream: bad.stream(words(text)), syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: hung }] },
    ]);
    const stream = good.stream(words(flushes(5)));
    const from = bench.engine.now;
    let ended = 0;
    for (let ms = 0; ms < 5400; ms += 300) {
      const handle = good.syncobj();
      expect(good.submit(fine, [{ queue: 0, stream, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }] }])).toBe(0);
      advance(bench, 300);
      expect(good.done(handle)).toBe(true);
      if (ended === 0 && bad.done(hung)) ended = bench.engine.now - from;
    }
    expect(ended).toBeGreaterThanOrEqual(5000 * MS);
    expect(ended).toBeLessThanOrEqual(5400 * MS);
    expect(bench.engine.board.logLines.join('\n')).toMatch(/job timeout: pid=1, comm=client1, seqno=1/);
    expect(bad.state(stuck).state).toBe(GROUP_STATE_FLAGS.TIMEDOUT);
    expect(bad.submit(stuck, [{ queue: 0 }])).toBe(-22);
    expect(good.state(fine).state).toBe(0);
    expect([tyr.reset.count, tyr.drm.isUnplugged]).toEqual([0, false]);
  });

  it('of the firmware costs what sat on slots; what other clients had waiting goes on after the reset', () => {
    const { bench, tyr } = booted();
    const { kernel } = bench.engine;
    kernel.run('power/control', () => tyr.pm?.forbid(true));
    const [victim, other] = [new Client(bench.engine, 1), new Client(bench.engine, 2)];
    const stream = victim.stream(words(flushes(3)));
    const signal = (handle: number) => [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }];
    const run = (client: Client, group: number, work: typeof stream, syncs: { handle: number }[] = []): number => {
      const handle = client.syncobj();
      expect(client.submit(group, [{ queue: 0, stream: work, syncs: [...syncs, ...signal(handle)] }])).toBe(0);
      return handle;
    };
    // All slots are taken by groups of the victim, which have done their work and sit there idle.
    const sitting = tyr.sched.csgs.slots.map(() => victim.group(1, 1));
    const done = sitting.map((group) => run(victim, group, stream));
    advance(bench, 60);
    expect(done.map((handle) => victim.done(handle))).not.toContain(false);
    expect(tyr.sched.csgs.slots.every((s) => s.group !== undefined)).toBe(true);
    // The other client's job waits for a gate that is shut; its group has no slot.
    const own = other.stream(words(flushes(3)));
    const [kept, gate] = [other.group(1, 1), other.syncobj()];
    const fence = tyr.drm.fences.create(tyr.drm.fences.newContext(), 1);
    const file = tyr.drm.openFiles.find((f) => f.client.pid === 2);
    file?.lookupSyncobj(gate).replace(fence);
    const last = run(other, kept, own, [{ handle: gate }]);
    // From here the firmware does nothing any more: it branches to itself wherever it is asked for something.
    const bytes = Uint8Array.of(THUMB.BRANCH_TO_SELF & 0xff, THUMB.BRANCH_TO_SELF >> 8);
    for (const name of ['global_requests', 'group_requests']) {
      bench.engine.apply({ kind: 'memory-write', space: 'mcu', as: 0, address: symbol(name).address & ~1, bytes });
    }
    const lost = run(victim, sitting[0] ?? 0, stream);
    for (let s = 0; s < 14 && tyr.reset.count === 0; s++) advance(bench, 1000);
    advance(bench, 400);
    expect([tyr.reset.count, tyr.drm.isUnplugged]).toEqual([1, false]);
    expect(victim.done(lost)).toBe(true);
    const { TIMEDOUT, INNOCENT } = GROUP_STATE_FLAGS;
    for (const group of sitting) expect(victim.state(group).state).toBe(TIMEDOUT | INNOCENT);
    // The group of the other client lives; its job runs once the gate opens.
    expect(other.state(kept).state).toBe(0);
    expect(other.done(last)).toBe(false);
    kernel.run('gate', () => fence.signal());
    advance(bench, 40);
    expect(other.done(last)).toBe(true);
    const again = run(victim, victim.group(1, 1), stream);
    advance(bench, 40);
    expect(victim.done(again)).toBe(true);
  });

  it('asked for while all is well: what runs is suspended, goes on after it and loses nothing', () => {
    const { bench, tyr } = booted();
    const clients = [new Client(bench.engine, 1), new Client(bench.engine, 2)];
    const jobs = clients.map((client) => {
      const [group, handle] = [client.group(1, 1), client.syncobj()];
      const stream = client.stream(words(flushes(4000)));
      client.submit(group, [{ queue: 0, stream, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }] }]);
      return { client, group, handle };
    });
    advance(bench, 2);
    expect(jobs.map(({ client, handle }) => client.done(handle))).toEqual([false, false]);
    bench.engine.kernel.run('reset', () => tyr.reset.schedule());
    for (let ms = 0; ms < 400 && !jobs.every(({ client, handle }) => client.done(handle)); ms += 10) advance(bench, 10);
    expect(tyr.reset.count).toBe(1);
    expect(jobs.map(({ client, handle }) => client.done(handle))).toEqual([true, true]);
    expect(jobs.map(({ client, group }) => client.state(group).state)).toEqual([0, 0]);
    expect(bench.recorder.jobs().every((j) => j.status === 'done')).toBe(true);
  });

  it('of the firmware is found by the ping; a reset loads it again, and work goes on', () => {
    const { bench, tyr } = booted();
    const client = new Client(bench.engine, 1);
    const group = client.group(1, 1);
    const stream = client.stream(words(flushes(5)));
    const run = (on: number): boolean => {
      const handle = client.syncobj();
      expect(client.submit(on, [{ queue: 0, stream, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }] }])).toBe(0);
      advance(bench, 40);
      return client.done(handle);
    };
    expect(run(group)).toBe(true);
    bench.engine.kernel.run('power/control', () => tyr.pm?.forbid(true));
    // The main loop becomes a branch to itself, in the memory it runs from.
    const bytes = Uint8Array.of(THUMB.BRANCH_TO_SELF & 0xff, THUMB.BRANCH_TO_SELF >> 8);
    for (const name of ['global_requests', 'group_requests']) {
      bench.engine.apply({ kind: 'memory-write', space: 'mcu', as: 0, address: symbol(name).address & ~1, bytes });
    }
    // A ping is due at most twelve seconds after the last one; the core only turns in its circle once it comes.
    for (let s = 0; s < 14 && tyr.reset.count === 0; s++) advance(bench, 1000);
    const log = bench.engine.board.logLines.join('\n');
    expect(log).toMatch(/FW ping timeout, scheduling a reset|request timedout/);
    advance(bench, 400);
    expect(tyr.reset.count).toBe(1);
    expect(tyr.drm.isUnplugged).toBe(false);
    expect(run(client.group(1, 1))).toBe(true);
  });

  it('that survives a reset makes the device unusable: every call says ENODEV', () => {
    const { bench, tyr } = booted();
    const client = new Client(bench.engine, 1);
    const group = client.group(1, 1);
    const handle = client.syncobj();
    client.submit(group, [
      { queue: 0, stream: client.stream(words(ENDLESS)), syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }] },
    ]);
    advance(bench, 2);
    const waiting = client.wait(handle);
    expect(waiting).toBeDefined();
    // No L2 any more: the reset cannot turn it on.
    const power = GPU_POWER.L2_READY.offset;
    const { machine } = bench.engine.board;
    const read = machine.hostRead.bind(machine);
    machine.hostRead = (offset) => (offset === power ? 0 : read(offset));
    bench.engine.kernel.run('reset', () => tyr.reset.schedule());
    advance(bench, 700);
    expect(bench.engine.board.logLines).toContain('Failed to boot MCU after reset, making device unusable.');
    expect(client.process.call(PANTHOR_IOCTLS.VM_CREATE, {}).result).toBe(-19);
    expect(bench.engine.answered(waiting!)).toBe(true);
    expect(() => new UserProcess(bench.engine, 2)).toThrow('errno 19');
  });
});

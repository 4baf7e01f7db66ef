/**
 * Runtime power management and frequency scaling on the whole bench: the device sleeps 50 ms after its last use,
 * wakes up by itself with the firmware's memory kept, and its clock follows its load.
 */
import { describe, expect, it } from 'vitest';
import { SYNC_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { GPU_POWER, MCU_CONTROL } from '../../spec/registers/index.ts';
import { CLOCK_IDS, SUPPLY_IDS } from './rk3588.ts';
import { Client } from './testing-client.ts';
import { advance, booted, ENDLESS, words } from './testing-driver.ts';
import { patchedImage, symbol, THUMB, type TestBench } from './testing.ts';

const LOOP = 'MOVE32 r66, #3000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2';

function job(bench: TestBench, client: Client, group: number, stream: ReturnType<Client['stream']>): boolean {
  const handle = client.syncobj();
  client.submit(group, [{ queue: 0, stream, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }] }]);
  advance(bench, 40);
  return client.done(handle);
}

describe('runtime PM', () => {
  it('sleeps 50 ms after the last use, and wakes for a job with the firmware as it was', () => {
    const { bench, tyr } = booted();
    const { board } = bench.engine;
    advance(bench, 30);
    expect(tyr.pm?.state).toBe('ACTIVE');
    advance(bench, 40);
    expect(tyr.pm?.state).toBe('SUSPENDED');
    // Only the supplies are left on; no register answers.
    expect(board.held).toEqual(Object.values(SUPPLY_IDS));
    expect(board.machine.peek(GPU_POWER.L2_READY.offset)).toBe(0);
    const client = new Client(bench.engine, 1);
    const flush = client.process.mmap(2 ** 56, 4096, false);
    expect(client.process.read(flush, 4)).toEqual(Uint8Array.of(1, 0, 0, 0));
    const stream = client.stream(words(LOOP));
    const group = client.group(1, 1);
    expect(tyr.pm?.state).toBe('SUSPENDED');
    const before = bench.recorder.of('mcuEvent').filter((e) => e.kind === 'boot').length;
    for (let round = 0; round < 3; round++) {
      expect(job(bench, client, group, stream), `round ${round}`).toBe(true);
      expect(tyr.pm?.state).toBe('ACTIVE');
      advance(bench, 100);
      expect(tyr.pm?.state).toBe('SUSPENDED');
    }
    expect(tyr.fw.isFast).toBe(true);
    expect(tyr.pm?.suspends).toBe(4);
    expect(tyr.reset.count).toBe(0);
    expect(bench.recorder.of('mcuEvent').filter((e) => e.kind === 'boot').length).toBe(before + 3);
    expect(board.logLines.filter((l) => /timeout|fail/i.test(l))).toEqual([]);
    client.process.close();
    bench.engine.apply({ kind: 'module-unload', module: 'tyr' });
    expect(board.held).toEqual([]);
    expect(bench.engine.kernel.dma.pagesUsed).toBe(0);
  });

  it('stays on while a job runs, and while it is told to', () => {
    const { bench, tyr } = booted();
    const client = new Client(bench.engine, 1);
    const group = client.group(1, 1);
    client.submit(group, [{ queue: 0, stream: client.stream(words(ENDLESS)) }]);
    advance(bench, 150);
    expect(tyr.pm?.state).toBe('ACTIVE');
    client.process.close();
    advance(bench, 100);
    expect(tyr.pm?.state).toBe('SUSPENDED');
    bench.engine.kernel.run('power/control', () => tyr.pm?.forbid(true));
    advance(bench, 100);
    expect(tyr.pm?.state).toBe('ACTIVE');
  });

  it('loads the firmware again when it does not halt', () => {
    // The firmware never looks at a global request again after its first pass.
    const { bench, tyr } = booted({ firmware: patchedImage([[symbol('global_requests').address, THUMB.RETURN]]) });
    advance(bench, 1200);
    expect(bench.engine.board.logLines).toContain('Failed to cleanly suspend MCU');
    const client = new Client(bench.engine, 1);
    client.group(1, 1);
    bench.engine.kernel.run('use', () => tyr.pm?.get());
    expect(tyr.pm?.state).toBe('ACTIVE');
    expect(tyr.fw.isFast).toBe(false);
    const status = MCU_CONTROL.MCU_STATUS.field('value');
    expect(status.nameOf(bench.engine.board.machine.peek(MCU_CONTROL.MCU_STATUS.offset))).toBe('ENABLED');
  });

  it('gives up a resume whose clock does not start, and tries again next time', () => {
    const { bench, tyr } = booted();
    advance(bench, 100);
    const client = new Client(bench.engine, 1);
    const group = client.group(1, 1);
    const stream = client.stream(words(LOOP));
    bench.engine.apply({ kind: 'board-fault', what: 'clk-enable', errno: 5, skip: 0 });
    expect(job(bench, client, group, stream)).toBe(true);
    expect(tyr.pm?.state).toBe('SUSPENDED');
    expect(bench.recorder.jobs().at(-1)?.status).toBe('EIO');
    expect(job(bench, client, group, stream)).toBe(true);
    expect(bench.recorder.jobs().at(-1)?.status).toBe('done');
  });
});

describe('devfreq', () => {
  it('goes to the top under load and down again without', () => {
    const { bench, tyr } = booted();
    const { board } = bench.engine;
    const rate = (): number => board.clocks.rate(CLOCK_IDS.core);
    const supply = (): number => board.regulators.getVoltage(SUPPLY_IDS.mali);
    expect([rate(), supply(), board.machine.gpuClock.hz]).toEqual([300e6, 675_000, 300e6]);
    const client = new Client(bench.engine, 1);
    const group = client.group(1, 1);
    bench.engine.kernel.run('power/control', () => tyr.pm?.forbid(true));
    client.submit(group, [{ queue: 0, stream: client.stream(words(ENDLESS)) }]);
    advance(bench, 120);
    expect([rate(), supply(), board.machine.gpuClock.hz]).toEqual([1000e6, 850_000, 1000e6]);
    client.process.close();
    advance(bench, 200);
    expect([rate(), supply(), board.machine.gpuClock.hz]).toEqual([300e6, 675_000, 300e6]);
    expect(tyr.devfreq.transitions).toBe(3);
  });
});

/** Files about the driver, its attributes, and frequency over time, as requests of a window. */
import { describe, expect, it } from 'vitest';
import { SYNC_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { assemble } from '../../spec/cs/assemble.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { Client } from './testing-client.ts';
import { testBench, type TestBench } from './testing.ts';

const MS = 1_000_000;
const WORK =
  'MOVE32 r66, #0\nMOVE32 r68, #200\n' +
  'FLUSH_CACHE2.l2_clean.lsc_clean.other_none r66, #0, #0\nWAIT #1\nADD_IMM32 r68, r68, #-1\nBRANCH.gt r68, #-4';

function booted(): { bench: TestBench; client: Client; file: (path: string) => string } {
  const bench = testBench();
  expect(bench.call('bench.boot', {}).ok).toBe(true);
  const client = new Client(bench.engine, 1);
  return { bench, client, file: (path) => bench.call('driver.file', { path }).text };
}

const pass = (bench: TestBench, ms: number): void =>
  void bench.engine.apply({ kind: 'advance', until: 'time', limitNs: ms * MS });

describe('files about the driver', () => {
  it('all have text that says what there is', () => {
    const { bench, client, file } = booted();
    client.group(1, 2);
    client.syncobj();
    client.process.must(PANTHOR_IOCTLS.TILER_HEAP_CREATE, {
      vm_id: client.vm,
      initial_chunk_count: 2,
      chunk_size: 0x20_0000,
      max_chunks: 5,
    });
    const paths = bench.call('driver.files', {});
    expect(paths).toContain('proc/1/fdinfo');
    for (const path of paths) expect(file(path).length, path).toBeGreaterThan(0);
    expect(file('debug/dri/0/name')).toMatch(/^panthor dev=.* 1\.9\.0/);
    expect(file('debug/dri/0/clients')).toMatch(/client1 +1 /);
    expect(file('debug/dri/0/gems')).toContain('Tiler heap chunk');
    expect(file('debug/dri/0/gpuvas')).toMatch(/VM 1 \(MCU\), 48 bits/);
    expect(file('debug/dri/0/page_tables')).toMatch(/0x800000200000 +0x[0-9a-f]+ +0x400000 +2 +2 /);
    expect(file('debug/dri/0/groups')).toMatch(/group 1 .* VM 2 priority 1 CREATED/);
    expect(file('debug/dri/0/heaps')).toMatch(/2 +0 +0x[0-9a-f]+ +2097152 +2 +5 /);
    expect(file('debug/dri/0/sched')).toMatch(/idle\[1\]: 1/);
    expect(file('debug/dri/0/firmware')).toMatch(/streams per group: 8[\s\S]*CSG 7 CS 7/);
    expect(file('debug/dri/0/memory')).toContain('page table vm2');
    expect(file('debug/clk/clk_summary')).toMatch(/^core .* MHz$/m);
    expect(file('proc/1/fdinfo')).toMatch(/drm-driver:\tpanthor/);
    expect(() => file('debug/nothing')).toThrow('there is no file debug/nothing');
    expect(() => file('sys/profilin')).toThrow('there is no file');
  });

  it('are none without a driver', () => {
    const bench = testBench();
    expect(bench.call('driver.files', {})).toEqual([]);
    expect(() => bench.call('driver.file', { path: 'sys/profiling' })).toThrow('no driver is bound');
  });
});

describe('attributes', () => {
  it('profiling takes 0 to 3, and the next jobs record', () => {
    const { bench, client, file } = booted();
    const write = (path: string, value: string): number => bench.call('driver.write', { path, value }).result;
    expect(['4', '-1', 'x', '', '0x100000000'].map((v) => write('sys/profiling', v))).toEqual([
      -22, -22, -22, -22, -22,
    ]);
    expect(file('sys/profiling')).toBe('0');
    expect(write('sys/profiling', '3\n')).toBe(0);
    expect(file('sys/profiling')).toBe('3');
    expect([write('sys/devfreq/cur_freq', '1'), write('sys/nothing', '1')]).toEqual([-13, -2]);
    expect(() => write('debug/dri/0/gems', '1')).toThrow('cannot be written');
    const stream = client.stream(new Uint8Array(assemble(WORK, { arch: 10 }).words.buffer));
    client.submit(client.group(1, 1), [{ queue: 0, stream, syncs: [] }]);
    pass(bench, 40);
    expect(file('proc/1/fdinfo')).toMatch(/drm-cycles-panthor:\t[1-9]/);
  });

  it('power/control keeps the device on, and wakes it', () => {
    const { bench, file } = booted();
    const control = (value: string) => bench.call('driver.write', { path: 'sys/power/control', value }).result;
    pass(bench, 200);
    expect([file('sys/power/runtime_status'), bench.call('bench.status', {}).gpuPower]).toEqual([
      'suspended',
      'asleep',
    ]);
    expect(control('on')).toBe(0);
    pass(bench, 200);
    expect([file('sys/power/runtime_status'), bench.call('bench.status', {}).gpuPower]).toEqual(['active', 'kept on']);
    expect(control('off')).toBe(-22);
    bench.engine.load(bench.engine.save());
    expect(file('sys/power/control')).toBe('on');
    expect(control('auto')).toBe(0);
    pass(bench, 200);
    expect(bench.call('bench.status', {}).gpuPower).toBe('asleep');
  });
});

it('frequency over time has every change, and the times the clock is off', () => {
  const { bench, client } = booted();
  pass(bench, 200);
  const stream = client.stream(new Uint8Array(assemble(WORK.replace('#200', '#20000'), { arch: 10 }).words.buffer));
  const handle = client.syncobj();
  client.submit(client.group(1, 1), [{ queue: 0, stream, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle }] }]);
  for (let ms = 0; ms < 400 && !client.done(handle); ms += 20) pass(bench, 20);
  pass(bench, 300);
  const { nowNs, changes } = bench.call('driver.frequency', {});
  expect(nowNs).toBe(bench.engine.now);
  const mhz = changes.map((c) => c.hz / 1e6);
  expect(mhz[0]).toBe(300);
  expect(mhz).toContain(0);
  expect(mhz.at(-1)).toBe(0);
  expect(Math.max(...mhz)).toBe(1000);
  // Voltage is that of the point; times rise.
  for (const [i, c] of changes.entries()) {
    expect(c.uv).toBe(c.hz === 0 ? 0 : ({ 300: 675_000, 1000: 850_000 }[c.hz / 1e6] ?? c.uv));
    if (i > 0) expect(c.timeNs).toBeGreaterThan(changes[i - 1]?.timeNs ?? 0);
  }
  bench.engine.load(bench.engine.save());
  expect(bench.call('driver.frequency', {}).changes).toEqual(changes);
});

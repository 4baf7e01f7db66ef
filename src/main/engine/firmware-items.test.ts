/** Configuration items and the firmware's log buffer, on the whole bench. */
import { describe, expect, it } from 'vitest';
import { patchedImage, testBench } from './testing.ts';

const VERBOSITY = 'Log verbosity';

describe('configuration items', () => {
  it('set before the boot reach the firmware with it', () => {
    const bench = testBench();
    bench.call('fw.config', { name: VERBOSITY, value: 2 });
    expect(bench.call('fw.items', {}).config).toMatchObject([{ name: VERBOSITY, min: 0, max: 2, pending: 2 }]);
    bench.call('bench.boot', {});
    bench.call('time.advance', { ns: 100_000 });
    const [item] = bench.call('fw.items', {}).config;
    expect(item).toMatchObject({ value: 2 });
    expect(item).not.toHaveProperty('pending');
  });

  it('refuse other names and values', () => {
    const bench = testBench();
    expect(() => bench.call('fw.config', { name: VERBOSITY, value: 3 })).toThrow('takes 0 to 2');
    expect(() => bench.call('fw.config', { name: 'Log verbosit', value: 1 })).toThrow('did you mean "Log verbosity"');
  });
});

describe('the log buffer', () => {
  it('is empty until it is enabled, then holds what the firmware logs', () => {
    const bench = testBench();
    expect(() => bench.call('fw.trace', { name: 'fwlog', on: true })).toThrow('not mapped');
    bench.call('bench.boot', {});
    expect(() => bench.call('fw.log', {})).toThrow('not enabled');
    bench.call('fw.trace', { name: 'fwlog', on: true });
    bench.call('fw.config', { name: VERBOSITY, value: 2 });
    expect(bench.call('fw.items', {}).traceBuffers).toEqual([{ name: 'fwlog', type: 0, enabled: true }]);
    expect(bench.call('fw.log', {})).toEqual({ text: '' });
    // A stream that dies is logged.
    const words = new Uint8Array(8).fill(0xff);
    bench.call('stream.run', { words, name: 'invalid' });
    const { text } = bench.call('fw.log', {});
    expect(text).toContain('fatal error of stream ');
    expect(bench.recorder.of('mcuEvent').some((row) => row.kind === 'log' && text.includes(row.detail))).toBe(true);
    expect(bench.call('fw.log', {})).toEqual({ text: '' });
    bench.call('fw.trace', { name: 'fwlog', on: false });
    expect(() => bench.call('fw.log', {})).toThrow('not enabled');
  });
});

describe('signs of life and resets', () => {
  it('are answered by a firmware that runs, and not by one that is halted', () => {
    const bench = testBench();
    expect(() => bench.call('fw.ping', {})).toThrow('boot first');
    bench.call('bench.boot', {});
    const { answered, ns } = bench.call('fw.ping', {});
    expect(answered).toBe(true);
    expect(ns).toBeLessThan(100_000);
    bench.call('mcu.halt', {});
    expect(bench.call('fw.ping', { limitNs: 20_000 })).toMatchObject({ answered: false });
  });

  it('a fast one keeps the memory, a slow one loads it again', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const before = bench.call('fw.watchdog', {});
    expect(before).toMatchObject({ cause: 'COLD', resets: 0, mcu: 'ENABLED' });
    bench.call('fw.config', { name: VERBOSITY, value: 2 });
    expect(bench.call('fw.reset', { kind: 'fast' })).toMatchObject({ mcu: 'ENABLED', cause: 'WARM' });
    expect(bench.call('fw.items', {}).config).toMatchObject([{ value: 2 }]);
    expect(bench.call('fw.ping', {}).answered).toBe(true);
    expect(bench.call('fw.reset', { kind: 'slow' })).toMatchObject({ mcu: 'ENABLED', cause: 'COLD' });
    expect(bench.call('fw.items', {}).config).not.toMatchObject([{ value: 2 }]);
    expect(bench.call('fw.ping', {}).answered).toBe(true);
    expect(bench.call('fw.watchdog', {}).resets).toBe(1);
    expect(bench.call('stream.run', { words: new Uint8Array(8), name: 'nop' }).jobs[0]?.status).toBe('done');
  });

  it('an image that waits for the boot has its own items', () => {
    const bench = testBench();
    bench.call('firmware.select', { bytes: patchedImage([]), name: 'other' });
    bench.call('fw.config', { name: VERBOSITY, value: 1 });
    bench.call('bench.boot', {});
    bench.call('time.advance', { ns: 100_000 });
    expect(bench.call('fw.items', {}).config).toMatchObject([{ value: 1 }]);
  });
});

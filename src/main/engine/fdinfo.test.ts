import { expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { boundDevice } from '../../driver/tyr/tyr.ts';
import { fdinfo } from '../../driver/tyr/fdinfo.ts';
import { PROFILING } from '../../driver/tyr/job.ts';
import { Client } from './testing-client.ts';
import { testBench } from './testing.ts';

it('fdinfo tells what jobs have used and what memory a file holds', () => {
  const bench = testBench();
  bench.call('bench.boot', {});
  const tyr = boundDevice(bench.engine.kernel)!;
  tyr.profiling = PROFILING.CYCLES | PROFILING.TIMESTAMP;
  const client = new Client(bench.engine, 1);
  const group = client.group(1, 1);
  const loop = 'MOVE32 r66, #3000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2';
  const stream = client.stream(new Uint8Array(assemble(loop, { arch: 10 }).words.buffer));
  const read = () => new Map(fdinfo(tyr.drm.openFiles[0]!));
  expect(read().get('drm-cycles-panthor')).toBe('0');
  client.submit(group, [{ queue: 0, stream }]);
  bench.engine.apply({ kind: 'advance', until: 'time', limitNs: 5_000_000 });
  const info = read();
  const cycles = Number(info.get('drm-cycles-panthor'));
  expect(cycles).toBeGreaterThan(6000);
  // The time is that of as many cycles, to the tick of the timer.
  const ns = Number.parseInt(info.get('drm-engine-panthor')!, 10);
  expect(Math.abs(ns - (cycles * 1000) / 300)).toBeLessThan(1000);
  expect(info.get('drm-total-memory')).toBe('4 KiB');
  expect(info.get('drm-curfreq-panthor')).toBe('300000000 Hz');
});

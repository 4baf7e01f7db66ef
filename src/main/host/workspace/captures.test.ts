/** Captures in a window: opening their files, replaying them on a bench, stops in their shaders, giving up. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../protocol/client.ts';
import { testBench } from '../../engine/testing.ts';
import { Captures } from './captures.ts';

const FOLDER = fileURLToPath(new URL('../../lab/fixtures/captures', import.meta.url));
const quiet = (): void => {};

function filesOf(name: string): { name: string; bytes: Uint8Array }[] {
  return readdirSync(path.join(FOLDER, name)).map((file) => ({
    name: `${name}/${file}`,
    bytes: new Uint8Array(readFileSync(path.join(FOLDER, name, file))),
  }));
}

describe('captures in a window', () => {
  it('open from files or an archive, replay, and tell the first difference of each buffer', async () => {
    const bench = testBench();
    const call: Client['call'] = (name, params) => Promise.resolve(bench.call(name, params));
    const captures = new Captures();
    const entry = captures.open('01_store_const', filesOf('01_store_const'));
    expect(entry).toMatchObject({ kernel: '01_store_const', submits: 4, buffers: 5, compare: 'exact', state: 'idle' });
    const steps: number[] = [];
    const verdict = await captures.replay(entry.id, { call }, (_, done) => steps.push(done));
    expect(verdict).toMatchObject({ ok: true, cancelled: false, differing: 0 });
    expect(verdict.buffers.map((b) => b.compared)).toEqual([true, true, true, true, true]);
    expect(steps.length).toBeGreaterThan(20);
    expect(bench.call('shaderdebug.programs', {}).map((p) => p.name)).toEqual(['01_store_const']);
    // The bench is the same: again, from an archive, with one byte of what is expected changed.
    const archive = execFileSync('tar', ['-cz', '-C', FOLDER, '01_store_const'], { maxBuffer: 1 << 28 });
    const packed = captures.open('packed', [{ name: 'c.tar.gz', bytes: new Uint8Array(archive) }]);
    expect((await captures.replay(packed.id, { call }, quiet)).ok).toBe(true);
    const files = filesOf('01_store_const').map((f) => {
      if (!f.name.endsWith('expected.bin.gz')) return f;
      const expected = gunzipSync(f.bytes);
      expected[0x1_0000 + 8]! ^= 1;
      return { ...f, bytes: new Uint8Array(gzipSync(expected)) };
    });
    const altered = captures.open('altered', files);
    const differs = await captures.replay(altered.id, { call }, quiet);
    expect(differs).toMatchObject({ ok: false, differing: 1 });
    const [bad, ...others] = differs.buffers.filter((b) => b.differing > 0);
    expect(others).toEqual([]);
    expect(bad?.first).toMatchObject({ offset: 8 });
    expect(bad?.first?.got).not.toBe(bad?.first?.want);
    expect(captures.list().map((c) => c.verdict?.ok)).toEqual([true, true, false]);
    captures.close(altered.id);
    expect(captures.list()).toHaveLength(2);
  });

  it('wait while a debugger stands in their shader, and can be given up there', async () => {
    const bench = testBench();
    const call: Client['call'] = (name, params) => Promise.resolve(bench.call(name, params));
    const captures = new Captures();
    const { id } = captures.open('01', filesOf('01_store_const'));
    await captures.replay(id, { call }, quiet);
    const program = bench.call('shaderdebug.programs', {}).at(-1)!;
    const point = bench.call('shaderdebug.break', { program: program.id, index: 0 });
    const until = async (done: () => boolean): Promise<void> => {
      for (let n = 0; n < 500 && !done(); n++) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(done()).toBe(true);
    };
    const waiting = (): boolean => captures.list()[0]?.state === 'waiting';
    const second = captures.replay(id, { call }, quiet);
    await until(waiting);
    await expect(captures.replay(id, { call }, quiet)).rejects.toThrow(/is being replayed/);
    expect(bench.call('shaderdebug.where', {})).toMatchObject({ state: 'stopped', reason: 'breakpoint', index: 0 });
    bench.call('shaderdebug.step', {});
    bench.call('shaderdebug.back', {});
    expect(bench.call('shaderdebug.where', {})).toMatchObject({ state: 'stopped', index: 0 });
    bench.call('shaderdebug.unbreak', { id: point.id });
    const { timeNs } = bench.call('shaderdebug.where', {});
    expect(bench.call('shaderdebug.release', {})).toMatchObject({ state: 'running', timeNs });
    expect((await second).ok).toBe(true);
    bench.call('shaderdebug.break', { program: program.id, index: 0 });
    const third = captures.replay(id, { call }, quiet);
    await until(waiting);
    captures.cancel();
    expect(await third).toMatchObject({ ok: false, cancelled: true });
    expect(captures.list()[0]).toMatchObject({ state: 'idle', verdict: { cancelled: true } });
  });

  it('say what is wrong with their files', () => {
    const captures = new Captures();
    const files = filesOf('01_store_const');
    const without = (name: string) => files.filter((f) => !f.name.endsWith(name));
    expect(() => captures.open('x', without('run.json'))).toThrow(/run\.json.*is missing/s);
    expect(() => captures.open('x', without('expected.bin.gz'))).toThrow(/expected\.bin\.gz.*is missing/s);
    expect(() => captures.open('x', [...files, ...filesOf('02_ids')])).toThrow(/2 captures/);
    expect(() => captures.open('x', [{ name: 'x.tgz', bytes: new Uint8Array(10) }])).toThrow(/cannot be unpacked/);
    expect(() => captures.open('x', [])).toThrow(/run\.json/);
    expect(() => captures.close('c9')).toThrow(/no capture/);
  });
});

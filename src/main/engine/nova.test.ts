import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { NOVA_IOCTLS } from '../../spec/uapi/nova.ts';
import { EngineControl } from './control.ts';
import { Engine } from './engine.ts';
import { UserProcess } from './process.ts';
import { nullRecorder } from './recorder.ts';
import { NOVA_VRAM } from './rk3588.ts';
import { testBench } from './testing.ts';

describe('the second driver', () => {
  it('answers its three calls beside the first one', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const { engine } = bench;
    expect(() => new UserProcess(engine, 9, 'nova')).toThrow('errno 2');
    const pages = engine.kernel.dma.pagesUsed;
    expect(engine.apply({ kind: 'module-load', module: 'nova' })).toEqual({ result: 0 });
    expect(() => engine.apply({ kind: 'module-load', module: 'nova' })).toThrow('loaded already');
    expect(engine.kernel.nodes.paths).toContain('dri/renderD129');
    const p = new UserProcess(engine, 1, 'nova');
    expect(p.must(NOVA_IOCTLS.GETPARAM, { param: 1 }).value).toBe(NOVA_VRAM.size);
    expect(p.call(NOVA_IOCTLS.GETPARAM, { param: 2 }).result).toBe(-22);
    expect(p.call(NOVA_IOCTLS.GEM_CREATE, { size: 0 }).result).toBe(-22);
    const { handle } = p.must(NOVA_IOCTLS.GEM_CREATE, { size: 5000 });
    expect(p.must(NOVA_IOCTLS.GEM_INFO, { handle }).size).toBe(8192);
    expect(p.call(NOVA_IOCTLS.GEM_INFO, { handle: 7 }).result).toBe(-2);
    expect(p.call(CORE_IOCTLS.SYNCOBJ_CREATE, {}).result).toBe(-95);
    expect(p.must(CORE_IOCTLS.VERSION, {})).toMatchObject({ version_major: 0, version_minor: 0 });
    expect(Object.values(NOVA_IOCTLS).map((i) => i.number.toString(16))).toEqual(['c0106440', 'c0106441', 'c0106442']);

    const copy = new Engine(engine.powerOn, nullRecorder, new EngineControl());
    copy.load(engine.save());
    expect(copy.stateHash()).toBe(engine.stateHash());
    for (const e of [engine, copy]) {
      e.apply({ kind: 'close', client: 1 });
      e.apply({ kind: 'module-unload', module: 'nova' });
      expect(e.kernel.dma.pagesUsed).toBe(pages);
    }
    expect(copy.stateHash()).toBe(engine.stateHash());
    expect(() => engine.apply({ kind: 'module-unload', module: 'nova' })).toThrow('not loaded');
  });
});

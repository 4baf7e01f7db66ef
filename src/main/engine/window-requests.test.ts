/** Run control, undo and redo, firmware by choice, cheap peeks: what a window asks of an engine. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { EngineControl } from './control.ts';
import { nullRecorder } from './recorder.ts';
import { Service } from './service.ts';
import type { EngineRequestName, Params, Result } from '../../protocol/messages.ts';

const firmware = readFileSync(new URL('../../../resources/firmware/reference.bin', import.meta.url));

interface Rig {
  readonly service: Service;
  readonly sent: { notice: string; data: unknown }[];
  ask<K extends EngineRequestName>(name: K, params: Params<K>): Result<K>;
}

function rig(bare = false): Rig {
  const sent: Rig['sent'] = [];
  const notify = (notice: string, data: unknown): void => void sent.push({ notice, data });
  const service = new Service({ recorder: nullRecorder, control: new EngineControl(), notify });
  const ask: Rig['ask'] = (name, params) => service.handle(name, params) as never;
  ask('bench.create', { sessionPath: 'none', bare, ...(bare ? {} : { firmware: new Uint8Array(firmware) }) });
  return { service, sent, ask };
}

describe('a booted bench', () => {
  let r: Rig;
  beforeAll(() => {
    r = rig();
    expect(r.ask('bench.boot', {}).ok).toBe(true);
  });

  it('passes the log on and tells ten times a second at most that something changed', () => {
    const { service, sent, ask } = r;
    let ms = 1000;
    expect(sent.some((s) => s.notice === 'log')).toBe(true);
    sent.length = 0;
    service.turn(() => ms);
    for (let i = 0; i < 50; i++) {
      ask('time.advance', { ns: 10 });
      service.turn(() => ms);
      ms += 10;
    }
    const told = sent.filter((s) => s.notice === 'changed').length;
    expect(told).toBeGreaterThanOrEqual(5);
    expect(told).toBeLessThanOrEqual(7);
    // The last change is told even when nothing follows.
    ms += 1000;
    service.turn(() => ms);
    sent.length = 0;
    ask('register.peekWords', { space: 'host', offsets: [0] });
    service.turn(() => ms + 1000);
    expect(sent).toEqual([]);
  });

  it('peeks at words as at registers', () => {
    const [id] = r.ask('register.peek', { names: ['GPU_ID'] });
    expect([...r.ask('register.peekWords', { space: 'host', offsets: [0, 0] })]).toEqual([id!.value, id!.value]);
    expect(() => r.ask('register.peekWords', { space: 'host', offsets: [2] })).toThrow(/multiple of 4/);
  });

  it('takes a poke back and does it again, exactly', () => {
    const { ask } = r;
    const peek = (): unknown => ask('register.peek', { names: ['GPU_INT_MASK'] })[0]!.value;
    const before = ask('bench.stateHash', {});
    const old = peek();
    ask('register.poke', { name: 'GPU_INT_MASK', value: 0x101 });
    ask('register.poke', { name: 'GPU_INT_MASK', value: 0x201 });
    const after = ask('bench.stateHash', {});
    expect(ask('bench.status', {}).undo).toBe('write GPU_INT_MASK');
    ask('history.undo', {});
    expect(peek()).toBe(0x101);
    ask('history.undo', {});
    expect(peek()).toBe(old);
    expect(ask('bench.stateHash', {})).toBe(before);
    expect(() => ask('history.undo', {})).toThrow(/nothing to undo/);
    ask('history.redo', {});
    expect(peek()).toBe(0x101);
    ask('history.redo', {});
    expect(peek()).toBe(0x201);
    expect(ask('bench.stateHash', {})).toBe(after);
    ask('history.undo', {});
    // Something else happened: what was undone cannot come back.
    ask('time.advance', { ns: 100 });
    expect(ask('bench.status', {}).redo).toBeUndefined();
    expect(() => ask('history.redo', {})).toThrow(/nothing to redo/);
    expect(ask('snapshot.list', {}).every((s) => s.automatic)).toBe(true);
  });

  it('halts and starts the MCU', () => {
    expect(r.ask('mcu.halt', {})).toBeDefined();
    r.ask('time.advance', { ns: 1_000_000 });
    expect(r.ask('firmware.state', {}).mcu).toBe('DISABLED');
    r.ask('mcu.start', {});
    r.ask('time.advance', { ns: 5_000_000 });
    expect(r.ask('firmware.state', {}).mcu).toBe('ENABLED');
    r.ask('mcu.reset', {});
    r.ask('time.advance', { ns: 5_000_000 });
    expect(r.ask('firmware.state', {}).mcu).toBe('ENABLED');
  });

  it('runs by itself at pace until idle, then stands still', () => {
    const { service, ask } = r;
    ask('register.poke', { name: 'MCU_CONTROL', value: 2 });
    let ms = 5000;
    const from = ask('bench.status', {}).timeNs;
    ask('run.continue', { mode: 'paced' });
    for (let i = 0; i < 100_000 && service.turn(() => ms) < Infinity; i++) ms += 1;
    const status = ask('bench.status', {});
    expect(status.running).toBe(true);
    expect(status.idle).toBe(true);
    const virtualMs = (status.timeNs - from) / 1e6;
    expect(virtualMs).toBeLessThanOrEqual(ms - 5000 + 1);
    service.turn(() => (ms += 1000));
    expect(ask('bench.status', {}).timeNs).toBe(status.timeNs);
    ask('run.pause', {});
    expect(ask('bench.status', {}).running).toBe(false);
  });

  it('takes other firmware at the next power-cycle', () => {
    const { ask } = r;
    const was = ask('firmware.state', {});
    expect(was).toMatchObject({ size: firmware.length, name: 'reference' });
    expect(() => ask('firmware.select', { bytes: new Uint8Array(100), name: 'x' })).toThrow();
    ask('firmware.select', { bytes: new Uint8Array(firmware), name: 'mine' });
    expect(ask('firmware.state', {})).toMatchObject({ name: 'reference', pending: 'mine' });
    ask('bench.power-cycle', {});
    expect(ask('firmware.state', {})).toMatchObject({ name: 'mine', version: '' });
    expect(ask('bench.status', {}).booted).toBe(false);
    expect(ask('bench.boot', {}).ok).toBe(true);
  });
});

describe('a bench that was stopped', () => {
  it('says so, tells its status, and refuses the rest', () => {
    const sent: string[] = [];
    const control = new EngineControl();
    const notify = (notice: string): void => void sent.push(notice);
    const service = new Service({ recorder: nullRecorder, control, notify });
    service.handle('bench.create', { sessionPath: 'none', bare: true });
    control.words[1] = 1;
    expect(() => service.handle('register.read', { name: 'GPU_ID' })).toThrow(/stopped on request/);
    expect(sent).toContain('bench');
    expect(service.handle('bench.status', {})).toMatchObject({ running: false });
    expect(() => service.handle('register.peek', { names: ['GPU_ID'] })).toThrow(/start a new one/);
  });
});

describe('a bare bench', () => {
  it('has no firmware to choose', () => {
    const { ask } = rig(true);
    expect(() => ask('firmware.select', { bytes: new Uint8Array(firmware), name: 'x' })).toThrow(/bare/);
    expect(() => ask('firmware.bytes', {})).toThrow(/no firmware/);
  });
});

/** The driver's objects and any memory as a window asks for them; nothing of it may leave a trace. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { EngineRequestName, Params, Result } from '../../protocol/messages.ts';
import { engineRequests } from '../../protocol/messages.ts';
import { viewRequests } from '../../protocol/driver-views.ts';
import { assemble } from '../../spec/cs/assemble.ts';
import { EngineControl } from './control.ts';
import { UserProcess } from './process.ts';
import { nullRecorder } from './recorder.ts';
import { Service } from './service.ts';

const firmware = readFileSync(new URL('../../../resources/firmware/reference.bin', import.meta.url));

function ask<K extends EngineRequestName>(service: Service, name: K, params: Params<K>): Result<K> {
  // The schema has the last word, as on the wire.
  return engineRequests[name].result.parse(service.handle(name, params)) as Result<K>;
}

function rig(bare: boolean): Service {
  const service = new Service({ recorder: nullRecorder, control: new EngineControl(), notify: () => {} });
  ask(service, 'bench.create', { sessionPath: 'none', bare, ...(bare ? {} : { firmware: new Uint8Array(firmware) }) });
  return service;
}

describe('a booted bench with a stream that has run', () => {
  let s: Service;
  const VA = 0x20_0000;
  beforeAll(() => {
    s = rig(false);
    expect(ask(s, 'bench.boot', {}).ok).toBe(true);
  });

  it('shows objects, the VMs they are in, and their tables', () => {
    const objects = ask(s, 'driver.objects', {});
    const section = objects.find((o) => o.label?.startsWith('FW section'));
    expect(section?.mappings[0]?.vm).toBe(1);
    const [vm] = ask(s, 'driver.vms', {});
    expect(vm?.forMcu).toBe(true);
    expect(vm?.mappings.some((m) => m.object === section?.id)).toBe(true);
    const mapped = vm?.mappings.reduce((sum, m) => sum + m.size, 0);
    const { runs, total } = ask(s, 'driver.leaves', { vm: 1 });
    expect(total).toBe(runs.length);
    expect(runs.reduce((sum, r) => sum + r.size, 0)).toBe(mapped);
    expect(() => ask(s, 'driver.leaves', { vm: 77 })).toThrow(/no VM 77/);
  });

  it('tells power, spaces and the words of the firmware', () => {
    const power = ask(s, 'driver.power', {});
    expect(power.some((p) => p.kind === 'clock' && p.value === '200 MHz')).toBe(true);
    expect(ask(s, 'driver.spaces', {})).toHaveLength(16);
    const words = ask(s, 'driver.interface', {});
    expect(words[0]).toMatchObject({ block: 'GLB', name: 'REQ / ACK' });
    expect(words[0]?.bits.map((b) => b.name)).toContain('PING');
  });

  it('reads the MCU VM without an address space as RAM has it, and leaves holes out', () => {
    const at = 0x0400_0000;
    const vm = { space: 'vm', number: 1, address: at } as const;
    const [chunk] = ask(s, 'memory.view', { ...vm, length: 64 });
    const walk = ask(s, 'memory.walk', vm);
    const last = walk?.steps.at(-1);
    expect(last?.level).toBe(3);
    const pa = (last!.lo & 0xffff_f000) >>> 0;
    const [same] = ask(s, 'memory.view', { space: 'physical', address: pa, length: 64 });
    expect(same?.bytes).toEqual(chunk?.bytes);
    expect(ask(s, 'memory.view', { space: 'vm', number: 1, address: 0x3fff_0000, length: 4096 })).toEqual([]);
    expect(ask(s, 'memory.view', { space: 'physical', address: 0, length: 4096 })).toEqual([]);
  });

  it('finds bytes forwards and backwards, also over the seam of two pages', () => {
    const place = { space: 'vm', number: 1, address: 0x0400_0ffe } as const;
    ask(s, 'memory.edit', { ...place, bytes: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) });
    const pattern = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
    for (const backwards of [false, true]) {
      const found = ask(s, 'memory.find', { ...place, address: 0, length: 2 ** 32, pattern, backwards });
      expect(found.address).toBe(place.address);
    }
    const [edited] = ask(s, 'memory.view', { ...place, length: 4 });
    expect(edited?.bytes).toEqual(pattern);
    ask(s, 'history.undo', {});
    const [undone] = ask(s, 'memory.view', { ...place, length: 4 });
    expect(undone?.bytes).not.toEqual(pattern);
    expect(() => ask(s, 'memory.edit', { ...place, address: 0x3fff_0000, bytes: pattern })).toThrow(/not memory/);
  });

  it('shows a stream that waits: its group, queue, and who waits for its fences', () => {
    const close = vi.spyOn(UserProcess.prototype, 'close').mockImplementation(() => {});
    const text = `MOVE48 d64, #${VA}\nMOVE32 r66, #5\nSYNC_WAIT32.gt [d64], r66`;
    const words = new Uint8Array(assemble(text, { arch: 10 }).words.buffer);
    const map = [{ va: VA, length: 4096 }];
    ask(s, 'stream.run', { words, name: 'wait', map, limitNs: 5_000_000 });
    close.mockRestore();
    const [group] = ask(s, 'driver.groups', {});
    expect(group).toMatchObject({ state: 'ACTIVE', slot: 0, vm: 2, list: 'on slot 0' });
    const [queue] = group?.queues ?? [];
    expect(queue).toMatchObject({ inFlight: 1, seqno: 1, blocked: 'sync object > 5' });
    expect(queue?.insert).toBeGreaterThan(queue?.extract ?? 0);
    const { fences, syncobjs, waits } = ask(s, 'driver.fences', {});
    expect(fences.map((f) => f.of)).toEqual(
      expect.arrayContaining(['group 1 queue 0: ring job 1', 'group 1 queue 0: running job']),
    );
    const ring = fences.find((f) => f.of.endsWith('ring job 1'));
    expect(ring?.waiters).toEqual(['group1/q0/jobs 1']);
    expect(syncobjs[0]).toMatchObject({ state: 'pending', timeline: false });
    expect(waits[0]).toMatchObject({ kind: 'wait', items: [{ syncobj: syncobjs[0]?.id }] });
    expect(ask(s, 'driver.vms', {}).find((v) => v.id === 2)?.owners).toHaveLength(1);
    const [chunk] = ask(s, 'memory.view', { space: 'as', number: 1, address: VA, length: 16 });
    expect(chunk?.bytes).toEqual(new Uint8Array(16));
  });

  it('leaves everything as it is', () => {
    const before = ask(s, 'bench.stateHash', {});
    const withParameters = ['driver.leaves', 'driver.file'];
    for (const name of Object.keys(viewRequests)) {
      if (!name.startsWith('driver.') || withParameters.includes(name)) continue;
      s.handle(name, {});
    }
    ask(s, 'driver.leaves', { vm: 1 });
    for (const path of ask(s, 'driver.files', {})) ask(s, 'driver.file', { path });
    ask(s, 'memory.view', { space: 'mcu', address: 0x0400_0000, length: 65536 });
    ask(s, 'memory.view', { space: 'mcu', address: 0xe000_e000, length: 4096 });
    expect(ask(s, 'bench.stateHash', {})).toBe(before);
  });
});

describe('a bare bench', () => {
  it('has no objects and all of RAM', () => {
    const s = rig(true);
    for (const name of ['driver.objects', 'driver.vms', 'driver.groups', 'driver.interface'] as const) {
      expect(ask(s, name, {})).toEqual([]);
    }
    expect(ask(s, 'driver.power', {}).every((p) => p.state === 'on' || p.kind === 'clock')).toBe(true);
    expect(ask(s, 'memory.walk', { space: 'as', number: 3, address: 0 })).toBeUndefined();
    expect(ask(s, 'memory.view', { space: 'physical', address: 0x8000_0000, length: 16 })).toHaveLength(1);
    expect(() => ask(s, 'memory.view', { space: 'vm', number: 1, address: 0, length: 16 })).toThrow(/no VM 1/);
  });
});

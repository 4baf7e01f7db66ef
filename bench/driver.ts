/**
 * The driver: calls a second by kind, binds of many mappings, submissions, and memory an object or mapping takes.
 * The anchor is a loop over a `Map` of as many entries, so that figures of different machines compare.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EngineControl } from '../src/main/engine/control.ts';
import { Engine } from '../src/main/engine/engine.ts';
import { nullRecorder } from '../src/main/engine/recorder.ts';
import { Client } from '../src/main/engine/testing-client.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../src/spec/uapi/ioctls.ts';
import { panthorVmBindOp } from '../src/spec/uapi/panthor-structs.ts';
import { seconds, type Benchmark, type BenchResult } from './bench.ts';

const CALLS = 2_000;
const SUBMITS = 500;
const OBJECTS = 2_000;
const BINDS = [1_000, 10_000, 100_000] as const;
const PAGE = 4096;
/** Mappings whose memory can be told from noise. */
const MEASURABLE = 10_000;
/** Pages of the object that many mappings show. */
const SHOWN = 16;

function client(): { engine: Engine; client: Client } {
  const firmware = new Uint8Array(readFileSync(new URL('../resources/firmware/reference.bin', import.meta.url)));
  const power = { kind: 'power-on', gpu: 'g610', bare: false, engine: 'interpreter', overrides: {} } as const;
  const engine = new Engine({ ...power, firmware, firmwareName: 'reference' }, nullRecorder, new EngineControl());
  engine.apply({ kind: 'module-load', module: 'tyr' });
  return { engine, client: new Client(engine, 1) };
}

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes that live on the heap once what nobody needs is gone. */
function heapBytes(): number {
  if (typeof collect === 'function') collect();
  return globalThis.process.memoryUsage().heapUsed;
}

/** Entries a second that a Map takes: the anchor. */
async function anchor(): Promise<number> {
  const count = 1_000_000;
  const map = new Map<number, number>();
  const s = await seconds(() => {
    for (let i = 0; i < count; i++) map.set(i, i);
  });
  return count / s;
}

export const driver: Benchmark = {
  name: 'driver',
  about: 'ioctls by kind, VM_BIND growth, submissions, memory per object and mapping',
  async run(report) {
    const base = await anchor();
    const results: BenchResult[] = [];
    const rate = (name: string, count: number, s: number): void => {
      const value = Math.round(count / s);
      results.push({ name: `driver.${name}`, value, unit: '1/s', anchor: 'Map.set', ratio: value / base });
      report(`${name}: ${value}/s`);
    };
    const { engine, client: c } = client();
    const group = c.group(1, 1);
    const { process } = c;
    const shown = process.must(PANTHOR_IOCTLS.BO_CREATE, { size: PAGE }).handle;
    const signalled = process.must(CORE_IOCTLS.SYNCOBJ_CREATE, { flags: 1 }).handle;
    const map = () => c.array(panthorVmBindOp, [{ bo_handle: shown, va: 2 ** 32, size: PAGE }]);
    const kinds: readonly (readonly [string, () => unknown])[] = [
      ['dev-query', () => process.call(PANTHOR_IOCTLS.DEV_QUERY, { type: 0 })],
      ['vm-get-state', () => process.call(PANTHOR_IOCTLS.VM_GET_STATE, { vm_id: c.vm })],
      ['group-get-state', () => process.call(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group })],
      ['syncobj-create', () => process.call(CORE_IOCTLS.SYNCOBJ_CREATE, {})],
      ['bo-create', () => process.call(PANTHOR_IOCTLS.BO_CREATE, { size: PAGE })],
      ['bo-query-info', () => process.call(PANTHOR_IOCTLS.BO_QUERY_INFO, { handle: shown })],
      ['syncobj-poll', () => c.done(signalled)],
      ['vm-bind', () => process.call(PANTHOR_IOCTLS.VM_BIND, { vm_id: c.vm, ops: map() })],
      ['refused', () => process.call(PANTHOR_IOCTLS.VM_DESTROY, { id: 77 })],
    ];
    for (const [name, call] of kinds) {
      rate(
        `ioctl.${name}`,
        CALLS,
        await seconds(() => {
          for (let i = 0; i < CALLS; i++) call();
        }),
      );
    }
    const stream = c.stream(new Uint8Array(8));
    const s = await seconds(() => {
      for (let i = 0; i < SUBMITS; i++) {
        c.submit(group, [{ queue: 0, stream }]);
        engine.apply({ kind: 'advance', until: 'time', limitNs: 100_000 });
      }
    });
    rate('submit', SUBMITS, s);
    const perBind: number[] = [];
    for (const count of BINDS) {
      const { client: own } = client();
      const { handle } = own.process.must(PANTHOR_IOCTLS.BO_CREATE, { size: SHOWN * PAGE, exclusive_vm_id: own.vm });
      const before = heapBytes();
      const ops = Array.from({ length: count }, (_, i) => ({
        bo_handle: handle,
        bo_offset: (i % SHOWN) * PAGE,
        // Every second page, so that no two mappings touch.
        va: 2 ** 36 + i * 2 * PAGE,
        size: PAGE,
      }));
      const array = own.array(panthorVmBindOp, ops);
      const took = await seconds(() => void own.process.must(PANTHOR_IOCTLS.VM_BIND, { vm_id: own.vm, ops: array }));
      rate(`bind.${count}`, count, took);
      perBind.push(took / count);
      const bytes = (heapBytes() - before) / count;
      // Among a thousand the heap's own ups and downs are larger than what is looked for.
      if (count >= MEASURABLE) {
        results.push({ name: `driver.bytes-per-mapping.${count}`, value: Math.round(bytes), unit: 'B' });
      }
    }
    const growth = (perBind.at(-1) ?? 0) / (perBind[0] ?? 1);
    results.push({ name: 'driver.bind-growth', value: Number(growth.toFixed(2)), unit: '×' });
    report(`a mapping among 100000 takes ${growth.toFixed(2)} times as long as one among 1000`);
    const { client: many } = client();
    const before = heapBytes();
    for (let i = 0; i < OBJECTS; i++) many.process.must(PANTHOR_IOCTLS.BO_CREATE, { size: PAGE });
    const bytes = (heapBytes() - before) / OBJECTS;
    results.push({ name: 'driver.bytes-per-object', value: Math.round(bytes), unit: 'B' });
    return results;
  },
};

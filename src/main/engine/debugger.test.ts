/** The MCU debugger: breakpoints, watchpoints, steps, stops inside a driver call, going back, and honest replays. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Params, RequestName, Result } from '../../protocol/messages.ts';
import type { StopState } from '../../protocol/debug.ts';
import { EngineControl } from './control.ts';
import { Service } from './service.ts';
import { ListRecorder, patchedImage, symbol, testBench } from './testing.ts';
import { Timeline } from './timeline.ts';
import { decodeInput } from './journal.ts';

const resources = new URL('../../../resources/firmware/', import.meta.url);
const firmware = new Uint8Array(readFileSync(new URL('reference.bin', resources)));
const symbols = JSON.parse(readFileSync(new URL('reference.symbols.json', resources), 'utf8')) as {
  symbols: { name: string; address: number }[];
};
const addressOf = (name: string): number => (symbols.symbols.find((s) => s.name === name)?.address ?? 0) & ~1;

/** GLB output word doorbell_ack in the MCU's space. */
const DOORBELL_ACK = 0x0400_3008;
const GLB_DOORBELL_REQ = 0x0400_2008;

class Bench {
  readonly recorder = new ListRecorder();
  readonly stops: StopState[] = [];
  /** What to do when the MCU stops inside a driver call. */
  onInside: (bench: Bench) => void = () => {};
  readonly service: Service;

  constructor() {
    this.service = new Service({
      recorder: this.recorder,
      control: new EngineControl(),
      notify: (notice, data) => {
        if (notice === 'stopped') this.stops.push(data as StopState);
      },
      pump: (done) => {
        while (!done()) this.onInside(this);
      },
    });
    this.call('bench.create', { firmware, sessionPath: '' });
  }

  call<K extends RequestName>(name: K, params: Params<K>): Result<K> {
    return this.service.handle(name, params) as Result<K>;
  }

  booted(): this {
    this.call('bench.boot', {});
    this.call('time.advance', { ns: 1_000_000, until: 'idle' });
    this.call('debug.attach', { on: true });
    return this;
  }

  /** Rings the global doorbell with group 0 asked for. */
  ring(): void {
    this.call('debug.write', { address: GLB_DOORBELL_REQ, bytes: Uint8Array.of(1, 0, 0, 0) });
    this.call('register.poke', { name: 'CSF_DOORBELL_0', value: 1 });
  }
}

describe('the MCU debugger', () => {
  it('stops at breakpoints, counts hits and goes on', () => {
    const bench = new Bench().booted();
    const address = addressOf('main_loop');
    expect(address).toBeGreaterThan(0);
    const wfi = bench.call('debug.state', {}).pc;
    const { id } = bench.call('debug.break', { kind: 'execute', address: wfi });
    bench.ring();
    const state = bench.call('debug.run', { ns: 10_000_000 });
    expect(state).toMatchObject({ state: 'stopped', reason: 'breakpoint', pc: wfi, breakpoint: id, inside: false });
    expect(bench.call('debug.breakpoints', {})[0]?.hits).toBe(1);
    bench.call('debug.unbreak', { id });
    expect(bench.call('debug.run', { ns: 1_000_000 }).state).toBe('asleep');
  });

  it('watches memory, with the value wanted', () => {
    const bench = new Bench().booted();
    bench.call('debug.break', { kind: 'write', address: DOORBELL_ACK, size: 4, value: 1 });
    bench.ring();
    const state = bench.call('debug.run', { ns: 10_000_000 });
    expect(state).toMatchObject({ state: 'stopped', reason: 'write', address: DOORBELL_ACK });
    expect(bench.call('debug.read', { address: DOORBELL_ACK, length: 4 })).toEqual(Uint8Array.of(1, 0, 0, 0));
  });

  it('watches registers of the hardware', () => {
    const bench = new Bench().booted();
    bench.call('debug.break', { kind: 'access', address: 0x4002_0100, size: 8 });
    bench.ring();
    expect(bench.call('debug.run', { ns: 10_000_000 })).toMatchObject({ state: 'stopped', address: 0x4002_0100 });
  });

  it('steps forward and back to the same state', () => {
    const bench = new Bench().booted();
    bench.ring();
    const { history } = bench.service;
    let seed = 9;
    for (let round = 0; round < 4; round++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const steps = 1 + (seed % 40);
      bench.call('debug.step', { count: 1 });
      const before = history.engine.stateHash();
      const from = bench.call('debug.state', {}).instructions;
      bench.call('debug.step', { count: steps });
      expect(bench.call('debug.state', {}).instructions).toBe(from + steps);
      const ahead = history.engine.stateHash();
      bench.call('debug.stepBack', { count: steps });
      expect(history.engine.stateHash()).toBe(before);
      bench.call('debug.step', { count: steps });
      expect(history.engine.stateHash()).toBe(ahead);
    }
  });

  it('stops inside a driver call, answers, and lets the boot end', () => {
    const bench = new Bench();
    bench.call('debug.attach', { on: true });
    const address = addressOf('main_loop');
    bench.call('debug.break', { kind: 'execute', address });
    const seen: number[][] = [];
    let steps = 3;
    bench.onInside = (b) => {
      seen.push([...b.call('debug.registers', {})]);
      expect(b.call('debug.state', {})).toMatchObject({ state: 'stopped', inside: true });
      expect(() => b.call('debug.setRegister', { name: 'r0', value: 1 })).toThrow(/inside a driver call/);
      expect(() => b.call('register.poke', { name: 'GPU_CMD', value: 0 })).toThrow(/inside a driver call/);
      if (steps-- > 0) b.call('debug.step', { count: 1 });
      else b.call('debug.run', { ns: 1 });
    };
    const boot = bench.call('bench.boot', {});
    expect(boot.ok).toBe(true);
    expect(bench.stops.map((s) => s.reason)).toEqual(['breakpoint', 'step', 'step', 'step']);
    expect(seen[0]?.[15]).toBe(address);
    expect(new Set(seen.map((r) => r[15])).size).toBe(4);
  });

  it('leaves a session that replays without a debugger', () => {
    const bench = new Bench().booted();
    bench.call('debug.break', { kind: 'write', address: DOORBELL_ACK, size: 4 });
    bench.ring();
    bench.call('debug.run', { ns: 10_000_000 });
    bench.call('debug.step', { count: 5 });
    bench.call('debug.stepBack', { count: 2 });
    bench.call('debug.setRegister', { name: 'r3', value: 7 });
    bench.call('debug.attach', { on: false });
    bench.call('time.advance', { ns: 2_000_000, until: 'time' });
    const again = new ListRecorder();
    const blobs = new Map(bench.recorder.of('blob').map((b) => [b.sha256, b.bytes]));
    let timeline: Timeline | undefined;
    for (const row of bench.recorder.of('input').toSorted((a, b) => a.seq - b.seq)) {
      const input = decodeInput(row.payload, (hash) => blobs.get(hash));
      if (input.kind === 'power-on') timeline = new Timeline(input, again, new EngineControl());
      else timeline?.apply(input);
    }
    expect(again.accesses).toEqual(bench.recorder.accesses);
    expect(timeline?.engine.stateHash()).toBe(bench.service.history.engine.stateHash());
  });
});

describe('registers the model does not have', () => {
  /** A load from 0x40020800, which is undefined, a store of one more to it, then sleep for ever. */
  const explore = [
    [0, 0x4a02], // ldr r2, [pc, #8]
    [2, 0x6813], // ldr r3, [r2]
    [4, 0x3301], // adds r3, #1
    [6, 0x6013], // str r3, [r2]
    [8, 0xbf30], // wfi
    [10, 0xe7fe], // b .
    [12, 0x0800],
    [14, 0x4002],
  ] as const;

  it('are listed with their callers and answer by the rule set', () => {
    const { address } = symbol('reset');
    const start = (address + 3) & ~3;
    const edits = explore.map(([offset, halfword]) => [start + offset, halfword] as const);
    const patched = patchedImage(start === address ? edits : [[address, 0xbf00], ...edits]);
    const bench = testBench({ firmware: patched });
    bench.call('debug.setUnknownRule', { address: 0x4002_0800, rule: { kind: 'value', value: 41 } });
    expect(bench.call('bench.boot', {}).ok).toBe(false);
    expect(bench.call('debug.unknown', {})).toEqual([
      {
        address: 0x4002_0800,
        kind: 'undefined',
        reads: 1,
        writes: 1,
        lastValue: 42,
        pcs: [start + 2, start + 6],
        rule: { kind: 'value', value: 41 },
      },
    ]);
    expect(bench.call('debug.unknownRule', {})).toEqual({ kind: 'value', value: 0 });
  });
});

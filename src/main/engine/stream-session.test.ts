/**
 * A stream debugged from its first instruction: begin, step, back, registers set, faults, the end; and that going back
 * and on again comes to what would have happened anyway.
 */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import type { StreamStop } from '../../protocol/stream-debug.ts';
import type { Params, RequestName, Result } from '../../protocol/messages.ts';
import { EngineControl } from './control.ts';
import { decodeInput } from './journal.ts';
import { Service } from './service.ts';
import { ListRecorder, referenceImage } from './testing.ts';
import { Timeline } from './timeline.ts';

const DATA = 0x7f00_0000_0000;
const LOOP = `
        SET_SB_ENTRY #2, #0
        MOVE48 d64, #0x7f0000000000
        MOVE32 r66, #0
        MOVE32 r67, #4
loop:   ADD_IMM32 r66, r66, #3
        STORE_MULTIPLE [d64], r66
        WAIT #0x1
        ADD_IMM32 r67, r67, #-1
        BRANCH.gt r67, loop
        MOVE32 r70, #0x77
`;
const STORE = 5;

class Bench {
  readonly recorder = new ListRecorder();
  readonly service: Service;
  stops: StreamStop[] = [];
  cs = 0;
  va = 0;

  constructor() {
    this.service = new Service({
      recorder: this.recorder,
      control: new EngineControl(),
      notify: (notice, data) => {
        if (notice === 'streamStopped') this.stops.push(data as StreamStop);
      },
      pump: (done) => {
        while (!done()) this.call('streamdebug.run', { ns: 1 });
      },
    });
    this.call('bench.create', { firmware: referenceImage(), sessionPath: '' });
    this.call('bench.boot', {});
  }

  call<K extends RequestName>(name: K, params: Params<K>): Result<K> {
    return this.service.handle(name, params) as Result<K>;
  }

  begin(text: string, more: Partial<Params<'streamdebug.begin'>> = {}): StreamStop {
    const { words, problems } = assemble(text, { arch: 10 });
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    const { job, stop } = this.call('streamdebug.begin', {
      words: new Uint8Array(words.buffer),
      name: 'test',
      map: [{ va: DATA, length: 4096 }],
      dump: [{ va: DATA, length: 4 }],
      ...more,
    });
    this.cs = job.cs;
    this.va = job.va;
    return stop;
  }

  get stream() {
    return { cs: this.cs };
  }

  get registers(): readonly number[] {
    return this.call('streamdebug.state', { stream: this.stream }).registers;
  }

  /** Words from the beginning of the stream. */
  at(stop: StreamStop): number {
    return ((stop.pc ?? 0) - this.va) / 8;
  }

  step(): StreamStop {
    return this.call('streamdebug.step', { stream: this.stream });
  }

  back(): StreamStop {
    return this.call('streamdebug.back', { stream: this.stream });
  }

  run(): StreamStop {
    return this.call('streamdebug.run', { ns: 100_000_000 });
  }
}

describe('a stream that is debugged', () => {
  it('stands before its first instruction, steps, and ends with its registers and memory', () => {
    const bench = new Bench();
    const stop = bench.begin(LOOP);
    expect(stop).toMatchObject({ state: 'stopped', reason: 'step', inside: false });
    expect(bench.at(stop)).toBe(0);
    for (const at of [1, 2, 3, 4, 5]) expect(bench.at(bench.step())).toBe(at);
    expect(bench.registers[66]).toBe(3);
    const state = bench.call('streamdebug.state', { stream: bench.stream });
    expect(state).toMatchObject({ doorbell: { page: Math.floor(bench.cs / 8) + 1, pending: false } });
    expect(bench.call('streamdebug.result', {})).toMatchObject({ finished: false, jobs: [{ status: 'pending' }] });
    expect(bench.run()).toMatchObject({ state: 'running', reason: 'finished' });
    const result = bench.call('streamdebug.result', {});
    expect(result).toMatchObject({ finished: true, jobs: [{ status: 'done' }] });
    expect(result.registers).toMatchObject({ r66: 12, r67: 0, r70: 0x77 });
    expect(result.memory).toEqual({ '0x7f0000000000': '0c000000' });
    expect(bench.stops).toEqual([]);
    bench.call('streamdebug.end', {});
    expect(bench.call('streamdebug.job', {})).toBeUndefined();
    expect(() => bench.call('streamdebug.result', {})).toThrow('no stream');
  });

  it('begins anew as often as asked, on any queue', () => {
    const bench = new Bench();
    for (const queue of [0, 3, 0]) {
      const stop = bench.begin(LOOP, { queue });
      expect(stop).toMatchObject({ state: 'stopped', cs: bench.cs });
      expect(bench.cs % 8).toBe(queue);
    }
    expect(bench.run().reason).toBe('finished');
    expect(() => bench.begin('// nothing')).toThrow('no words');
    const half = { words: new Uint8Array(4), name: 'half' };
    expect(() => bench.call('streamdebug.begin', half)).toThrow('words of 8 bytes');
  });

  it('stops at breakpoints of its own addresses', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    bench.call('streamdebug.break', { at: { va: bench.va + STORE * 8 }, stream: { cs: bench.cs } });
    for (const value of [3, 6, 9, 12]) {
      expect(bench.run()).toMatchObject({ reason: 'breakpoint', pc: bench.va + STORE * 8 });
      expect(bench.registers[66]).toBe(value);
    }
    expect(bench.run().reason).toBe('finished');
  });
});

describe('going back', () => {
  it('undoes one instruction after the other, down to the first, and on again ends the same', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    const seen: { at: number; r66: number; r67: number; hash: string }[] = [];
    const note = (stop: StreamStop) => {
      const { registers } = bench;
      return { at: bench.at(stop), r66: registers[66]!, r67: registers[67]!, hash: bench.call('bench.stateHash', {}) };
    };
    for (let i = 0; i < 7; i++) seen.push(note(bench.step()));
    for (const before of seen.slice(0, -1).toReversed()) {
      const stop = bench.back();
      expect(stop).toMatchObject({ state: 'stopped', reason: 'back', cs: bench.cs });
      expect(note(stop)).toEqual(before);
    }
    expect(bench.at(bench.back())).toBe(0);
    expect(bench.run().reason).toBe('finished');
    expect(bench.call('streamdebug.result', {}).registers).toMatchObject({ r66: 12, r70: 0x77 });
  });

  it('goes from the end to the last instruction, and its result is open again', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    bench.run();
    expect(bench.call('streamdebug.result', {}).finished).toBe(true);
    const ended = bench.call('bench.status', {}).timeNs;
    bench.back();
    while (bench.at(bench.call('streamdebug.where', {})) > 9) bench.back();
    expect(bench.call('bench.status', {}).timeNs).toBeLessThanOrEqual(ended);
    expect(bench.call('streamdebug.result', {}).finished).toBe(false);
    expect(bench.call('streamdebug.state', { stream: bench.stream }).registers[70]).toBe(
      bench.at(bench.call('streamdebug.where', {})) === 9 ? 0 : 0x77,
    );
    expect(bench.run().reason).toBe('finished');
    expect(bench.call('streamdebug.result', {}).registers).toMatchObject({ r66: 12, r70: 0x77 });
  });

  it('keeps what was set on the way, and forgets what was set after', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    for (let i = 0; i < 4; i++) bench.step();
    bench.call('streamdebug.setRegister', { stream: bench.stream, register: 66, value: 100 });
    bench.step();
    expect(bench.registers[66]).toBe(103);
    bench.call('streamdebug.setRegister', { stream: bench.stream, register: 66, value: 500 });
    bench.step();
    expect(bench.at(bench.back())).toBe(5);
    expect(bench.registers[66]).toBe(103);
    expect(bench.at(bench.back())).toBe(4);
    expect(bench.registers[66]).toBe(0);
  });

  it('goes back to the last breakpoint, then to the beginning', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    const { id } = bench.call('streamdebug.break', { at: { offset: STORE * 8 } });
    bench.run();
    bench.run();
    bench.step();
    const again = () => bench.call('streamdebug.continueBack', { stream: bench.stream });
    expect(bench.at(again())).toBe(STORE);
    expect(bench.registers[66]).toBe(6);
    expect(bench.at(again())).toBe(STORE);
    expect(bench.registers[66]).toBe(3);
    expect(bench.at(again())).toBe(0);
    expect(bench.run()).toMatchObject({ reason: 'breakpoint', breakpoint: id });
    expect(bench.registers[66]).toBe(3);
  });

  it('is journalled: a replay without a debugger stands where the bench stands', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    for (let i = 0; i < 7; i++) bench.step();
    bench.call('streamdebug.setRegister', { stream: bench.stream, register: 67, value: 2 });
    bench.step();
    bench.back();
    bench.back();
    bench.step();
    bench.run();
    const blobs = new Map(bench.recorder.of('blob').map((b) => [b.sha256, b.bytes]));
    const inputs = bench.recorder.of('input').map((row) => decodeInput(row.payload, (hash) => blobs.get(hash)!));
    const [powerOn] = inputs;
    if (powerOn?.kind !== 'power-on') throw new Error('a session begins with power-on');
    const again = new Timeline(powerOn, new ListRecorder(), new EngineControl());
    inputs.slice(1).forEach((input) => again.apply(input));
    expect(again.engine.stateHash()).toBe(bench.call('bench.stateHash', {}));
  });

  it('says when there is nothing to go back to', () => {
    const bench = new Bench();
    bench.begin(LOOP);
    expect(() => bench.call('streamdebug.back', { stream: { cs: 40 } })).toThrow('nothing before');
  });
});

describe('a fault of the stream that is debugged', () => {
  it.each([
    [
      'an opcode that does not exist',
      'MOVE32 r1, #1\n.word 0xff00000000000000\nMOVE32 r1, #2',
      1,
      'fatal: CS_INSTR_INVALID',
    ],
    [
      'a load from nowhere',
      'MOVE48 d64, #0x123456000\nLOAD_MULTIPLE r66, [d64]\nWAIT #0x1',
      1,
      ': a read of 123456000, TRANSLATION_FAULT_',
    ],
    ['a load between words', 'MOVE48 d64, #0x123456002\nLOAD_MULTIPLE r66, [d64]', 1, ': 123456002 is not aligned'],
  ])('%s stops it there', (_, text, at, detail) => {
    const bench = new Bench();
    bench.begin(text);
    const stop = bench.run();
    expect(stop).toMatchObject({ state: 'stopped', reason: 'fault', cs: bench.cs });
    expect(stop.detail).toContain(detail);
    expect(bench.at(stop)).toBe(at);
    expect(bench.call('streamdebug.where', {})).toMatchObject({ state: 'stopped', reason: 'fault' });
    expect(bench.call('streamdebug.state', { stream: bench.stream }).state).toBe('FATAL');
    const { id, hash } = bench.call('snapshot.take', { label: 'at the fault' });
    expect(bench.run().reason).toBe('finished');
    expect(bench.call('streamdebug.result', {}).jobs[0]?.status).toBe('faulted');
    bench.call('snapshot.restore', { id });
    expect(bench.call('bench.stateHash', {})).toBe(hash);
    expect(bench.at(bench.back())).toBe(at);
    expect(bench.call('streamdebug.state', { stream: bench.stream }).state).toBe('RUNNING');
  });
});

describe('the job', () => {
  it('is gone when history goes back to before it', () => {
    const bench = new Bench();
    const { timeNs } = bench.call('bench.status', {});
    bench.begin(LOOP);
    expect(bench.call('streamdebug.job', {})).toMatchObject({ cs: bench.cs });
    bench.call('history.seek', { timeNs });
    expect(bench.call('streamdebug.job', {})).toBeUndefined();
    bench.call('streamdebug.end', {});
    bench.begin(LOOP);
    expect(bench.run().reason).toBe('finished');
  });
});

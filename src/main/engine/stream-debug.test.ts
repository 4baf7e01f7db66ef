/**
 * The debugger of streams on the whole bench: breakpoints, steps, state, registers set; it leaves no trace in what the
 * machine does, and a replay of its session needs no debugger.
 */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { panthorQueueCreate, panthorQueueSubmit, panthorVmBindOp } from '../../spec/uapi/panthor-structs.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { StreamStop } from '../../protocol/stream-debug.ts';
import { requests, type Params, type RequestName, type Result } from '../../protocol/messages.ts';
import { EngineControl } from './control.ts';
import { decodeInput } from './journal.ts';
import { UserProcess } from './process.ts';
import { Service } from './service.ts';
import { ListRecorder, referenceImage } from './testing.ts';
import { Timeline } from './timeline.ts';

const VA = 0x10_0000;
const DATA = 0x20_0000;
function words(text: string): Uint8Array {
  const { words: found, problems } = assemble(text, { arch: 10 });
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  return new Uint8Array(found.buffer);
}

/**
 * A loop of 5 that stores, with a CALL inside. The callee is at 0x100. The loop before it lasts until the driver, which
 * has started the group, is done: stops while it waits for the firmware are inside its call.
 */
const MAIN = `
        MOVE48 d64, #0x200000
        MOVE48 d68, #0x100100
        MOVE32 r70, #16
        MOVE32 r66, #0
        MOVE32 r67, #5
        MOVE32 r72, #6000
delay:  ADD_IMM32 r72, r72, #-1
        BRANCH.gt r72, delay
loop:   CALL d68, r70
        STORE_MULTIPLE [d64], r66
        ADD_IMM64 d64, d64, #4
        ADD_IMM32 r67, r67, #-1
        BRANCH.gt r67, loop
        WAIT #0x1
`;
const CALLEE = `
        ADD_IMM32 r66, r66, #1
        ADD_IMM32 r66, r66, #1
`;
const CALL_AT = 8 * 8;
const STORE_AT = 9 * 8;

class Bench {
  readonly recorder = new ListRecorder();
  readonly stops: StreamStop[] = [];
  /** A stream goes on while the driver handles an interrupt of another: such stops are inside it. */
  onInside: (bench: Bench, stop: StreamStop) => void = (bench) => {
    bench.run();
  };
  readonly service: Service;
  process!: UserProcess;
  /** User address of DATA of the last group. */
  data = 0;

  constructor() {
    this.service = new Service({
      recorder: this.recorder,
      control: new EngineControl(),
      notify: (notice, data) => {
        if (notice === 'streamStopped') this.stops.push(data as StreamStop);
      },
      pump: (done) => {
        while (!done()) this.onInside(this, this.stops.at(-1)!);
      },
    });
    this.call('bench.create', { firmware: referenceImage(), sessionPath: '' });
    this.call('bench.boot', {});
  }

  call<K extends RequestName>(name: K, params: Params<K>): Result<K> {
    return this.service.handle(name, params) as Result<K>;
  }

  private objects<L extends Layout>(layout: L, items: readonly Partial<Struct<L>>[]) {
    return { stride: layout.size, count: items.length, array: this.process.putStructs(layout, items) };
  }

  private memory(vm: number, va: number, bytes: Uint8Array): number {
    const { process } = this;
    const bo = process.must(PANTHOR_IOCTLS.BO_CREATE, { size: 4096, flags: 0, exclusive_vm_id: vm });
    const op = { flags: 0, bo_handle: bo.handle, bo_offset: 0, va, size: 4096 };
    process.must(PANTHOR_IOCTLS.VM_BIND, { vm_id: vm, flags: 0, ops: this.objects(panthorVmBindOp, [op]) });
    const { offset } = process.must(PANTHOR_IOCTLS.BO_MMAP_OFFSET, { handle: bo.handle });
    const address = process.mmap(offset, 4096);
    process.write(address, bytes);
    return address;
  }

  /** Submits the program on queues of a new group in a VM of its own; time does not pass. */
  submit(queues = 1, text = MAIN): this {
    this.process ??= new UserProcess(this.service.history, 7);
    const { process } = this;
    const { id } = process.must(PANTHOR_IOCTLS.VM_CREATE, { flags: 0, user_va_range: 0 });
    const code = new Uint8Array(4096);
    code.set(words(text));
    code.set(words(CALLEE), 0x100);
    this.memory(id, VA, code);
    this.data = this.memory(id, DATA, new Uint8Array(0));
    const one = { priority: 1, ringbuf_size: 4096 };
    const group = process.must(PANTHOR_IOCTLS.GROUP_CREATE, {
      queues: this.objects(
        panthorQueueCreate,
        Array.from({ length: queues }, () => one),
      ),
      max_compute_cores: 1,
      max_fragment_cores: 1,
      max_tiler_cores: 1,
      priority: 1,
      compute_core_mask: 1,
      fragment_core_mask: 1,
      tiler_core_mask: 1,
      vm_id: id,
    });
    const stream_size = words(text).length;
    const submits = Array.from({ length: queues }, (_, queue_index) => {
      return { queue_index, stream_size, stream_addr: VA, latest_flush: 0 };
    });
    process.must(PANTHOR_IOCTLS.GROUP_SUBMIT, {
      group_handle: group.group_handle,
      queue_submits: this.objects(panthorQueueSubmit, submits),
    });
    return this;
  }

  run(ns = 50_000_000): StreamStop {
    return this.call('streamdebug.run', { ns });
  }

  /** Lets everything end; what the machine is then. */
  finish(): string {
    this.call('time.advance', { ns: 5_000_000, until: 'time' });
    return this.call('bench.stateHash', {});
  }
}

const stream = { cs: 0 };
const SETTLED = 20_000_000;

/** State hash of the same program at `timeNs` without a debugger. */
function undisturbed(timeNs: number, queues = 1): string {
  const bench = new Bench().submit(queues);
  bench.call('time.advance', { ns: timeNs - bench.service.engine.now, until: 'time' });
  return bench.call('bench.stateHash', {});
}

describe('breakpoints', () => {
  it('stop before an instruction by address, each time it comes', () => {
    const bench = new Bench().submit();
    bench.call('streamdebug.break', { at: { va: VA + STORE_AT } });
    for (let round = 1; round <= 5; round++) {
      expect(bench.run()).toMatchObject({ state: 'stopped', reason: 'breakpoint', pc: VA + STORE_AT, inside: false });
      const state = bench.call('streamdebug.state', { stream });
      expect(state.registers[66]).toBe(2 * round);
      expect(state).toMatchObject({ offset: STORE_AT, text: 'STORE_MULTIPLE [d64], r66', state: 'RUNNING', queue: 0 });
      expect(state.callStack).toHaveLength(2);
      expect(state.callStack.at(-1)).toEqual({ pc: VA + STORE_AT, end: VA + words(MAIN).length });
      expect(state.ring.insert).toBeGreaterThan(state.ring.extract);
    }
    expect(bench.run().state).toBe('running');
    expect(bench.call('streamdebug.list', {})).toMatchObject([{ hits: 5 }]);
  });

  it('stop by offset in what the ring calls, in one stream alone, after some hits', () => {
    const bench = new Bench().submit(2);
    const { id } = bench.call('streamdebug.break', { at: { offset: STORE_AT }, stream: { cs: 1 }, ignore: 3 });
    expect(bench.run()).toMatchObject({ reason: 'breakpoint', cs: 1, breakpoint: id });
    expect(bench.call('streamdebug.state', { stream: { cs: 1 } }).registers[66]).toBe(8);
    bench.call('streamdebug.unbreak', { id });
    expect(bench.run().state).toBe('running');
  });

  it('name groups by their id, and say when a group has no slot', () => {
    const bench = new Bench().submit();
    bench.call('streamdebug.break', { at: { va: VA + STORE_AT }, stream: { group: 1, queue: 0 } });
    expect(() => bench.call('streamdebug.state', { stream: { group: 99, queue: 0 } })).toThrow('no group 99');
    const stop = bench.run();
    expect(stop).toMatchObject({ reason: 'breakpoint', pc: VA + STORE_AT });
    const state = bench.call('streamdebug.state', { stream: { group: 1, queue: 0 } });
    expect(state).toMatchObject({ group: 1, queue: 0, pc: VA + STORE_AT, offset: STORE_AT });
    expect(() => bench.call('streamdebug.unbreak', { id: 77 })).toThrow('no breakpoint 77');
  });
});

describe('steps', () => {
  /** Stopped at the CALL of the first round. */
  const atCall = (): Bench => {
    const bench = new Bench().submit();
    const { id } = bench.call('streamdebug.break', { at: { offset: CALL_AT } });
    expect(bench.run().reason).toBe('breakpoint');
    bench.call('streamdebug.unbreak', { id });
    return bench;
  };

  it('go into a CALL, over it, and out of it', () => {
    const bench = atCall();
    expect(bench.call('streamdebug.step', { stream })).toMatchObject({ reason: 'step', pc: VA + 0x100 });
    expect(bench.call('streamdebug.state', { stream }).callStack).toHaveLength(3);
    expect(bench.call('streamdebug.out', { stream })).toMatchObject({ reason: 'step', pc: VA + STORE_AT });
    expect(bench.call('streamdebug.step', { stream, count: 4 })).toMatchObject({ pc: VA + CALL_AT });
    expect(bench.call('streamdebug.over', { stream })).toMatchObject({ pc: VA + STORE_AT });
    expect(bench.call('streamdebug.state', { stream }).registers[66]).toBe(4);
    // Out of what the ring called, then to the end of the ring.
    expect(bench.call('streamdebug.out', { stream }).reason).toBe('step');
    expect(bench.call('streamdebug.state', { stream }).callStack).toHaveLength(0);
    expect(bench.call('streamdebug.out', { stream })).toMatchObject({ state: 'running', reason: 'ended' });
  });

  it('every instruction of a job, and nothing is different at its end', () => {
    const bench = atCall();
    let steps = 0;
    while (bench.call('streamdebug.step', { stream }).reason === 'step') steps++;
    expect(steps).toBeGreaterThan(30);
    bench.call('time.advance', { ns: SETTLED - (bench.service.engine.now % SETTLED), until: 'time' });
    expect(bench.call('bench.stateHash', {})).toBe(undisturbed(bench.service.engine.now));
  });
});

describe('no trace', () => {
  it('a stopped stream disturbs neither itself nor others', () => {
    const bench = new Bench().submit(3);
    for (const offset of [16, CALL_AT, STORE_AT]) bench.call('streamdebug.break', { at: { offset } });
    let stops = 0;
    while (bench.run().reason === 'breakpoint') {
      stops++;
      // Looking is free.
      for (const cs of [0, 1, 2]) bench.call('streamdebug.state', { stream: { cs } });
      bench.call('bench.stateHash', {});
    }
    expect(stops + bench.stops.length).toBe(3 * 11);
    expect(stops).toBeGreaterThan(11);
    bench.call('time.advance', { ns: SETTLED - (bench.service.engine.now % SETTLED), until: 'time' });
    expect(bench.call('bench.stateHash', {})).toBe(undisturbed(bench.service.engine.now, 3));
  });

  it('the session runs again without a debugger, registers that were set included', () => {
    const bench = new Bench().submit(2);
    bench.call('streamdebug.break', { at: { offset: STORE_AT }, stream: { cs: 1 }, ignore: 1 });
    bench.run();
    bench.call('streamdebug.setRegister', { stream: { cs: 1 }, register: 66, value: 0xdead_beef });
    expect(bench.call('streamdebug.state', { stream: { cs: 1 } }).registers[66]).toBe(0xdead_beef);
    bench.run();
    bench.call('streamdebug.setRegister', { stream: { cs: 0 }, register: 90, value: 5 });
    expect(bench.call('streamdebug.state', { stream: { cs: 1 } }).registers[66]).toBe(0xdead_beef + 2);
    const standing = bench.call('bench.stateHash', {});
    const length = bench.recorder.of('input').length;
    for (const { id } of bench.call('streamdebug.list', {})) bench.call('streamdebug.unbreak', { id });
    const end = bench.finish();

    const blobs = new Map(bench.recorder.of('blob').map((b) => [b.sha256, b.bytes]));
    const inputs = bench.recorder.of('input').map((row) => decodeInput(row.payload, (hash) => blobs.get(hash)!));
    const [powerOn] = inputs;
    if (powerOn?.kind !== 'power-on') throw new Error('a session begins with power-on');
    const recorder = new ListRecorder();
    const again = new Timeline(powerOn, recorder, new EngineControl());
    inputs.slice(1, length).forEach((input) => again.apply(input));
    expect(again.engine.stateHash()).toBe(standing);
    inputs.slice(length).forEach((input) => again.apply(input));
    expect(again.engine.stateHash()).toBe(end);
    expect(recorder.accesses).toEqual(bench.recorder.accesses);
    expect(recorder.of('csEvent')).toEqual(bench.recorder.of('csEvent'));
  });

  it('a snapshot taken at a stop can be gone back to', () => {
    const bench = new Bench().submit();
    bench.call('streamdebug.break', { at: { offset: STORE_AT } });
    bench.run();
    const { id, hash } = bench.call('snapshot.take', { label: 'in the middle' });
    bench.run();
    bench.call('snapshot.restore', { id });
    expect(bench.call('bench.stateHash', {})).toBe(hash);
    expect(bench.call('streamdebug.state', { stream }).registers[66]).toBe(2);
    expect(bench.call('streamdebug.where', {}).state).toBe('stopped');
    bench.call('streamdebug.setRegister', { stream, register: 66, value: 100 });
    bench.call('streamdebug.step', { stream });
    bench.run();
    expect(bench.call('streamdebug.state', { stream }).registers[66]).toBe(102);
  });
});

describe('inside another request', () => {
  it('the job waits: look and go on, but change nothing', () => {
    const bench = new Bench();
    bench.call('streamdebug.break', { at: { offset: CALL_AT } });
    const seen: number[] = [];
    bench.onInside = (b, stop) => {
      expect(stop).toMatchObject({ state: 'stopped', inside: true });
      seen.push(b.call('streamdebug.state', { stream }).registers[67]!);
      expect(() => b.call('streamdebug.setRegister', { stream, register: 0, value: 0 })).toThrow('looked at only');
      expect(() => b.call('time.advance', { ns: 1 })).toThrow('let it go on first');
      expect(() => b.call('debug.run', { ns: 1 })).toThrow('let it go on first');
      if (seen.length === 2) b.call('streamdebug.step', { stream, count: 3 });
      else b.call('streamdebug.run', { ns: 1 });
    };
    const text = `${MAIN.replace('0x100100', '0x300000')}`;
    const map = [
      { va: DATA, length: 4096 },
      { va: 0x30_0000, length: 4096 },
    ];
    const view = new DataView(words(CALLEE).buffer);
    const set32 = Array.from({ length: 4 }, (_, i) => ({ va: 0x30_0000 + 4 * i, value: view.getUint32(4 * i, true) }));
    const result = bench.call('stream.run', { words: words(text), name: 'x', map, set32 });
    expect(result.jobs[0]).toMatchObject({ status: 'done' });
    expect(seen).toEqual([5, 4, 4, 3, 2, 1]);
    expect(result.registers).toMatchObject({ r66: 10 });
  });
});

describe('the trace', () => {
  it('keeps the last instructions with their text', () => {
    const bench = new Bench();
    bench.call('streamdebug.trace', { size: 12 });
    bench.submit(2);
    bench.finish();
    const all = bench.call('streamdebug.traced', {});
    expect(all).toHaveLength(12);
    const own = bench.call('streamdebug.traced', { stream, last: 3 });
    expect(own.every((e) => e.cs === 0)).toBe(true);
    expect(own.map((e) => e.instruction)).toEqual(own.map((_, i) => own[0]!.instruction + i));
    bench.call('streamdebug.trace', { size: 0 });
    expect(bench.call('streamdebug.traced', {})).toEqual([]);
    expect(bench.service.engine.board.machine.hooks.csf.breakpoint).toBeUndefined();
  });
});

describe('the requests', () => {
  it('refuse what makes no sense', () => {
    const bench = new Bench();
    expect(() => bench.call('streamdebug.setRegister', { stream, register: 0, value: 0 })).toThrow('not stopped');
    expect(() => bench.call('streamdebug.setRegister', { stream, register: 96, value: 0 })).toThrow('register');
    expect(() => bench.call('streamdebug.state', { stream: { cs: 64 } })).toThrow('streamdebug.state');
    expect(bench.call('streamdebug.step', { stream })).toMatchObject({ state: 'running', reason: 'ended' });
    expect(requests['streamdebug.state'].result.parse(bench.call('streamdebug.state', { stream }))).toBeDefined();
  });
});

describe('groups on the reference firmware', () => {
  const good = (fault?: string): { memory: number[]; faults: number } => {
    const bench = new Bench();
    if (fault !== undefined) bench.submit(1, fault);
    bench.submit();
    if (fault !== undefined) {
      const { data } = bench;
      bench.submit(2, fault);
      bench.data = data;
    }
    bench.call('time.advance', { ns: 40_000_000, until: 'time' });
    const memory = [...bench.process.read(bench.data, 4096)];
    return { memory, faults: bench.service.engine.driver.faultCount };
  };

  it.each([
    ['an opcode that does not exist', '.word 0xff00000000000000'],
    ['a load from nowhere', 'MOVE48 d64, #0x700000000000\nLOAD_MULTIPLE r0, [d64]'],
    ['calls without end', 'MOVE48 d80, #0x100000\nMOVE32 r82, #24\nCALL d80, r82'],
  ])('beside groups that die of %s compute what they always do', (_, fault) => {
    const alone = good();
    expect(alone.memory.slice(0, 20)).toEqual([2, 0, 0, 0, 4, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0, 10, 0, 0, 0]);
    const beside = good(fault);
    expect(beside.memory).toEqual(alone.memory);
    expect(alone.faults).toBe(0);
    expect(beside.faults).toBeGreaterThanOrEqual(3);
  });
});

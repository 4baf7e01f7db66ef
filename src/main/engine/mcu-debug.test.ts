/** The MCU debugger by names and lines: breakpoints, steps, the call stack, labels, recordings, on the reference firmware. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Notices, Params } from '../../protocol/messages.ts';
import type { StopState } from '../../protocol/debug.ts';
import { decodeInput } from './journal.ts';
import { EngineControl } from './control.ts';
import { Service } from './service.ts';
import { ListRecorder, referenceImage, symbol, testBench, type TestBench } from './testing.ts';

const elf = new Uint8Array(readFileSync(new URL('../../../resources/firmware/reference.elf', import.meta.url)));
const DOORBELL_ACK = 0x0400_3008;
const GLB_DOORBELL_REQ = 0x0400_2008;

interface Debugged extends TestBench {
  readonly stops: StopState[];
  readonly prints: string[];
  /** What to do when the MCU stops inside a request. */
  onInside: () => void;
}

function bench(options: Partial<Params<'bench.create'>> = {}): Debugged {
  const recorder = new ListRecorder();
  const control = new EngineControl();
  const stops: StopState[] = [];
  const prints: string[] = [];
  const made = { stops, prints, onInside: () => void call('debug.run', { ns: 1 }) };
  const service = new Service({
    recorder,
    control,
    notify: (notice, data) => {
      if (notice === 'stopped') stops.push(data as StopState);
      if (notice !== 'log') return;
      const { source, message } = data as Notices['log']['_output'];
      if (source === 'log point') prints.push(message);
    },
    pump: (done) => {
      while (!done()) made.onInside();
    },
  });
  const call: TestBench['call'] = (name, params) => service.handle(name, params) as never;
  call('bench.create', { sessionPath: '', firmware: referenceImage(), ...options });
  call('debug.loadSymbols', { bytes: elf, name: 'reference.elf' });
  return Object.assign(made, {
    service,
    recorder,
    control,
    call,
    get engine() {
      return service.engine;
    },
  });
}

function booted(): Debugged {
  const b = bench();
  b.call('bench.boot', {});
  b.call('time.advance', { ns: 1_000_000, until: 'idle' });
  b.call('debug.attach', { on: true });
  return b;
}

/** Rings the global doorbell with group 0 asked for. */
function ring(b: Debugged): void {
  b.call('debug.write', { address: GLB_DOORBELL_REQ, bytes: Uint8Array.of(1, 0, 0, 0) });
  b.call('register.poke', { name: 'CSF_DOORBELL_0', value: 1 });
}

const fileNumber = (b: Debugged, name: string): number =>
  b.call('debug.symbols', {}).files.findIndex((f) => f.name === name);

describe('symbols', () => {
  it('match the firmware that runs, and do not match another', () => {
    const b = booted();
    expect(b.call('debug.symbols', {})).toMatchObject({ file: 'reference.elf', matches: true });
    const other = elf.slice();
    other[0x1000 + symbol('main_loop').address]! ^= 0xff;
    b.call('debug.loadSymbols', { bytes: other, name: 'other.elf' });
    expect(b.call('debug.symbols', {}).matches).toBe(false);
    expect(() => b.call('debug.loadSymbols', { bytes: elf.slice(0, 1000), name: 'cut' })).toThrow(/cut/);
    expect(b.call('debug.symbols', {}).file).toBe('other.elf');
  });

  it('name places, marks and what is looked for', () => {
    const b = booted();
    const { address } = symbol('main_loop');
    expect(b.call('debug.place', { address: address + 4 })).toMatchObject({ name: 'main_loop', offset: 4 });
    expect(b.call('debug.marks', { address, length: 64 })[0]).toMatchObject({ address, name: 'main_loop' });
    expect(b.call('debug.findSymbols', { text: 'MAIN_' })[0]?.name).toBe('main_loop');
    const [value, bad] = b.call('debug.evaluate', { expressions: ['main_loop + 2', 'nothing'] });
    expect(value?.value).toBe(address + 2);
    expect(bad?.error).toMatch(/nothing/);
  });
});

describe('breakpoints', () => {
  it('by source line stop there, and say where a line without code went', () => {
    const b = booted();
    const file = fileNumber(b, 'main.c');
    const made = b.call('debug.break', { kind: 'execute', line: { file, line: 172 } });
    expect(made).toMatchObject({ status: 'bound', place: 'main.c:172' });
    ring(b);
    const state = b.call('debug.run', { ns: 10_000_000 });
    expect(state).toMatchObject({ state: 'stopped', breakpoint: made.id, pc: made.addresses[0] });
    expect(b.call('debug.callStack', {})[0]?.place).toMatchObject({ name: 'main_loop' });
    const moved = b.call('debug.break', { kind: 'execute', line: { file, line: 1 } });
    expect(moved.status).toBe('bound');
    expect(moved.reason).toMatch(/line 1 has no code/);
    expect(b.call('debug.break', { kind: 'execute', line: { file, line: 60_000 } }).status).toBe('refused');
  });

  it.each<[string, Partial<Params<'debug.break'>>, string, RegExp]>([
    ['an odd address', { kind: 'execute', address: 0x101 }, 'refused', /odd/],
    ['a register', { kind: 'execute', address: 0x4000_0000 }, 'refused', /register/],
    ['unmapped code', { kind: 'execute', address: 0x0700_0000 }, 'pending', /mapped/],
    ['an unknown name', { kind: 'execute', name: 'nobody' }, 'pending', /nobody/],
    ['an unknown register', { kind: 'write', register: 'NO_SUCH' }, 'refused', /NO_SUCH/],
    ['no exception', { kind: 'exception', address: 9 }, 'refused', /exception 9/],
    ['no address space', { kind: 'mmu', address: 40 }, 'refused', /address space/],
    ['a switched-off one', { kind: 'execute', address: 0x100, enabled: false }, 'off', /off/],
  ])('on %s say so', (_, breakpoint, status, reason) => {
    const made = booted().call('debug.break', breakpoint as Params<'debug.break'>);
    expect(made.status).toBe(status);
    expect(made.reason).toMatch(reason);
  });

  it('are pending before the firmware is there and bound afterwards', () => {
    const b = bench();
    b.call('debug.attach', { on: true });
    expect(b.call('debug.break', { kind: 'execute', name: 'main_loop' }).status).toBe('pending');
    b.call('bench.boot', {});
    expect(b.stops.map((s) => s.reason)).toEqual(['breakpoint']);
    expect(b.call('debug.breakpoints', {})[0]).toMatchObject({ status: 'bound', hits: 1 });
  });

  it('stop when their condition holds, after the hits to pass over, or only log', () => {
    const b = booted();
    const address = b.call('debug.state', {}).pc;
    b.call('debug.break', { kind: 'execute', address, condition: `[0x${DOORBELL_ACK.toString(16)}] == 7` });
    b.call('debug.break', { kind: 'execute', address, log: 'sp is {sp}, hit {hits}' });
    const counted = b.call('debug.break', { kind: 'execute', address, ignore: 2 });
    for (let k = 0; k < 2; k++) {
      ring(b);
      expect(b.call('debug.run', { ns: 2_000_000 }).state).toBe('asleep');
    }
    ring(b);
    expect(b.call('debug.run', { ns: 2_000_000 })).toMatchObject({ state: 'stopped', breakpoint: counted.id });
    expect(b.prints).toHaveLength(3);
    expect(b.prints[2]).toMatch(/^sp is 0x[0-9a-f]+, hit 0x3$/);
    expect(() => b.call('debug.break', { kind: 'execute', address, condition: 'r0 ==' })).toThrow(/expression/);
  });

  it('a condition that cannot be worked out stops and says why', () => {
    const b = booted();
    const address = b.call('debug.state', {}).pc;
    b.call('debug.break', { kind: 'execute', address, condition: 'nobody == 1' });
    ring(b);
    expect(b.call('debug.run', { ns: 2_000_000 }).state).toBe('stopped');
    expect(b.call('debug.breakpoints', {})[0]?.reason).toMatch(/nobody/);
  });

  it('on a register stop for the MCU and for the driver', () => {
    const b = booted();
    b.call('debug.break', { kind: 'access', register: 'DB_PENDING', size: 8 });
    ring(b);
    const state = b.call('debug.run', { ns: 10_000_000 });
    expect(state).toMatchObject({ state: 'stopped', address: 0x4002_0100 });
    b.call('debug.attach', { on: false });
    b.call('debug.attach', { on: true });
    b.call('debug.break', { kind: 'write', register: 'CSF_DOORBELL_0' });
    ring(b);
    expect(b.stops.at(-1)).toMatchObject({ state: 'stopped', inside: true });
    expect(b.stops.at(-1)?.reason).toContain('CSF_DOORBELL_0');
  });

  it('stop the bench while time passes by itself, and while another request grants it', () => {
    const b = booted();
    const address = b.call('debug.state', {}).pc;
    b.call('debug.break', { kind: 'execute', address });
    ring(b);
    b.call('run.continue', { mode: 'fast' });
    for (let k = 0; k < 50 && b.call('bench.status', {}).running; k++) b.service.turn(() => k * 20);
    expect(b.stops.at(-1)).toMatchObject({ reason: 'breakpoint', inside: false, pc: address });
    expect(b.call('debug.state', {}).state).toBe('stopped');
    b.call('time.advance', { ns: 1_000_000, until: 'idle' });
    ring(b);
    b.call('time.advance', { ns: 2_000_000, until: 'time' });
    expect(b.stops.at(-1)).toMatchObject({ reason: 'breakpoint', inside: true });
    expect(b.call('debug.state', {}).state).toBe('asleep');
  });

  it('of the workspace stay when GDB leaves', () => {
    const b = booted();
    b.call('debug.break', { kind: 'execute', address: 0x100 });
    b.call('debug.attach', { on: true, by: 'gdb' });
    b.call('debug.break', { kind: 'execute', address: 0x104, by: 'gdb' });
    b.call('debug.attach', { on: false, by: 'gdb' });
    expect(b.call('debug.breakpoints', {}).map((p) => p.breakpoint.address)).toEqual([0x100]);
  });
});

describe('steps', () => {
  /** Stopped at the first instruction of a function that the loop calls. */
  function inFunction(name: string): Debugged {
    const b = booted();
    const { id } = b.call('debug.break', { kind: 'execute', name });
    ring(b);
    expect(b.call('debug.run', { ns: 10_000_000 }).state).toBe('stopped');
    b.call('debug.unbreak', { id });
    return b;
  }

  it('out of a function land behind its call; back out lands on the call', () => {
    const b = inFunction('group_step');
    const [here, caller] = b.call('debug.callStack', {});
    expect(here?.place?.name).toBe('group_step');
    const entry = b.call('debug.state', {}).instructions;
    const out = b.call('debug.step', { what: 'out' });
    expect(out).toMatchObject({ state: 'stopped', reason: 'step out' });
    expect(out.pc - (caller?.pc ?? 0)).toBe(4);
    const back = b.call('debug.stepBack', { what: 'over' });
    expect(back.pc).toBe(caller?.pc);
    expect(back.instructions).toBe(entry - 1);
    const over = b.call('debug.step', { what: 'over' });
    expect(over).toMatchObject({ reason: 'step over', pc: out.pc, instructions: out.instructions });
    b.call('debug.stepBack', { count: over.instructions - entry - 1 });
    expect(b.call('debug.callStack', {})[0]?.place?.name).toBe('group_step');
    expect(b.call('debug.stepBack', { what: 'out' }).pc).toBe(caller?.pc);
  });

  it('by line stop at another line, over calls in the same function', () => {
    const b = booted();
    b.call('debug.break', { kind: 'execute', line: { file: fileNumber(b, 'main.c'), line: 172 } });
    ring(b);
    expect(b.call('debug.run', { ns: 10_000_000 }).state).toBe('stopped');
    const line = (): number | undefined => b.call('debug.callStack', {})[0]?.place?.line;
    for (let k = 0; k < 4; k++) {
      const before = line();
      expect(b.call('debug.step', { what: 'line over' }).state).toBe('stopped');
      expect(line()).not.toBe(before);
      expect(b.call('debug.callStack', {})[0]?.place?.name).toBe('main_loop');
    }
  });

  it('run to an address', () => {
    const b = booted();
    const { address } = symbol('main_loop');
    const target =
      b.call('debug.lines', { file: fileNumber(b, 'main.c') }).find((l) => l.line === 172)?.address ?? address;
    ring(b);
    expect(b.call('debug.runTo', { address: target })).toMatchObject({
      state: 'stopped',
      reason: 'reached',
      pc: target,
    });
  });

  it('back into a call of the driver say that they end before it', () => {
    const b = booted();
    const { instructions } = b.call('debug.state', {});
    const back = b.call('debug.stepBack', { count: instructions - 100 });
    expect(back.instructions).toBe(0);
    expect(back.reason).toMatch(/before the call of the driver/);
  });

  it('back to the write that a watchpoint asks for', () => {
    const b = booted();
    ring(b);
    b.call('time.advance', { ns: 2_000_000, until: 'idle' });
    expect(b.call('debug.evaluate', { expressions: [`[${DOORBELL_ACK}]`] })[0]?.value).toBe(1);
    b.call('debug.break', { kind: 'write', address: DOORBELL_ACK });
    const found = b.call('debug.continueBack', {});
    expect(found.reason).toBe('breakpoint');
    expect(b.call('debug.evaluate', { expressions: [`[${DOORBELL_ACK}]`] })[0]?.value).toBe(1);
    b.call('debug.stepBack', {});
    expect(b.call('debug.evaluate', { expressions: [`[${DOORBELL_ACK}]`] })[0]?.value).toBe(0);
  });
});

describe('the call stack', () => {
  it('is the same from prologues and stack words as from unwind rules', () => {
    const b = booted();
    ring(b);
    let same = 0;
    let seed = 3;
    const rounds = 60;
    for (let k = 0; k < rounds; k++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      b.call('debug.step', { count: 1 + ((seed >>> 16) % 14) });
      const rules = b.call('debug.callStack', { rules: true });
      const guessed = b.call('debug.callStack', { rules: false });
      expect(rules.at(-1)?.place?.name).toBe('reset');
      if (JSON.stringify(rules.map((f) => f.pc)) === JSON.stringify(guessed.map((f) => f.pc))) same++;
    }
    expect(same).toBe(rounds);
    // Without any symbols, from the words of the stack alone.
    b.call('debug.loadSymbols', {});
    expect(b.call('debug.callStack', {}).length).toBeGreaterThan(0);
  });
});

describe('labels', () => {
  it('name a stripped blob, survive steps back, can be undone, and are in the journal', () => {
    const b = booted();
    b.call('debug.loadSymbols', {});
    const address = b.call('debug.state', {}).pc;
    b.call('debug.label', { address, name: 'idle', comment: 'waits here' });
    expect(b.call('debug.place', { address: address + 2 })).toMatchObject({ name: 'idle', offset: 2 });
    expect(b.call('bench.status', {}).undo).toContain('label');
    ring(b);
    b.call('debug.step', { count: 30 });
    b.call('debug.stepBack', { count: 20 });
    const { timeNs } = b.call('debug.state', {});
    expect(b.call('debug.labels', {})).toEqual([{ address, name: 'idle', comment: 'waits here' }]);
    expect(() => b.call('debug.label', { address: 2, name: 'idle', comment: '' })).toThrow(/another/);
    b.call('debug.label', { address, name: '', comment: '' });
    expect(b.call('debug.labels', {})).toEqual([]);
    b.call('history.undo', {});
    expect(b.call('debug.labels', {})).toHaveLength(1);
    expect(b.call('debug.state', {}).timeNs).toBe(timeNs);
    b.call('history.redo', {});
    expect(b.call('debug.labels', {})).toEqual([]);
    b.call('history.undo', {});
    const named = b.recorder.of('input').filter((r) => r.kind === 'label');
    const rows = named.map((r) => decodeInput(r.payload, () => undefined));
    expect(rows).toHaveLength(5);
    // A bench made of the journal has them.
    const again = testBench();
    for (const input of rows) again.call('input.apply', { input });
    expect(again.call('debug.labels', {})).toEqual(b.call('debug.labels', {}));
  });
});

describe('recordings', () => {
  it('hold every instruction with its time, and the past recorded again holds the same', () => {
    const b = booted();
    b.call('debug.record', { on: true });
    const from = b.call('debug.state', {});
    ring(b);
    b.call('time.advance', { ns: 2_000_000, until: 'idle' });
    const to = b.call('debug.state', {});
    const live = b.call('debug.record', { on: false });
    expect(live).toMatchObject({ on: false, instructions: to.instructions - from.instructions });
    const trace = b.call('debug.trace', { last: 10_000 });
    expect(trace).toHaveLength(Math.min(10_000, live.instructions));
    expect(trace.at(-1)?.text).toMatch(/^wfi/);
    const branches = b.call('debug.trace', { last: 10_000, branches: true });
    expect(branches.length).toBeLessThan(trace.length);
    const counts = b.call('debug.coverage', {});
    expect(counts.reduce((n, f) => n + f.executed, 0)).toBe(live.instructions);
    for (const f of counts) expect(f.covered).toBeLessThanOrEqual(Math.max(f.size, f.covered === 0 ? 0 : f.covered));
    const tree = b.call('debug.profile', {});
    expect(tree[0]?.totalNs).toBeCloseTo(live.toNs - live.fromNs, 3);
    expect(tree.some((n) => n.name === 'main_loop')).toBe(true);
    expect(tree.some((n) => n.name === 'group_step')).toBe(true);
    expect(b.call('debug.profileTrace', {}).length).toBeGreaterThan(100);
    const past = b.call('debug.recordPast', { instructions: live.instructions });
    expect(past.instructions).toBe(live.instructions);
    expect(b.call('debug.trace', { last: 10_000 })).toEqual(trace);
    expect(b.call('debug.coverage', {})).toEqual(counts);
    expect(b.call('debug.state', {})).toMatchObject({ pc: to.pc, instructions: to.instructions });
  });

  it('put calls below their callers, also where a call that never returns ends at another function', () => {
    const b = bench();
    b.call('bench.boot', {});
    b.call('debug.recordPast', {});
    const tree = b.call('debug.profile', {});
    const path: string[] = [];
    for (let k = tree.findIndex((n) => n.name === 'memset'); k >= 0; k = tree[k]?.parent ?? -1) {
      path.unshift(tree[k]?.name ?? '');
    }
    expect(path).toEqual(['all', 'reset', 'main_loop', 'init_interface', 'memset']);
  });

  it('change nothing of the machine', () => {
    const run = (on: boolean): string => {
      const b = booted();
      b.call('debug.record', { on });
      ring(b);
      b.call('time.advance', { ns: 2_000_000, until: 'time' });
      return b.call('bench.stateHash', {});
    };
    expect(run(true)).toBe(run(false));
  });
});

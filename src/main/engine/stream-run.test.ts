/**
 * Streams through the whole bench: assembled, submitted by ioctl, run by firmware and stream hardware, read back
 * from memory and registers.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import examples from '../../spec/cs/fixtures/examples.json' with { type: 'json' };
import { assemble } from '../../spec/cs/assemble.ts';
import type { Input } from '../../protocol/inputs.ts';
import type { Params, StreamResult } from '../../protocol/messages.ts';
import { boundDevice } from '../../driver/tyr/tyr.ts';
import { MMU_CONTROL } from '../../spec/registers/index.ts';
import type { ApplyResult } from './engine.ts';
import { INSTRUCTION_BUDGET } from './stream-events.ts';
import { runStream } from './stream-run.ts';
import { patchedImage, symbol, testBench, THUMB, zeroTableEntry, type TestBench } from './testing.ts';
import { requests } from '../../protocol/messages.ts';
import { Timeline } from './timeline.ts';

const PAGE = 0x1000;

function words(text: string): Uint8Array {
  return new Uint8Array(assemble(text, { arch: 10 }).words.buffer);
}

function booted(options: Parameters<typeof testBench>[0] = {}): TestBench {
  const bench = testBench(options);
  expect(bench.call('bench.boot', {}).ok).toBe(true);
  return bench;
}

function run(bench: TestBench, text: string, more: Partial<Params<'stream.run'>> = {}): StreamResult {
  return bench.call('stream.run', { words: words(text), name: 'test', ...more });
}

/** Numbers of a fixture's memory words, by address. */
function wordsOf(table: Record<string, number | undefined> | undefined): { va: number; value: number }[] {
  return Object.entries(table ?? {}).flatMap(([va, value]) => (value === undefined ? [] : [{ va: Number(va), value }]));
}

const u32 = (hex: string): number => Buffer.from(hex, 'hex').readUInt32LE();

describe('streams of the specification', () => {
  const runnable = examples.filter((e) => e.expect !== undefined);
  it('has some', () => expect(runnable.length).toBeGreaterThanOrEqual(6));

  it.each(runnable)('$name: $description', (example) => {
    const bench = booted();
    const set32 = wordsOf(example.setup?.memory_u32);
    const { registers = {}, memory_u32, memory_u64 } = example.expect ?? {};
    const wide = wordsOf(memory_u64).flatMap(({ va, value }) => [
      { va, value },
      { va: va + 4, value: 0 },
    ]);
    const memory = [...wordsOf(memory_u32), ...wide];
    // Every page an address of the stream itself names.
    const named = example.text.flatMap((line) => /MOVE48 \w+, #(0x[0-9a-f]{6,})/.exec(line)?.[1] ?? []).map(Number);
    const vas = [...named, ...memory.map((m) => m.va), ...set32.map((m) => m.va)];
    const pages = new Set(vas.map((va) => Math.floor(va / PAGE) * PAGE));
    const result = run(bench, example.text.join('\n'), {
      map: [...pages].map((va) => ({ va, length: PAGE })),
      set32,
      dump: memory.map(({ va }) => ({ va, length: 4 })),
    });
    expect(result.jobs).toMatchObject([{ status: 'done' }]);
    expect(result.registers).toMatchObject(registers);
    for (const { va, value } of memory) expect(u32(result.memory[`0x${va.toString(16)}`] ?? '')).toBe(value);
  });
});

describe('what a session holds of a stream', () => {
  it('has a row for the job, its fences and its instructions', () => {
    const bench = booted();
    const result = run(bench, 'MOVE32 r66, #7\nADD_IMM32 r66, r66, #1');
    const { recorder } = bench;
    const jobs = recorder.jobs();
    expect(jobs).toMatchObject([
      { groupId: 1, queue: 0, streamVa: 0x7e00_0000_0000, streamSize: 16, status: 'done', fault: undefined },
    ]);
    const [job] = jobs;
    expect(job!.submittedNs).toBeLessThanOrEqual(job!.startedNs!);
    expect(job!.startedNs).toBeLessThan(job!.finishedNs!);
    expect(job!.finishedNs).toBe(result.jobs[0]?.finishedNs);
    const fences = new Map(recorder.of('fence').map((f) => [f.id, f]));
    expect([...fences.values()].map((f) => f.kind)).toEqual(expect.arrayContaining(['job', 'hardware']));
    expect([...fences.values()].every((f) => f.signalledNs !== undefined)).toBe(true);
    const own = recorder.of('csEvent').filter((e) => e.pc >= job!.streamVa && e.pc < job!.streamVa + job!.streamSize);
    expect(own.map((e) => [e.groupId, e.queue, e.opcode])).toEqual([
      [1, 0, 'MOVE32'],
      [1, 0, 'ADD_IMM32'],
    ]);
  });

  it('has the arguments of ioctls by field', () => {
    const bench = booted();
    run(bench, 'NOP');
    const rows = bench.recorder.of('ioctl');
    const submit = rows.find((r) => r.name === 'DRM_IOCTL_PANTHOR_GROUP_SUBMIT');
    expect(JSON.parse(submit?.args ?? '')).toMatchObject({ group_handle: 1, queue_submits: { stride: 40, count: 1 } });
    expect(rows.every((r) => typeof JSON.parse(r.args) === 'object')).toBe(true);
  });

  it('keeps a stream that loops from filling the disk', () => {
    const bench = booted();
    const result = run(bench, 'MOVE32 r66, #20000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2');
    expect(result.jobs[0]?.status).toBe('done');
    const events = bench.recorder.of('csEvent');
    expect(events.length).toBeLessThan(INSTRUCTION_BUDGET + 20);
    expect(events.some((e) => e.opcode === 'RECORDING_ENDS')).toBe(true);
  });

  it('tells the fault of a job', () => {
    const bench = booted();
    const result = run(bench, 'MOVE48 d64, #0x123456000\nLOAD_MULTIPLE r66, [d64]\nWAIT #0x1');
    expect(result.jobs[0]?.status).toBe('faulted');
    expect(bench.recorder.jobs()).toMatchObject([{ status: 'faulted', fault: result.jobs[0]?.fault }]);
  });
});

describe('faults of a stream', () => {
  const DATA = 0x7f00_0000_0000;

  it('it recovers from do not end it: the registers at the end are what it came to', () => {
    const text = `
      MOVE48 d64, #${DATA}
      MOVE48 d66, #0
      SYNC_WAIT32.le.inherit [d64], r66
      MOVE32 r70, #1
      ERROR_BARRIER
      MOVE32 r71, #2`;
    const status = { va: DATA + 4, value: 1 };
    const result = run(booted(), text, { map: [{ va: DATA, length: PAGE }], set32: [status] });
    expect(result).toMatchObject({
      jobs: [{ status: 'faulted', fault: 'fault: CS_INHERIT_FAULT, info 7f0000000000' }],
      registers: { r70: 1, r71: 2 },
    });
  });

  it('of a job is what is told, not what the loss of its address space leads to', () => {
    const text = `
      MOVE32 r37, #1
      MOVE32 r38, #1
      MOVE32 r39, #1
      SET_SB_ENTRY #2, #0
      RUN_COMPUTE.x.srt0.spd0.tsd0.fau0 #1
      WAIT #4`;
    const bench = booted();
    expect(run(bench, text).jobs).toMatchObject([
      { status: 'faulted', fault: expect.stringMatching(/^fault: TRANSLATION_FAULT_\d/) },
    ]);
    expect(bench.recorder.jobs()).toMatchObject([{ status: 'faulted', fault: expect.stringMatching(/^fault: TRANS/) }]);
  });

  it.each([
    ['at the top of the 64 bits', 0xffff_8000, 'FFFF800000001238'],
    ['just above the 48 bits, its low part being mapped and known', 0x1_7f00, '00017F0000001238'],
    ['of space 2 as the bits above 48 would name it', 0x2_7f00, '00027F0000001238'],
  ])('an address %s faults, and is told whole', (_what, hi, shown) => {
    const bench = booted();
    const text = `
      MOVE48 d64, #${DATA + 0x1238}
      LOAD_MULTIPLE r66, [d64]
      MOVE32 r65, #${hi}
      LOAD_MULTIPLE r66, [d64]`;
    const result = run(bench, text, { map: [{ va: DATA, length: 2 * PAGE }] });
    const address = shown.toLowerCase().replace(/^0+/, '');
    const told = `fatal: CS_BUS_FAULT at 7e0000000018: a read of ${address}, ADDR_SIZE_FAULT_IN`;
    expect(result.jobs).toMatchObject([{ status: 'faulted', fault: told }]);
    const log = bench.engine.board.logLines.join('\n');
    expect(log).toContain(`at VA 0x${shown}`);
    expect(log).toContain('ADDR_SIZE_FAULT_IN');
    expect(log).toContain(`CS_FATAL_INFO.EXCEPTION_DATA: 0x${shown.toLowerCase()}`);
  });
});

describe('a firmware that does not do its work', () => {
  it('acknowledges the start of a group but starts no stream: the job waits, the bench lives', () => {
    const bench = booted({ firmware: patchedImage([[symbol('stream_run').address, THUMB.RETURN]]) });
    const before = bench.engine.now;
    const result = run(bench, 'NOP', { limitNs: 1_000_000_000 });
    expect(result).toMatchObject({ finished: false, jobs: [{ status: 'pending' }] });
    expect(bench.engine.now - before).toBeGreaterThanOrEqual(1_000_000_000);
    expect(bench.call('register.peek', { names: ['GPU_ID'] })[0]?.value).toBe(0xa8670005);
  });

  it('and the driver ends such a job after its five seconds', () => {
    const bench = booted({ firmware: patchedImage([[symbol('stream_run').address, THUMB.RETURN]]) });
    const result = run(bench, 'NOP', { limitNs: 8_000_000_000 });
    expect(result).toMatchObject({ finished: true, jobs: [{ status: 'timeout' }] });
    expect(bench.engine.board.logLines.join('\n')).toContain('job timeout');
  });
});

/** A history that does something just before the stream is submitted. */
class Tampered extends Timeline {
  before: () => void = () => {};

  override apply(input: Input): ApplyResult {
    if (input.kind === 'ioctl' && input.label === 'DRM_IOCTL_PANTHOR_GROUP_SUBMIT') this.before();
    return super.apply(input);
  }
}

describe('page tables of a client', () => {
  it.each([0, 1, 2, 3])('an entry of level %i zeroed in RAM is a translation fault of that level', (level) => {
    const VA = 0x7f00_0000_1000;
    const { recorder, control, engine } = testBench();
    const history = new Tampered(engine.powerOn, recorder, control);
    history.apply({ kind: 'module-load', module: 'tyr' });
    history.before = () => {
      const vm = [...(boundDevice(history.engine.kernel)?.vms.values() ?? [])].find((v) => !v.forMcu);
      zeroTableEntry(history.engine, vm?.table.ttbr ?? 0, VA, level);
    };
    const result = runStream(
      history,
      requests['stream.run'].params.parse({
        words: words(`MOVE48 d64, #0x${VA.toString(16)}\nLOAD_MULTIPLE r66, [d64]\nWAIT #0x1`),
        name: 'test',
        map: [{ va: VA, length: PAGE }],
      }),
    );
    expect(result.jobs[0]?.status).toBe('faulted');
    const reads = recorder.driverReads(MMU_CONTROL.AS_FAULTSTATUS.at(1));
    expect(reads.map((v) => v & 0xff)).toContain(0xc0 + level);
    const log = history.engine.board.logLines.join('\n');
    expect(log).toContain(`Unhandled Page fault in AS1 at VA 0x${VA.toString(16).toUpperCase().padStart(16, '0')}`);
  });
});

describe('first light', () => {
  it('is what its file promises', () => {
    const text = readFileSync(new URL('../../../resources/examples/first-light.cs', import.meta.url), 'utf8');
    const result = run(booted(), text, {
      map: [{ va: 0x7f0000000000, length: 0x2000 }],
      dump: [{ va: 0x7f0000001000, length: 0x30 }],
    });
    expect(result.registers).toMatchObject({ r66: 47, r67: 16, r74: 47, r75: 16 });
    expect(result.memory['0x7f0000001000']).toBe(
      '00000000000000002f000000100000000000000000000000000000000000000001000000000000000000000000000000',
    );
  });
});

/** Firmware that goes wrong: what happened is told with the PC, and the bench goes on answering. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTROL, EngineControl } from './control.ts';
import { Service } from './service.ts';
import { ListRecorder, patchedImage, symbol, testBench, type TestBench } from './testing.ts';

const elf = new Uint8Array(readFileSync(new URL('../../../resources/firmware/reference.elf', import.meta.url)));

/** Boots firmware whose reset handler begins with other instructions; `fault` replaces the fault handler's. */
function boot(reset: readonly number[], fault: readonly number[] = []): { bench: TestBench; at: number } {
  const { address: at } = symbol('reset');
  const vectors = symbol('panic').address;
  const edits = [
    ...reset.map((half, k) => [at + k * 2, half] as const),
    ...fault.map((half, k) => [vectors + k * 2, half] as const),
  ];
  const bench = testBench({ firmware: patchedImage(edits) });
  bench.call('debug.loadSymbols', { bytes: elf, name: 'reference.elf' });
  const start = performance.now();
  expect(bench.call('bench.boot', {}).ok).toBe(false);
  expect(performance.now() - start).toBeLessThan(10_000);
  return { bench, at };
}

const UDF = 0xde00;
/** wfi; b to it: a handler that waits for ever and costs nothing. */
const WAIT = [0xbf30, 0xe7fd];

describe('faults', () => {
  it('garbage as code: the instruction, and why it is none', () => {
    const { bench, at } = boot([UDF], WAIT);
    const story = bench.call('debug.fault', {});
    expect(story).toMatchObject({ faulted: true, pc: at });
    expect(story.title).toContain('HardFault');
    expect(story.title).toContain('reset');
    expect(story.bits.map((b) => b.name)).toEqual(['CFSR.UNDEFINSTR', 'HFSR.FORCED']);
    expect(story.frame?.registers['pc']).toBe(at);
  });

  it('a jump into nothing: where it went', () => {
    // movs r0, #7; lsls r0, r0, #24; adds r0, #1; bx r0
    const { bench } = boot([0x2007, 0x0600, 0x3001, 0x4700], WAIT);
    const story = bench.call('debug.fault', {});
    expect(story).toMatchObject({ faulted: true, pc: 0x0700_0000 });
    expect(story.bits.map((b) => b.name)).toContain('CFSR.IBUSERR');
    expect(story.words.join(' ')).toMatch(/nothing can be read/);
    expect(story.words.join(' ')).toMatch(/Earlier|since then/);
  });

  it('a jump to an even address: the Thumb bit', () => {
    // movs r0, #100; bx r0
    const { bench } = boot([0x2064, 0x4700], WAIT);
    expect(bench.call('debug.fault', {}).bits.map((b) => b.name)).toContain('CFSR.INVSTATE');
  });

  it('a load of a register that faults by rule: the address and what lies there', () => {
    const address = 0x4002_0800;
    const { address: at } = symbol('reset');
    // ldr r2, [pc, #4]; ldr r3, [r2]; b .; (padding); .word address, at a multiple of 4
    const pad = at % 4 === 0 ? [] : [0xbf00];
    const code = [...pad, 0x4a01, 0x6813, 0xe7fe, 0xbf00, address & 0xffff, address >>> 16];
    const edits = code.map((half, k) => [at + k * 2, half] as const);
    const fault = symbol('panic').address;
    const bench = testBench({ firmware: patchedImage([...edits, [fault, WAIT[0]!], [fault + 2, WAIT[1]!]]) });
    bench.call('debug.setUnknownRule', { address, rule: { kind: 'fault' } });
    expect(bench.call('bench.boot', {}).ok).toBe(false);
    const story = bench.call('debug.fault', {});
    expect(story).toMatchObject({ faulted: true, address });
    expect(story.bits.map((b) => b.name)).toContain('CFSR.PRECISERR');
  });

  it('a stack in read-only pages: that it has left its memory, and where', () => {
    // movs r0, #64; mov sp, r0; push {r0}
    const { bench, at } = boot([0x2040, 0x4685, 0xb401], WAIT);
    // The driver gave up and took the power away; what happened is known still.
    expect(bench.call('debug.state', {}).state).toBe('off');
    const story = bench.call('debug.fault', {});
    expect(story.title).toMatch(/HardFault at/);
    expect(story.pc).toBe(at + 4);
    expect(story.bits.map((b) => b.name)).toContain('CFSR.STKERR');
  });

  it('a fault handler that faults: lockup', () => {
    const { bench } = boot([UDF], [UDF]);
    expect(bench.call('debug.fault', {}).title).toMatch(/locked up at/i);
  });

  it('a handler that returns to the fault for ever: the bench can be stopped, and says where it is', () => {
    // The handler returns: bx lr. The instruction faults again, and again.
    const image = patchedImage([
      [symbol('reset').address, UDF],
      [symbol('panic').address, 0x4770],
    ]);
    const control = new EngineControl();
    const seen: string[] = [];
    const service = new Service({
      recorder: new ListRecorder(),
      control,
      notify: () => {},
      pump: () => {
        const call: TestBench['call'] = (name, params) => service.handle(name, params) as never;
        seen.push(call('debug.state', {}).reason, call('debug.fault', {}).title);
        expect(call('debug.recording', {}).instructions).toBeGreaterThan(100);
        expect(call('debug.trace', { last: 4 }).map((t) => t.place)).toContain('reset');
        Atomics.store(control.words, CONTROL.ABORT, 1);
        control.check(0);
      },
    });
    service.handle('bench.create', { sessionPath: '', firmware: image });
    service.handle('debug.loadSymbols', { bytes: elf, name: 'reference.elf' });
    service.handle('debug.attach', { on: true });
    service.handle('debug.record', { on: true });
    service.handle('debug.break', { kind: 'exception', address: 3, ignore: 100 });
    expect(() => service.handle('bench.boot', {})).toThrow();
    expect(seen[0]).toBe('exception 3 (HardFault)');
    expect(seen[1]).toContain('reset');
  });

  it('a fault of the MMU stops there, with the address', () => {
    // movs r0, #7; lsls r0, r0, #24; ldr r1, [r0]
    const { address: at } = symbol('reset');
    const image = patchedImage([0x2007, 0x0600, 0x6801].map((half, k) => [at + k * 2, half] as const));
    const seen: string[] = [];
    const service = new Service({
      recorder: new ListRecorder(),
      control: new EngineControl(),
      notify: (notice, data) => {
        if (notice === 'stopped') seen.push((data as { reason: string }).reason);
      },
      pump: () => void service.handle('debug.run', { ns: 1 }),
    });
    service.handle('bench.create', { sessionPath: '', firmware: image });
    service.handle('debug.attach', { on: true });
    service.handle('debug.break', { kind: 'mmu', address: 1 });
    service.handle('debug.break', { kind: 'mmu', address: 4 });
    service.handle('bench.boot', {});
    expect(seen).toEqual(['MMU fault of address space 0 at 0x7000000']);
  });

  it('no fault is told as none', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    expect(bench.call('debug.fault', {})).toMatchObject({ faulted: false, title: 'No fault' });
  });
});

describe('system registers', () => {
  it('are those of the core, with the handlers by name', () => {
    const bench = testBench();
    bench.call('debug.loadSymbols', { bytes: elf, name: 'reference.elf' });
    bench.call('bench.boot', {});
    const system = bench.call('debug.system', {});
    expect(system.registers.find((r) => r.name === 'CPUID')?.value).toBe(0x411f_c272);
    expect(system.exceptions.find((e) => e.name === 'Reset')?.handler).toBe('reset');
    const doorbell = system.exceptions.find((e) => e.name === 'IRQ 0 DOORBELL_GLB');
    expect(doorbell).toMatchObject({ number: 16, enabled: true });
    expect(system.mpu.regions).toHaveLength(16);
    // Read twice, nothing changes.
    expect(bench.call('debug.system', {})).toEqual(system);
    expect(bench.call('debug.read', { address: 0xe000_ed00, length: 4 })).toEqual(
      Uint8Array.of(0x72, 0xc2, 0x1f, 0x41),
    );
  });
});

/**
 * Boot on the whole bench: what the driver learns comes from the firmware's execution and from the registers, and
 * a probe that fails gives everything back.
 */
import { describe, expect, it } from 'vitest';
import type { Params } from '../../protocol/messages.ts';
import { packVersion } from '../../spec/firmware/protocol.ts';
import { MMU_CONTROL } from '../../spec/registers/index.ts';
import type { BoardFault } from './board.ts';
import { imageWithVersion, patchedImage, symbol, testBench, THUMB, zeroTableEntry, type TestBench } from './testing.ts';

const GPU = 'gpu@fb000000';

/** Nothing of the board or the kernel is held any more. */
function expectAllGivenBack({ engine }: TestBench): void {
  const { kernel, board } = engine;
  expect(board.held).toEqual([]);
  expect(kernel.bus.device(GPU)?.devres.held).toEqual([]);
  expect(kernel.irqs.count).toBe(0);
  expect(kernel.dma.pagesUsed).toBe(0);
  expect(kernel.nodes.paths).toEqual([]);
  expect(kernel.timers.count).toBe(0);
  expect(kernel.work.pendingCount).toBe(0);
}

describe('boot', () => {
  it('reports what registers and firmware say', () => {
    const bench = testBench();
    const boot = bench.call('bench.boot', {});
    expect(boot).toMatchObject({ ok: true, errno: 0, mcu: { status: 'ENABLED' }, firmware: { version: '1.1.0' } });
    expect(boot.gpuInfo).toMatchObject({ gpu_id: 0xa8670005, shader_present: '0x50005', as_present: 0xff });
    expect(boot.csifInfo).toMatchObject({ csg_slot_count: 8, cs_slot_count: 8, cs_reg_count: 96 });
    expect(boot.mcu.instructions).toBeGreaterThan(1000);
    expect(boot.registerAccesses).toBe(bench.recorder.accesses.length);
    expect(bench.engine.board.held).toHaveLength(6);
    expect(bench.recorder.of('driverLog').map((l) => l.message)).toEqual(boot.log);
    // Asked again, it is the same boot.
    expect(bench.call('bench.boot', {})).toBe(boot);
    expect(() => bench.engine.apply({ kind: 'module-load', module: 'tyr' })).toThrow('loaded already');
  });

  it('reports another interface version when the firmware publishes another one', () => {
    const firmware = imageWithVersion(packVersion(1, 1, 0), packVersion(1, 3, 7));
    const boot = testBench({ firmware }).call('bench.boot', {});
    expect(boot).toMatchObject({ ok: true, firmware: { version: '1.3.7' } });
    expect(boot.log.join('\n')).toContain('interface v1.3.7');
  });

  it('refuses a firmware that publishes no version', () => {
    const bench = testBench({ firmware: imageWithVersion(packVersion(1, 1, 0), 0) });
    expect(bench.call('bench.boot', {})).toMatchObject({ ok: false, errno: -22 });
    expectAllGivenBack(bench);
  });

  it('times out when the reset handler branches to itself', () => {
    const bench = testBench({ firmware: patchedImage([[symbol('reset').address, THUMB.BRANCH_TO_SELF]]) });
    const boot = bench.call('bench.boot', {});
    expect(boot).toMatchObject({ ok: false, errno: -110 });
    expect(boot.log.join('\n')).toMatch(/Failed to boot MCU \(status=\w+\)/);
    // It did execute: the core ran in its circle until the driver gave up.
    expect(boot.mcu.instructions).toBeGreaterThan(100_000);
    expectAllGivenBack(bench);
  });

  it('takes the GPU id from the register', () => {
    const boot = testBench({ overrides: { GPU_SHADER_PRESENT: 1 } }).call('bench.boot', {});
    expect(boot.gpuInfo).toMatchObject({ shader_present: '0x1' });
  });

  it('boots again after the module was unloaded, with nothing left behind between', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    bench.engine.apply({ kind: 'module-unload', module: 'tyr' });
    expectAllGivenBack(bench);
    expect(() => bench.engine.apply({ kind: 'module-unload', module: 'tyr' })).toThrow('not loaded');
    expect(bench.engine.apply({ kind: 'module-load', module: 'tyr' })).toEqual({ result: 0 });
  });
});

type Setup = Partial<Params<'bench.create'>>;
interface Fault {
  readonly what: BoardFault;
  readonly errno: number;
  readonly skip: number;
}
const fault = (what: BoardFault, errno = 5, skip = 0): Fault => ({ what, errno, skip });

const FAILURES: readonly (readonly [step: string, errno: number, Fault | undefined, Setup])[] = [
  ['first clock', -5, fault('clk-enable'), {}],
  ['second clock', -5, fault('clk-enable', 5, 1), {}],
  ['third clock', -12, fault('clk-enable', 12, 2), {}],
  ['power domain', -110, fault('domain-on', 110), {}],
  ['first supply', -16, fault('regulator-enable', 16), {}],
  ['second supply', -5, fault('regulator-enable', 5, 1), {}],
  ['register window', -16, fault('map'), {}],
  ['no GPU there', -6, undefined, { overrides: { GPU_ID: 0 } }],
  ['a GPU of another architecture', -95, undefined, { overrides: { GPU_ID: 0x90000000 } }],
  ['no L2 slice comes up', -110, undefined, { overrides: { GPU_L2_PRESENT: 0 } }],
  ['no address space for groups', -22, undefined, { overrides: { GPU_AS_PRESENT: 1 } }],
  ['firmware file missing', -2, fault('firmware'), {}],
  ['firmware file is something else', -22, undefined, { firmware: new Uint8Array(64) }],
  ['MCU does not start', -110, undefined, { firmware: patchedImage([[0, 0]]) }],
];

describe('a probe that fails', () => {
  it.each(FAILURES)('gives everything back: %s', (_step, errno, arranged, setup) => {
    const bench = testBench(setup);
    if (arranged !== undefined) bench.engine.apply({ kind: 'board-fault', ...arranged });
    const boot = bench.call('bench.boot', {});
    expect([boot.ok, boot.errno]).toEqual([false, errno]);
    expect(boot.log.join('\n')).toContain(`probe failed with error ${errno}`);
    expectAllGivenBack(bench);
    if (arranged === undefined) return;
    // The fault was one call's: the next attempt comes up.
    bench.engine.apply({ kind: 'module-unload', module: 'tyr' });
    expect(bench.engine.apply({ kind: 'module-load', module: 'tyr' })).toEqual({ result: 0 });
  });
});

describe('MCU page tables', () => {
  it.each([0, 1, 2, 3])('an entry of level %i zeroed in RAM is a translation fault of that level', (level) => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const { engine } = bench;
    const [transtab] = bench.call('register.peek', { names: ['AS0_TRANSTAB'] });
    zeroTableEntry(engine, Number(transtab?.value), symbol('fw').address, level);
    // Drops what the MMU has cached, then rings the doorbell so that the firmware touches its data.
    bench.call('register.poke', { name: 'AS0_LOCKADDR', value: 0x3f });
    bench.call('register.poke', { name: 'AS0_COMMAND', value: 'FLUSH_PT' });
    bench.call('register.poke', { name: 'CSF_DOORBELL_0', value: 1 });
    bench.call('time.advance', { ns: 2_000_000 });
    const reads = bench.recorder.driverReads(MMU_CONTROL.AS_FAULTSTATUS.at(0));
    expect(reads.map((v) => v & 0xff)).toContain(0xc0 + level);
    expect(engine.board.logLines.join('\n')).toContain('Unhandled Page fault in AS0');
  });
});

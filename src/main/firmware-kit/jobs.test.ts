/** The reference firmware on the emulated machine: jobs, faults, tiler heaps, timers, counters, hostile hosts. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT } from '../../spec/faults.ts';
import * as fw from '../../spec/firmware/interface.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { at, booted, DATA, GLB_IRQ, MS, QUEUE_PAGES, setSync, started } from './testing.ts';
import type { Rig } from './testing.ts';

const csBit = (...names: (keyof typeof fw.CS_REQ)[]) => fw.requestMask(fw.CS_REQ, ...names);
const csgBit = (...names: (keyof typeof fw.CSG_REQ)[]) => fw.requestMask(fw.CSG_REQ, ...names);
const glbBit = (...names: (keyof typeof fw.GLB_REQ)[]) => fw.requestMask(fw.GLB_REQ, ...names);

/** A compute job of one task on scoreboard entry 3. */
const compute = [
  ['REQ_RESOURCE', { compute: 1 }],
  ['SET_SB_ENTRY', { endpoint_entry: 3 }],
  ['MOVE32', { destination: 37, immediate: 1 }],
  ['MOVE32', { destination: 38, immediate: 1 }],
  ['MOVE32', { destination: 39, immediate: 1 }],
  ['RUN_COMPUTE', { task_increment: 1 }],
] as const;
const waitForIt = [['WAIT', { wait_mask: 8 }]] as const;

/** Ends the tasks that have begun; returns how many there were. */
function finish(rig: Rig, cls: 0 | 1 | 2): number {
  const unit = rig.units[cls];
  const begun = unit.started.splice(0);
  for (const { core } of begun) unit.port?.done(core);
  rig.run(MS);
  return begun.length;
}

function globalToggle(rig: Rig, bit: number): void {
  rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) ^ bit);
  rig.ring(0);
}

describe('jobs', () => {
  it('find their cores on, and the cores go off when nothing comes for a while', () => {
    const rig = started();
    rig.submit(0, [...compute, ...waitForIt, ...setSync(DATA, 1)]);
    rig.ring(1);
    expect(rig.in(GPU_POWER.SHADER_READY)).toBe(0x5_0005);
    expect(finish(rig, 0)).toBe(1);
    expect(rig.vm.get(DATA)).toBe(1);
    rig.run(12 * MS);
    expect(rig.in(GPU_POWER.SHADER_READY)).toBe(0);
    // The next job gets them back.
    rig.submit(0, compute);
    rig.ring(1);
    rig.run(MS);
    expect(rig.units[0].started).toHaveLength(1);
    expect(rig.odd).toEqual([]);
  });

  it('survive a suspend between two tasks', () => {
    const rig = started();
    const many = compute.map(([name, fields]) =>
      name === 'MOVE32' && fields.destination === 37
        ? ([name, { ...fields, immediate: 9 }] as const)
        : ([name, fields] as const),
    );
    rig.submit(0, [...many, ...waitForIt, ...setSync(DATA, 6)]);
    rig.ring(1);
    const begun = rig.units[0].started.length;
    expect(begun).toBe(4);
    rig.request(0, 'SUSPEND');
    // Tasks on cores end first.
    expect(rig.state(0)).toBe(fw.CSG_STATE.START);
    expect(finish(rig, 0)).toBe(4);
    expect(rig.state(0)).toBe(fw.CSG_STATE.SUSPEND);
    expect(fw.CSG_OUTPUT.STATUS_STATE.get('idle', rig.get(fw.CSG_OUTPUT.STATUS_STATE))).toBe(0);
    rig.program(3, 2);
    rig.request(3, 'RESUME', 3);
    expect(rig.state(3)).toBe(fw.CSG_STATE.RESUME);
    expect(finish(rig, 0) + finish(rig, 0)).toBe(5);
    expect(rig.vm.get(DATA)).toBe(6);
    expect(rig.odd).toEqual([]);
  });

  it('of a group that is terminated vanish', () => {
    const rig = started();
    rig.submit(0, compute);
    rig.ring(1);
    rig.request(0, 'TERMINATE');
    expect(rig.state(0)).toBe(fw.CSG_STATE.TERMINATE);
    expect(rig.units[0].dropped.length).toBeGreaterThan(0);
  });
});

describe('faults', () => {
  it('are told with the cursor of the job; fences wait for the host', () => {
    const rig = started();
    rig.handle(0, 0);
    rig.submit(0, [...compute, ...waitForIt, ...setSync(DATA, 1)]);
    rig.ring(1);
    rig.irqs();
    const core = rig.units[0].started[0]?.core ?? -1;
    rig.units[0].port?.fault(core, { code: FAULT.KABOOM, info: 0x1234_5678 });
    rig.run(MS);
    expect(rig.irqs() & 1).toBe(1);
    expect(rig.pending(0, 0) & fw.CS_EVT_MASK).toBe(csBit('FAULT') | 0);
    expect(fw.CS_OUTPUT.FAULT.get('exception', rig.get(fw.CS_OUTPUT.FAULT))).toBe(FAULT.KABOOM);
    expect(rig.get(fw.CS_OUTPUT.FAULT_INFO)).toBe(0x1234_5678);
    // RUN_COMPUTE is the sixth instruction.
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(5 * 8);
    expect(rig.vm.get(DATA)).toBe(0);
    expect(rig.handle(0, 0)[1]).toBe(csBit('FAULT'));
    expect(rig.vm.get(DATA)).toBe(1);
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(10 * 8);
  });

  it('may be acknowledged while the group winds down: the buffer then holds the true cursor', () => {
    const rig = started();
    rig.handle(0, 0);
    rig.submit(0, [...compute, ...waitForIt]);
    rig.submit(1, compute);
    rig.ring(1);
    const first = rig.units[0].started.findIndex((t) => t.cs === 0);
    const [task] = rig.units[0].started.splice(first, 1);
    rig.units[0].port?.fault(task?.core ?? -1, { code: FAULT.KABOOM, info: 0 });
    rig.run(MS);
    rig.request(0, 'SUSPEND');
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(5 * 8);
    expect(rig.handle(0, 0)[1]).toBe(csBit('FAULT'));
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(7 * 8);
    finish(rig, 0);
    expect(rig.state(0)).toBe(fw.CSG_STATE.SUSPEND);
  });

  it('an event of a stream flips its interrupt bit once until the host looks', () => {
    const rig = started();
    rig.submit(0, [['SYNC_WAIT32', { address: 0, data: 2, condition: 7 }]]);
    rig.submit(1, [['SYNC_WAIT32', { address: 0, data: 2, condition: 7 }]]);
    const before = rig.get(fw.CSG_OUTPUT.CS_IRQ_REQ);
    rig.ring(1);
    const flipped = rig.get(fw.CSG_OUTPUT.CS_IRQ_REQ) ^ before;
    rig.ring(1);
    rig.ring(0);
    expect(rig.get(fw.CSG_OUTPUT.CS_IRQ_REQ) ^ before).toBe(flipped);
  });
});

describe('tiler out of memory', () => {
  const HEAP = DATA + 0x800;
  const CHUNK = 0x3000_0000;

  function ranOut(handler = false): Rig {
    const rig = started();
    rig.handle(0, 0);
    rig.vm.map(CHUNK, 0x2000);
    [5, 4, 3].forEach((count, i) => rig.vm.set(HEAP + 8 + 4 * i, count));
    if (handler) {
      rig.code(DATA + 0x1000, setSync(DATA + 16, 0x77));
      rig.submit(1, [
        ...at(DATA + 0x1000, 24),
        ['SET_EXCEPTION_HANDLER', { exception_type: 2, address: 0, length: 2 }],
      ]);
    }
    rig.submit(0, [
      ['REQ_RESOURCE', { tiler: 1, idvs: 1 }],
      ['MOVE48', { destination: 0, immediate: HEAP }],
      ['HEAP_SET', { address: 0 }],
      ['SET_SB_ENTRY', { endpoint_entry: 3 }],
      ['RUN_IDVS', { malloc_enable: 1 }],
      ...waitForIt,
      ...setSync(DATA, 3),
    ]);
    rig.ring(1);
    rig.run(MS);
    const core = rig.units[2].started.splice(0)[0]?.core ?? -1;
    rig.units[2].port?.outOfMemory(core);
    rig.run(MS);
    return rig;
  }

  it('is told with the counters of the heap; a chunk lets the job go on', () => {
    const rig = ranOut();
    expect(rig.pending(0, 0) & csBit('TILER_OOM')).toBe(csBit('TILER_OOM'));
    expect(rig.get(fw.CS_OUTPUT.HEAP_ADDRESS)).toBe(HEAP);
    const counters = [fw.CS_OUTPUT.HEAP_VT_START, fw.CS_OUTPUT.HEAP_VT_END, fw.CS_OUTPUT.HEAP_FRAG_END];
    expect(counters.map((r) => rig.get(r))).toEqual([5, 4, 3]);
    const link = fw.encodeChunk(CHUNK, 0x2000);
    rig.set(fw.CS_INPUT.HEAP_START, link);
    rig.set(fw.CS_INPUT.HEAP_END, link);
    rig.handle(0, 0);
    expect(rig.vm.get(HEAP)).toBe(link);
    expect(finish(rig, 2)).toBe(1);
    expect(rig.vm.get(DATA)).toBe(3);
    expect(rig.odd).toEqual([]);
  });

  it('is told again after suspend and resume', () => {
    const rig = ranOut();
    rig.request(0, 'SUSPEND');
    expect(rig.state(0)).toBe(fw.CSG_STATE.SUSPEND);
    rig.program(0, 2);
    rig.request(0, 'RESUME', 3);
    expect(rig.state(0)).toBe(fw.CSG_STATE.RESUME);
    expect(rig.pending(0, 0) & csBit('TILER_OOM')).toBe(csBit('TILER_OOM'));
  });

  it('a chunk that comes while the group winds down is not lost', () => {
    const rig = ranOut();
    rig.submit(1, compute);
    rig.ring(1);
    rig.run(MS);
    rig.request(0, 'SUSPEND');
    expect(rig.state(0)).toBe(fw.CSG_STATE.START);
    const link = fw.encodeChunk(CHUNK, 0x2000);
    rig.set(fw.CS_INPUT.HEAP_START, link);
    rig.set(fw.CS_INPUT.HEAP_END, link);
    rig.handle(0, 0);
    expect(finish(rig, 0)).toBe(1);
    expect(rig.state(0)).toBe(fw.CSG_STATE.SUSPEND);
    expect(rig.vm.get(HEAP)).toBe(link);
    rig.program(0, 2);
    rig.request(0, 'RESUME', 3);
    expect(finish(rig, 2)).toBe(1);
    expect(rig.vm.get(DATA)).toBe(3);
  });

  it('without a chunk the handler of another queue runs, then the job goes on', () => {
    const rig = ranOut(true);
    rig.handle(0, 0);
    expect(rig.vm.get(DATA + 16)).toBe(0x77);
    expect(finish(rig, 2)).toBe(1);
    expect(rig.vm.get(DATA)).toBe(3);
    expect(rig.odd).toEqual([]);
  });

  it('without chunk and handler the job waits for fragment work', () => {
    const rig = ranOut();
    rig.handle(0, 0);
    rig.run(MS);
    expect(rig.units[2].started).toHaveLength(0);
    expect(rig.pending(0, 0) & csBit('TILER_OOM')).toBe(0);
  });
});

describe('timers', () => {
  it('no task for the progress time is told, with the class', () => {
    const rig = started();
    rig.set(fw.GLB_INPUT.PROGRESS_TIMER, 100);
    globalToggle(rig, glbBit('CFG_PROGRESS_TIMER'));
    rig.submit(0, compute);
    rig.ring(1);
    rig.handle(0, 0);
    rig.run(5 * MS);
    expect(rig.pending(0) & csgBit('PROGRESS_TIMER_EVENT')).not.toBe(0);
    expect(rig.get(fw.CSG_OUTPUT.RESOURCE_DEP)).toBe(0);
  });

  it('a group at rest is not watched: nothing ever happens again', () => {
    const rig = started();
    rig.handle(0, 0);
    rig.run(30 * MS);
    const before = rig.machine.core.instructions;
    rig.run(3000 * MS);
    expect(rig.machine.core.instructions).toBe(before);
  });
});

describe('counters', () => {
  it('a sample goes into the ring and is counted; a full ring is an overflow', () => {
    const rig = booted();
    rig.set(fw.GLB_INPUT.PERFCNT_AS, 1);
    rig.set(fw.GLB_INPUT.PERFCNT_BASE, DATA);
    rig.set(fw.GLB_INPUT.PERFCNT_CONFIG, 2);
    rig.set(fw.GLB_INPUT.PERFCNT_CSF_ENABLE, 1);
    rig.set(fw.GLB_INPUT.ACK_IRQ_MASK, 0xffff_ffff);
    globalToggle(rig, glbBit('PERFCNT_EN'));
    rig.irqs();
    for (let n = 1; n <= 2; n++) {
      globalToggle(rig, glbBit('PERFCNT_SAMPLE'));
      expect(rig.get(fw.GLB_OUTPUT.PERFCNT_INSERT)).toBe(n);
      expect((rig.get(fw.GLB_OUTPUT.ACK) ^ rig.get(fw.GLB_INPUT.REQ)) & glbBit('PERFCNT_SAMPLE')).toBe(0);
      expect(rig.irqs()).toBe(GLB_IRQ);
    }
    globalToggle(rig, glbBit('PERFCNT_SAMPLE'));
    expect(rig.get(fw.GLB_OUTPUT.PERFCNT_INSERT)).toBe(2);
    const events = rig.get(fw.GLB_OUTPUT.ACK) ^ rig.get(fw.GLB_INPUT.REQ);
    expect(events & glbBit('PERFCNT_OVERFLOW')).not.toBe(0);
    expect(rig.vm.get(DATA) + rig.vm.get(DATA + 0x700)).toBeGreaterThan(0);
  });

  it('the log goes to the bench and into the trace buffer once the host asks for it', () => {
    const rig = booted();
    expect(rig.log).toBe('');
    // size, insert, extract, data, enable of "fwlog"; a small buffer drops what does not fit.
    const [cursors, data] = [QUEUE_PAGES + 0xf000, QUEUE_PAGES + 0xf100];
    [16, cursors, cursors + 4, data, 1].forEach((value, i) => rig.mcu.set(0x0401_0000 + 4 * i, value));
    rig.mcu.set(0x0401_0100, 2);
    globalToggle(rig, glbBit('FWCFG_UPDATE'));
    rig.program(0, 1);
    rig.request(0, 'START', 1);
    rig.submit(0, [['SYNC_WAIT32', { address: 0, data: 2, condition: 7 }]]);
    rig.ring(1);
    expect(rig.log).toBe('fatal error of stream 00000000\n');
    expect(rig.mcu.get(cursors)).toBe(15);
    const words = [0, 4, 8, 12].map((at) => rig.mcu.get(data + at));
    expect(new TextDecoder().decode(Uint32Array.from(words))).toBe('fatal error of \0');
  });
});

describe('a host that makes no sense', () => {
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  const group = fc.constantFrom(
    fw.CSG_INPUT.REQ,
    fw.CSG_INPUT.DOORBELL_REQ,
    fw.CSG_INPUT.CS_IRQ_ACK,
    fw.CSG_INPUT.ENDPOINT_REQ,
    fw.CSG_INPUT.CONFIG,
    fw.CSG_INPUT.ALLOW_COMPUTE,
  );
  const stream = fc.constantFrom(
    fw.CS_INPUT.REQ,
    fw.CS_INPUT.CONFIG,
    fw.CS_INPUT.RINGBUF_SIZE,
    fw.CS_INPUT.RINGBUF_BASE,
    fw.CS_INPUT.HEAP_START,
  );
  const step = fc.oneof(
    fc.record({ register: group, value: word, cs: fc.constant(0) }),
    fc.record({ register: stream, value: word, cs: fc.nat(1) }),
    fc.record({ register: fc.constant(fw.QUEUE_INPUT.INSERT), value: fc.nat(0x2000), cs: fc.nat(1) }),
  );

  /** A stream may run wild meanwhile. */
  const SHORT = 30_000;

  it('is still answered: the core never dies and a ping comes back', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
        const rig = started();
        for (const { register, value, cs } of steps) {
          rig.set(register, value, 0, cs);
          rig.ringGroup(0, value & 3, SHORT);
          rig.ring(1, SHORT);
        }
        const ping = glbBit('PING');
        globalToggle(rig, ping);
        expect((rig.get(fw.GLB_OUTPUT.ACK) ^ rig.get(fw.GLB_INPUT.REQ)) & ping).toBe(0);
        expect(rig.status()).toBe('ENABLED');
        rig.set(fw.CSG_INPUT.REQ, rig.get(fw.CSG_INPUT.REQ) & ~csgBit('STATE'));
        rig.ringGroup(0, 0);
        expect(rig.state(0)).toBe(fw.CSG_STATE.TERMINATE);
      }),
      { seed: 4, numRuns: 8 },
    );
  });

  it('an unmapped ring page stops the core with a panic, which the host can read', () => {
    const rig = booted();
    rig.program(0, 1);
    rig.set(fw.CS_INPUT.RINGBUF_INPUT, 0x0700_0000);
    rig.request(0, 'START', 1);
    expect(rig.status()).toBe('FATAL');
    expect(rig.get(fw.GLB_OUTPUT.HALT_STATUS)).toBe(0x4e);
  });
});

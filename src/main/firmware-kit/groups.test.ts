/** The reference firmware on the emulated machine: life of a group and its streams. */
import { describe, expect, it } from 'vitest';
import * as fw from '../../spec/firmware/interface.ts';
import { at, booted, DATA, GLB_IRQ, MS, RING, setSync, started, SUSPEND_BUF } from './testing.ts';

describe('a group', () => {
  it('starts, runs what is submitted, tells of sync objects and of rest', () => {
    const rig = started();
    expect(rig.get(fw.QUEUE_OUTPUT.ACTIVE)).toBe(1);
    expect(rig.pending(0, 0)).toBe(0);
    rig.handle(0, 0);
    rig.irqs();
    rig.submit(0, setSync(DATA, 77));
    rig.ring(1);
    expect(rig.vm.get(DATA)).toBe(77);
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(24);
    expect(rig.irqs() & 1).toBe(1);
    const [events] = rig.handle(0, 0);
    expect(events).toBe(fw.requestMask(fw.CSG_REQ, 'SYNC_UPDATE', 'IDLE'));
    expect(rig.get(fw.CSG_OUTPUT.STATUS_STATE)).toBe(1);
    expect(rig.odd).toEqual([]);
  });

  it('the global idle event comes when its timer ends', () => {
    const rig = started();
    rig.handle(0, 0);
    rig.run(2 * MS);
    const idle = fw.requestMask(fw.GLB_REQ, 'IDLE');
    expect((rig.get(fw.GLB_OUTPUT.ACK) ^ rig.get(fw.GLB_INPUT.REQ)) & idle).toBe(idle);
    expect(rig.irqs() & GLB_IRQ).not.toBe(0);
  });

  it('a wait on a sync object blocks, is told as status, and goes on', () => {
    const rig = started();
    rig.submit(0, [...at(DATA + 64, 0), ['SYNC_WAIT32', { address: 0, data: 2, condition: 1 }], ...setSync(DATA, 5)]);
    rig.ring(1);
    expect(rig.vm.get(DATA)).toBe(0);
    const update = fw.requestMask(fw.CSG_REQ, 'STATUS_UPDATE');
    rig.set(fw.CSG_INPUT.REQ, rig.get(fw.CSG_INPUT.REQ) ^ update);
    rig.ringGroup(0, 0);
    expect(rig.pending(0) & update).toBe(0);
    expect(rig.get(fw.CS_OUTPUT.STATUS_BLOCKED_REASON)).toBe(fw.CS_BLOCKED_REASON.SYNC_WAIT);
    expect(rig.get(fw.CS_OUTPUT.STATUS_WAIT_SYNC_POINTER)).toBe(DATA + 64);
    expect(fw.CS_OUTPUT.STATUS_WAIT.get('sync_wait', rig.get(fw.CS_OUTPUT.STATUS_WAIT))).toBe(1);
    expect(rig.get(fw.CSG_OUTPUT.STATUS_STATE)).toBe(1);
    rig.vm.set(DATA + 64, 1);
    rig.ring(0);
    expect(rig.vm.get(DATA)).toBe(5);
  });

  it('resources are granted', () => {
    const rig = started();
    rig.submit(1, [['REQ_RESOURCE', { compute: 1, fragment: 1 }], ...setSync(DATA + 8, 9)]);
    rig.ring(1);
    expect(rig.vm.get(DATA + 8)).toBe(9);
  });

  it('a fatal error is told with word and instruction', () => {
    const rig = started();
    rig.submit(0, [['CALL', { address: 90, length: 92 }], ...setSync(DATA, 1)]);
    // An opcode that does not exist, in place of the CALL.
    rig.vm.set(RING + 4, 0xff00_0000);
    rig.ring(1);
    expect(rig.irqs() & 1).toBe(1);
    const [, events] = rig.handle(0, 0);
    expect(events).toBe(fw.requestMask(fw.CS_REQ, 'FATAL'));
    expect(fw.CS_OUTPUT.FATAL.get('exception', rig.get(fw.CS_OUTPUT.FATAL))).toBe(0x49);
    expect(rig.vm.get(DATA)).toBe(0);
  });

  it('suspends into its buffer and resumes in another slot', () => {
    const rig = started();
    rig.submit(0, [
      ['MOVE32', { destination: 40, immediate: 0xabcd }],
      ...at(DATA + 64, 0),
      ['SYNC_WAIT32', { address: 0, data: 2, condition: 1 }],
      ['MOVE48', { destination: 0, immediate: DATA }],
      ['SYNC_SET32', { address: 0, data: 40 }],
    ]);
    rig.ring(1);
    rig.request(0, 'SUSPEND');
    expect(rig.state(0)).toBe(fw.CSG_STATE.SUSPEND);
    expect(rig.get(fw.QUEUE_OUTPUT.ACTIVE)).toBe(0);
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(24);
    expect(rig.mcu.get(SUSPEND_BUF + 8)).toBe(3);
    expect(rig.get(fw.CS_OUTPUT.STATUS_BLOCKED_REASON)).toBe(fw.CS_BLOCKED_REASON.SYNC_WAIT);

    rig.vm.set(DATA + 64, 1);
    rig.program(5, 2);
    rig.set(fw.QUEUE_INPUT.EXTRACT, rig.get(fw.QUEUE_OUTPUT.EXTRACT));
    rig.request(5, 'RESUME', 3);
    expect(rig.state(5)).toBe(fw.CSG_STATE.RESUME);
    expect(rig.vm.get(DATA)).toBe(0xabcd);
    expect(rig.get(fw.QUEUE_OUTPUT.EXTRACT)).toBe(48);
    expect(rig.odd).toEqual([]);
  });

  it('terminates, and the slot takes another group', () => {
    const rig = started();
    rig.request(0, 'TERMINATE');
    expect(rig.state(0)).toBe(fw.CSG_STATE.TERMINATE);
    expect(rig.get(fw.QUEUE_OUTPUT.ACTIVE)).toBe(0);
    rig.program(0, 1);
    rig.set(fw.QUEUE_INPUT.EXTRACT, rig.get(fw.QUEUE_OUTPUT.EXTRACT));
    rig.request(0, 'START', 1);
    expect(rig.state(0)).toBe(fw.CSG_STATE.START);
    rig.submit(0, setSync(DATA, 3));
    rig.ring(1);
    expect(rig.vm.get(DATA)).toBe(3);
  });

  it('a resume from a buffer of rubbish is a fatal error of every stream', () => {
    const rig = booted();
    rig.program(0, 1);
    rig.mcu.set(SUSPEND_BUF, 0x1234_5678);
    rig.request(0, 'RESUME', 1);
    expect(rig.state(0)).toBe(fw.CSG_STATE.RESUME);
    expect(fw.CS_OUTPUT.FATAL.get('exception', rig.get(fw.CS_OUTPUT.FATAL))).toBe(0x68);
    expect(rig.handle(0, 0)[1]).toBe(fw.requestMask(fw.CS_REQ, 'FATAL'));
  });

  it('a single stream stops after its work and starts again', () => {
    const rig = started();
    const state = fw.requestMask(fw.CS_REQ, 'STATE');
    rig.set(fw.CS_INPUT.REQ, rig.get(fw.CS_INPUT.REQ) & ~state);
    rig.ringGroup(0, 1);
    expect(rig.pending(0, 0) & state).toBe(0);
    expect(rig.get(fw.QUEUE_OUTPUT.ACTIVE)).toBe(0);
    rig.submit(0, setSync(DATA, 4));
    rig.ring(1);
    expect(rig.vm.get(DATA)).toBe(0);
    rig.set(fw.CS_INPUT.REQ, rig.get(fw.CS_INPUT.REQ) | fw.CS_STATE.START);
    rig.ringGroup(0, 1);
    expect(rig.vm.get(DATA)).toBe(4);
    expect(rig.get(fw.QUEUE_OUTPUT.ACTIVE)).toBe(1);
  });

  it('waits for a sync object that another group writes', () => {
    const rig = started(1);
    rig.program(1, 2);
    rig.set(fw.CS_INPUT.REQ, 0, 1, 0);
    rig.request(1, 'START', 2);
    expect(rig.state(1)).toBe(fw.CSG_STATE.START);
    rig.submit(0, [...at(DATA + 64, 0), ['SYNC_WAIT32', { address: 0, data: 2, condition: 1 }], ...setSync(DATA, 8)]);
    rig.ring(1);
    expect(rig.vm.get(DATA)).toBe(0);
    rig.submit(1, setSync(DATA + 64, 1));
    rig.ring(1);
    expect(rig.vm.get(DATA)).toBe(8);
  });

  it('survives runtime suspend: saved, core halted and started warm, resumed', () => {
    const rig = started();
    rig.submit(0, [...at(DATA + 64, 0), ['SYNC_WAIT32', { address: 0, data: 2, condition: 1 }], ...setSync(DATA, 9)]);
    rig.ring(1);
    rig.request(0, 'SUSPEND');
    const halt = fw.requestMask(fw.GLB_REQ, 'HALT');
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) | halt);
    rig.ring(0);
    expect(rig.status()).toBe('HALT');
    rig.stop();
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) & ~halt);
    rig.boot();
    rig.globalInit();
    expect((rig.get(fw.GLB_OUTPUT.ACK) ^ rig.get(fw.GLB_INPUT.REQ)) & fw.GLB_REQ_MASK).toBe(0);
    rig.program(0, 2);
    rig.request(0, 'RESUME', 3);
    expect(rig.state(0)).toBe(fw.CSG_STATE.RESUME);
    rig.vm.set(DATA + 64, 1);
    rig.ring(0);
    expect(rig.vm.get(DATA)).toBe(9);
    expect(rig.odd).toEqual([]);
  });

  it('all eight slots run at a time', () => {
    const rig = booted();
    // One queue in each, every one with its own pages and ring.
    for (let g = 0; g < 8; g++) {
      rig.program(g, g + 1);
      for (let j = 0; j < g; j++) rig.set(fw.CS_INPUT.REQ, 0, g, j);
      rig.request(g, 'START', 1 << g);
    }
    for (let g = 0; g < 8; g++) rig.submit(g, setSync(DATA + 16 * g, g + 1));
    rig.ring(1);
    for (let g = 0; g < 8; g++) {
      expect(rig.vm.get(DATA + 16 * g)).toBe(g + 1);
      expect(rig.pending(g) & fw.requestMask(fw.CSG_REQ, 'SYNC_UPDATE')).not.toBe(0);
    }
    expect(rig.irqs() & 0xff).toBe(0xff);
  });
});

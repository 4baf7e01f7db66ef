/** The committed reference firmware on the emulated machine: boot, global requests, warm and cold starts. */
import { describe, expect, it } from 'vitest';
import * as fw from '../../spec/firmware/interface.ts';
import { booted, GLB_IRQ, IMAGE, Rig } from './testing.ts';

describe('boot', () => {
  it('publishes the interface and raises the global interrupt', () => {
    const rig = new Rig();
    expect(rig.get(fw.GLB_CONTROL.VERSION)).toBe(0);
    rig.boot();
    expect(rig.status()).toBe('ENABLED');
    expect(rig.irqs()).toBe(GLB_IRQ);
    expect(rig.get(fw.GLB_CONTROL.VERSION)).toBe(fw.packVersion(1, 1, 0));
    expect(rig.get(fw.GLB_CONTROL.GROUP_NUM)).toBe(8);
    for (let g = 0; g < 8; g++) {
      expect(rig.get(fw.CSG_CONTROL.STREAM_NUM, g)).toBe(8);
      expect(rig.get(fw.CSG_CONTROL.SUSPEND_SIZE, g)).toBe(0x7000);
      for (let j = 0; j < 8; j++) expect(rig.get(fw.CS_CONTROL.FEATURES, g, j)).toBe(0x0007_085f);
    }
    expect(rig.machine.mcu.busy).toBe(false);
    expect(rig.odd).toEqual([]);
  });

  it('keeps all blocks inside the shared section and apart from each other', () => {
    const rig = booted();
    const ranges: [number, number][] = [[fw.SHARED_BASE, fw.SHARED_BASE + fw.GLB_CONTROL_SIZE]];
    const add = (va: number, size: number) => ranges.push([va, va + size]);
    add(rig.word(fw.GLB_INPUT.REQ), fw.GLB_INPUT_SIZE);
    add(rig.word(fw.GLB_OUTPUT.ACK), fw.GLB_OUTPUT_SIZE);
    for (let g = 0; g < 8; g++) {
      add(rig.word(fw.CSG_CONTROL.FEATURES, g), fw.CSG_CONTROL_SIZE);
      add(rig.word(fw.CSG_INPUT.REQ, g), fw.CSG_INPUT_SIZE);
      add(rig.word(fw.CSG_OUTPUT.ACK, g), fw.CSG_OUTPUT_SIZE);
      for (let j = 0; j < 8; j++) {
        add(rig.word(fw.CS_CONTROL.FEATURES, g, j), fw.CS_CONTROL_SIZE);
        add(rig.word(fw.CS_INPUT.REQ, g, j), fw.CS_INPUT_SIZE);
        add(rig.word(fw.CS_OUTPUT.ACK, g, j), fw.CS_OUTPUT_SIZE);
      }
    }
    ranges.sort((a, b) => a[0] - b[0]);
    ranges.forEach(([start, end], i) => {
      expect(start).toBeGreaterThanOrEqual(ranges[i - 1]?.[1] ?? IMAGE.shared.vaStart);
      expect(end).toBeLessThanOrEqual(IMAGE.shared.vaEnd);
    });
  });
});

describe('global requests', () => {
  it('the first ones are acknowledged', () => {
    const rig = booted();
    expect(rig.get(fw.GLB_OUTPUT.ACK)).toBe(rig.get(fw.GLB_INPUT.REQ));
    expect(rig.odd).toEqual([]);
  });

  it('a ping is answered with an interrupt, again and again', () => {
    const rig = booted();
    for (let i = 0; i < 3; i++) {
      rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) ^ fw.requestMask(fw.GLB_REQ, 'PING'));
      rig.ring(0);
      expect(rig.get(fw.GLB_OUTPUT.ACK)).toBe(rig.get(fw.GLB_INPUT.REQ));
      expect(rig.irqs()).toBe(GLB_IRQ);
    }
    rig.ring(0);
    expect(rig.irqs()).toBe(0);
  });

  it('protected mode stays unacknowledged', () => {
    const rig = booted();
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) ^ fw.requestMask(fw.GLB_REQ, 'PROTM_ENTER'));
    rig.ring(0);
    expect(rig.get(fw.GLB_OUTPUT.ACK) ^ rig.get(fw.GLB_INPUT.REQ)).toBe(fw.requestMask(fw.GLB_REQ, 'PROTM_ENTER'));
  });

  it('HALT stops the core; a warm start keeps the words and answers', () => {
    const rig = booted();
    const halt = fw.requestMask(fw.GLB_REQ, 'HALT');
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) | halt);
    rig.ring(0);
    expect(rig.status()).toBe('HALT');
    rig.stop();
    rig.irqs();
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) & ~halt);
    const before = rig.get(fw.GLB_INPUT.REQ);
    rig.boot();
    expect(rig.status()).toBe('ENABLED');
    expect(rig.irqs() & GLB_IRQ).not.toBe(0);
    expect(rig.get(fw.GLB_OUTPUT.ACK)).toBe(before);
    rig.globalInit();
    expect(rig.get(fw.GLB_OUTPUT.ACK)).toBe(rig.get(fw.GLB_INPUT.REQ));
  });

  it('a stop without halt makes the next boot a cold one', () => {
    const rig = booted();
    rig.stop();
    rig.load();
    rig.boot();
    expect(rig.irqs() & GLB_IRQ).not.toBe(0);
    expect(rig.get(fw.GLB_CONTROL.VERSION)).toBe(fw.packVersion(1, 1, 0));
    expect(rig.get(fw.GLB_OUTPUT.ACK)).toBe(0);
  });
});

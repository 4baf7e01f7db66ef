import { describe, expect, it } from 'vitest';
import * as fw from './interface.ts';
import type { Register } from '../registers/define.ts';

const BLOCKS = {
  GLB_CONTROL: fw.GLB_CONTROL,
  GLB_INPUT: fw.GLB_INPUT,
  GLB_OUTPUT: fw.GLB_OUTPUT,
  CSG_CONTROL: fw.CSG_CONTROL,
  CSG_INPUT: fw.CSG_INPUT,
  CSG_OUTPUT: fw.CSG_OUTPUT,
  CS_CONTROL: fw.CS_CONTROL,
  CS_INPUT: fw.CS_INPUT,
  CS_OUTPUT: fw.CS_OUTPUT,
  QUEUE_INPUT: fw.QUEUE_INPUT,
  QUEUE_OUTPUT: fw.QUEUE_OUTPUT,
};

describe('interface blocks', () => {
  it.each(Object.entries(BLOCKS))('%s: words are aligned, do not overlap, and fields fit', (_, block) => {
    const taken = new Set<number>();
    for (const register of Object.values(block) as Register[]) {
      for (const element of register.elements()) {
        expect(element.offset % (element.width / 8)).toBe(0);
        for (let at = element.offset; at < element.offset + element.width / 8; at += 4) {
          expect(taken.has(at), `${element.name} overlaps`).toBe(false);
          taken.add(at);
        }
        for (const f of element.fields) expect(f.lsb + f.width).toBeLessThanOrEqual(element.width);
      }
    }
  });

  it('ends of blocks are what the range checks count', () => {
    const end = (r: { offset: number; width: number }) => r.offset + r.width / 8;
    expect(end(fw.GLB_CONTROL.INSTR_FEATURES)).toBe(fw.GLB_CONTROL_SIZE);
    expect(end(fw.GLB_INPUT.IDLE_TIMER)).toBe(fw.GLB_INPUT_SIZE);
    expect(end(fw.GLB_OUTPUT.PERFCNT_INSERT)).toBe(fw.GLB_OUTPUT_SIZE);
    expect(end(fw.CSG_CONTROL.STREAM_STRIDE)).toBe(fw.CSG_CONTROL_SIZE);
    expect(end(fw.CSG_INPUT.ITER_TRACE_CONFIG)).toBe(fw.CSG_INPUT_SIZE);
    expect(end(fw.CSG_OUTPUT.RESOURCE_DEP)).toBe(fw.CSG_OUTPUT_SIZE);
    expect(end(fw.CS_CONTROL.OUTPUT_VA)).toBe(fw.CS_CONTROL_SIZE);
    expect(end(fw.CS_INPUT.INSTRBUF_OFFSET_PTR)).toBe(fw.CS_INPUT_SIZE);
    expect(end(fw.CS_OUTPUT.HEAP_ADDRESS)).toBe(fw.CS_OUTPUT_SIZE);
  });
});

describe('request words', () => {
  it("the driver's masks are the public bits of each kind", () => {
    // GLB bits 11, 12 and 30, 31 and CSG bit 30, CS bit 12 are known from kbase only.
    expect(fw.maskOf(fw.GLB_REQ, 'toggle', 'level') & ~0x7800).toBe(fw.GLB_REQ_MASK);
    expect((fw.maskOf(fw.GLB_REQ, 'event') & ~0xc000_0000) >>> 0).toBe(fw.GLB_EVT_MASK);
    expect(fw.maskOf(fw.CSG_REQ, 'toggle', 'level')).toBe(fw.CSG_REQ_MASK);
    expect((fw.maskOf(fw.CSG_REQ, 'event') & ~0x4000_0000) >>> 0).toBe(fw.CSG_EVT_MASK);
    expect(fw.maskOf(fw.CS_REQ, 'toggle', 'level') & ~0x1000).toBe(fw.CS_REQ_MASK);
    expect(fw.maskOf(fw.CS_REQ, 'event')).toBe(fw.CS_EVT_MASK);
  });

  it("the driver's first ack_irq_mask comes out of the names", () => {
    const mask = fw.requestMask(
      fw.GLB_REQ,
      'CFG_ALLOC_EN',
      'PING',
      'CFG_PROGRESS_TIMER',
      'CFG_POWEROFF_TIMER',
      'IDLE_EN',
      'IDLE',
    );
    expect(mask).toBe(0x0400_050e);
    expect(fw.requestMask(fw.GLB_REQ, 'STATE')).toBe(0x7000);
  });

  it('fields of a request word encode through the register', () => {
    expect(fw.CSG_INPUT.REQ.encode({ STATE: 'SUSPEND', STATUS_UPDATE: 1 })).toBe(0x22);
    expect(fw.CS_INPUT.REQ.encode({ STATE: 'START', IDLE_SYNC_WAIT: true, IDLE_EMPTY: true })).toBe(0x501);
    expect(fw.CSG_INPUT.ENDPOINT_REQ2.encode64({ compute: 4, priority: 15, neural: 2 })).toEqual({
      lo: 0xf000_0004,
      hi: 2,
    });
  });
});

describe('encodings', () => {
  it('timers: the figures of RK3588 and the cases without that clock', () => {
    expect(fw.encodeTimer(10_000, { systemTimerHz: 24_000_000 })).toBe(235);
    expect(fw.encodeTimer(800, { systemTimerHz: 24_000_000 })).toBe(19);
    expect(fw.encodeTimer(10_000, { gpuHz: 1_000_000_000 })).toBe(0x8000_0000 + 9766);
    expect(fw.encodeTimer(10_000, {})).toBe(0xffff_ffff);
    expect(fw.encodeTimer(0, { systemTimerHz: 24_000_000 })).toBe(0);
    expect(fw.encodeTimer(1e9, { systemTimerHz: 4_000_000_000 })).toBe(0x7fff_ffff);
  });

  it('chunks', () => {
    expect(fw.encodeChunk(0x8000_0020_0000, 0x20_0000)).toBe(0x8000_0020_0200);
    expect(fw.decodeChunk(0x8000_0020_0200)).toEqual({ va: 0x8000_0020_0000, size: 0x20_0000 });
    expect(() => fw.encodeChunk(0x1234, 0x1000)).toThrow(RangeError);
    expect(() => fw.encodeChunk(0x1000, 0x100_0000)).toThrow(RangeError);
  });

  it('versions and places', () => {
    expect(fw.packVersion(1, 1, 0)).toBe(0x0101_0000);
    expect(fw.versionText(0xff01_0203)).toBe('255.1.515');
    expect(fw.csControlOffset(2, 0x100, 3, 12)).toBe(0x1000 + 0x200 + 0x40 + 36);
  });
});

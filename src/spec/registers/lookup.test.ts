/** Look-up by name and address, suggestions, decoding, masks. */
import { describe, expect, it } from 'vitest';
import {
  decodeFields,
  describeAccess,
  describeValue,
  findBlock,
  findRegister,
  GPU_CONTROL,
  hostRegisterNames,
  MCU_CS,
  mcuRegisterAt,
  mcuRegisterNames,
  MMU_CONTROL,
  registerAt,
  registerMask,
  suggest,
  wordName,
} from './index.ts';

describe('by name', () => {
  it('finds registers, arrays and elements in both forms', () => {
    expect(findRegister('GPU_ID')).toBe(GPU_CONTROL.GPU_ID);
    expect(findRegister('AS3_TRANSTAB')).toBe(MMU_CONTROL.AS_TRANSTAB.at(3));
    expect(findRegister('AS_TRANSTAB[3]')).toBe(MMU_CONTROL.AS_TRANSTAB.at(3));
    expect(findRegister('AS_TRANSTAB')).toBe(MMU_CONTROL.AS_TRANSTAB);
    expect(findRegister('JOB_REG[2][5]')).toBe(MCU_CS.JOB_REG.at(2, 5));
    expect(findRegister('JOB_REG[2]')).toBe(MCU_CS.JOB_REG.at(2));
    expect(findRegister('AS16_TRANSTAB')).toBeUndefined();
    expect(findRegister('toString')).toBeUndefined();
    expect(findBlock('GPU_POWER')?.view).toBe('host');
  });

  it('suggests what is near and nothing for nonsense', () => {
    expect(suggest('GPU_IDD')[0]).toBe('GPU_ID');
    expect(suggest('as3_transtab')[0]).toBe('AS3_TRANSTAB');
    expect(suggest('MCU_CONTRL')[0]).toBe('MCU_CONTROL');
    expect(suggest('zzzzzzzzzzzzzzzzzzzz')).toEqual([]);
  });
});

describe('by address', () => {
  it('gives register and word in the host window', () => {
    expect(registerAt(0x24c4)).toEqual({ register: MMU_CONTROL.AS_TRANSTAB.at(3), word: 1 });
    expect(registerAt(0x38)).toBeUndefined();
    expect(registerAt(0x3000)).toBeUndefined();
    expect(registerAt(2)).toBeUndefined();
  });

  it('gives private, stream and public registers to the MCU', () => {
    expect(mcuRegisterAt(0x4000_3000)).toMatchObject({ view: 'mcu', word: 0 });
    expect(mcuRegisterAt(0x4000_0000)).toMatchObject({ view: 'host', register: GPU_CONTROL.GPU_ID });
    const cs9 = mcuRegisterAt(0x4100_9034);
    expect(cs9).toMatchObject({ view: 'stream', stream: 9, word: 1, register: MCU_CS.CS_EXTRACT });
    expect(cs9 && wordName(cs9)).toBe('CS9.CS_EXTRACT_HI');
    // Past the last interface, before the view, public registers that private ranges hide.
    for (const address of [0x4104_0000, 0x3fff_fffc, 0x4002_0008, 0x4020_0000]) {
      expect(mcuRegisterAt(address)).toBeUndefined();
    }
  });

  it('lists every word once', () => {
    const host = [...hostRegisterNames()];
    expect(new Set(host.map((w) => w.offset)).size).toBe(host.length);
    for (const w of host) {
      const at = registerAt(w.offset);
      expect(at && wordName(at)).toBe(w.name);
    }
    let count = 0;
    for (const w of mcuRegisterNames()) {
      if (count++ % 97 !== 0) continue;
      const at = mcuRegisterAt(w.offset);
      expect(at && wordName(at)).toBe(w.name);
    }
    expect(count).toBeGreaterThan(10_000);
  });
});

describe('decoding', () => {
  it('shows the payload that belongs to the command', () => {
    expect(decodeFields(GPU_CONTROL.GPU_CMD, 0x23304).map((f) => [f.name, f.enumName])).toEqual([
      ['code', 'FLUSH_CACHES'],
      ['l2_flush', 'CLEAN_INVALIDATE'],
      ['lsc_flush', 'CLEAN_INVALIDATE'],
      ['other_flush', 'INVALIDATE'],
    ]);
    expect(describeValue(GPU_CONTROL.GPU_CMD, 0x101)).toBe('code=RESET reset_mode=SOFT_RESET');
    expect(describeValue(GPU_CONTROL.GPU_INT_STAT, 0x101)).toBe('FAULT RESET_COMPLETED');
    expect(describeValue(GPU_CONTROL.GPU_ID, 0xa867_0005)).toContain('prod_major=G610');
  });

  it('leaves out fields of other architectures and keeps wide values exact', () => {
    const names = (arch?: number) => decodeFields(GPU_CONTROL.GPU_L2_CONFIG, 0, 0, arch).map((f) => f.name);
    expect(names(10)).not.toContain('ASN_HASH_ENABLE');
    expect(names(11)).not.toContain('hash_function');
    expect(names()).toHaveLength(4);
    expect(decodeFields(MMU_CONTROL.AS_FAULTADDRESS, 1, 0xffff_ffff)[0]?.value).toBe(0xffff_ffff_0000_0001n);
  });
});

describe('masks', () => {
  it('tell known, readable and writable bits per word', () => {
    expect(registerMask(GPU_CONTROL.GPU_INT_RAWSTAT)).toEqual({
      known: 0xe_0703,
      readable: 0xe_0703,
      writable: 0xe_0703,
      oneSets: 0xe_0703,
      oneClears: 0,
    });
    expect(registerMask(GPU_CONTROL.GPU_INT_CLEAR).oneClears).toBe(0xa_0703);
    expect(registerMask(GPU_CONTROL.GPU_CMD)).toMatchObject({ readable: 0, writable: 0xf_ffff });
    expect(registerMask(MMU_CONTROL.AS_TRANSCFG, 1).known).toBe(0xf000_001e);
    expect(registerMask(GPU_CONTROL.GPU_PWR_OVERRIDE0).known).toBe(0xffff_ffff);
    expect(registerMask(GPU_CONTROL.GPU_PWR_OVERRIDE0, 1).known).toBe(0);
  });

  it('have words for access', () => {
    expect(describeAccess(GPU_CONTROL.GPU_INT_CLEAR)).toBe('writing 1 clears');
    expect(describeAccess(MCU_CS.CS_PC)).toBe('read and write, writable while STOPPED');
  });
});

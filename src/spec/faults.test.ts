import { describe, expect, it } from 'vitest';
import {
  ACCESS,
  FAULT,
  FAULT_UNIT,
  faultEnum,
  faultName,
  FAULTS,
  isFault,
  MAX_NON_FAULT,
  mmuFault,
  packCsFault,
  packFaultStatus,
  sourceId,
  unpackFaultStatus,
} from './faults.ts';

describe('exceptions', () => {
  it('have one name and one code each', () => {
    expect(new Set(FAULTS.map((f) => f.code)).size).toBe(FAULTS.length);
    expect(new Set(FAULTS.map((f) => f.name)).size).toBe(FAULTS.length);
    expect(FAULT.CS_INHERIT_FAULT).toBe(0x4b);
    expect(faultName(0xc3)).toBe('TRANSLATION_FAULT_3');
    expect(faultName(0xff)).toBe('Unknown exception type');
  });

  it('are faults above the limit, and the two below it that end work', () => {
    expect(FAULTS.filter((f) => isFault(f.code) && f.code <= MAX_NON_FAULT).map((f) => f.name)).toEqual([
      'KABOOM',
      'CS_RES_TERM',
    ]);
    expect(FAULTS.filter((f) => f.code > MAX_NON_FAULT).every((f) => isFault(f.code))).toBe(true);
  });

  it('of the MMU are found by kind and level', () => {
    expect(faultName(mmuFault('PERMISSION', 2))).toBe('PERM_FAULT_2');
    expect(faultName(mmuFault('ACCESS_FLAG', 3))).toBe('ACCESS_FLAG_3');
    expect(faultName(mmuFault('ADDRESS_SIZE', 0))).toBe('ADDR_SIZE_FAULT_OUT0');
    expect(Object.keys(faultEnum('AS'))).toHaveLength(22);
  });
});

describe('fault words', () => {
  it('pack and unpack', () => {
    const word = packFaultStatus(FAULT.PERM_FAULT_3, ACCESS.WRITE, sourceId(FAULT_UNIT.TILER, 9));
    expect(word).toBe(0x6009_03cb);
    expect(unpackFaultStatus(word)).toEqual({ exception: 0xcb, access: 3, decoderFault: false, sourceId: 0x6009 });
    expect(packFaultStatus(0xc0, ACCESS.READ, 0xf000, true)).toBe(0xf000_06c0);
    expect(packCsFault(0x48, 0x30_0001)).toBe(0x3000_0148);
  });
});

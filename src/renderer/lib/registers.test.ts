import { describe, expect, it } from 'vitest';
import { allBlocks, defineBlock, field, findRegister } from '../../spec/registers/index.ts';
import { dangerOf, fieldApplies, fieldOf, findPlace, placeOf, readEffect, writeEffect } from './registers.ts';

const register = (name: string) => {
  const found = findRegister(name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe('registers as places', () => {
  it('knows host, MCU and stream registers by their names', () => {
    expect(findPlace('GPU_ID')).toMatchObject({ space: 'host', offset: 0 });
    expect(findPlace('AS3_TRANSTAB')?.register.indices).toEqual([3]);
    expect(findPlace('DB_PENDING')?.space).toBe('mcu');
    expect(findPlace('CS3.CS_STATUS')?.offset).toBeGreaterThan(0x4100_3000);
    for (const wrong of ['AS_TRANSTAB', 'CS_STATUS', 'CS64.CS_STATUS', 'CS0.GPU_ID', 'nothing']) {
      expect(findPlace(wrong)).toBeUndefined();
    }
  });

  it('finds every single register under the name its place has', () => {
    for (const block of allBlocks) {
      for (const r of block.registers.flatMap((x) => x.elements())) {
        const place = placeOf(r, 5);
        expect(findPlace(place.name)?.offset).toBe(place.offset);
      }
    }
  });
});

describe('what an access does, in words', () => {
  const { TEST_CLEAR, TEST_SET } = defineBlock('TEST', {
    TEST_CLEAR: { offset: 0, access: 'RO', doc: '', fields: { COUNT: field(0, 8, '', { access: 'RC' }) } },
    TEST_SET: { offset: 4, access: 'RW', doc: '', fields: { EVENT: field(0, 1, '', { access: 'W1C' }) } },
  });

  it('names what a read clears', () => {
    expect(readEffect(TEST_CLEAR)).toBe('Reading TEST_CLEAR clears COUNT.');
    expect(readEffect(register('GPU_ID'))).toMatch(/clears nothing/);
    expect(readEffect(register('GPU_CMD'))).toMatch(/gives 0/);
  });

  it('names what writing 1 does', () => {
    expect(writeEffect(TEST_SET)).toBe('Writing 1 clears EVENT.');
    expect(writeEffect(register('GPU_INT_MASK'))).toBeUndefined();
  });
});

describe('fields', () => {
  it('are taken out of 64-bit values', () => {
    const whole = register('GPU_FAULT_ADDR');
    expect(fieldOf(whole.field('address' as never), 0xffff_ffff_ffff_ffffn)).toBe(0xffff_ffff_ffff_ffffn);
  });

  it('apply only where their condition holds', () => {
    const command = register('GPU_CMD');
    const mode = command.fields.find((f) => f.name === 'reset_mode');
    if (mode === undefined) throw new Error('reset_mode');
    expect(fieldApplies(command, mode, 1n)).toBe(true);
    expect(fieldApplies(command, mode, 4n)).toBe(false);
  });
});

describe('dangerous pokes', () => {
  it('are resets, stops of the MCU and powering off', () => {
    expect(dangerOf(register('GPU_CMD'), 0x101n)).toMatch(/resets the GPU/);
    expect(dangerOf(register('MCU_CONTROL'), 0n)).toMatch(/stops the MCU/);
    expect(dangerOf(register('L2_PWROFF'), 1n)).toBeDefined();
  });

  it('are nothing else', () => {
    expect(dangerOf(register('GPU_CMD'), 4n)).toBeUndefined();
    expect(dangerOf(register('MCU_CONTROL'), 1n)).toBeUndefined();
    expect(dangerOf(register('L2_PWROFF'), 0n)).toBeUndefined();
    expect(dangerOf(register('GPU_INT_MASK'), 0n)).toBeUndefined();
  });
});

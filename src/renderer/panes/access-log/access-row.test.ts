import { describe, expect, it } from 'vitest';
import { findRegister } from '../../../spec/registers/index.ts';
import { fieldsText, linkName, registerOf, valueText } from './access-row.ts';

const offsetOf = (name: string) => findRegister(name)?.offset ?? -1;
const row = (name: string, value: number | string, more = {}) => ({
  initiator: 'driver',
  op: 'read',
  name,
  offset: offsetOf(name),
  width: 4,
  value,
  old_value: 0,
  ...more,
});

describe('rows of the access log', () => {
  it('finds the register and decodes its fields', () => {
    const access = row('GPU_ID', 0xa8670005);
    expect(linkName(access)).toBe('GPU_ID');
    expect(fieldsText(access)).toMatch(/major=/i);
    expect(valueText(access, 'value')).toBe('a867_0005');
  });

  it('keeps every bit of a 64-bit value', () => {
    const access = row('GPU_SHADER_PRESENT', '0xffffffffffffffff', { width: 8 });
    expect(valueText(access, 'value')).toBe('ffff_ffff_ffff_ffff');
  });

  it('has no words for places without a register, and no failure for odd cells', () => {
    const access = { initiator: 'driver', offset: 0x1ffffc, width: 4, value: 'zebra', old_value: null };
    expect(registerOf(access)).toBeUndefined();
    expect(fieldsText(access)).toBe('');
    expect(valueText(access, 'value')).toBe('0000_0000');
  });
});

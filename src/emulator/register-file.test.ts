import { describe, expect, it } from 'vitest';

import { bit, defineBlock, field } from '../spec/registers/define.ts';
import { RegisterFile } from './register-file.ts';

const BLOCK = defineBlock('TEST', {
  MIXED: {
    offset: 0x10,
    access: 'RW',
    reset: 0x1234,
    doc: 'one field of each kind',
    fields: {
      rw: field(0, 8, ''),
      ro: field(8, 8, '', { access: 'RO' }),
      w1c: field(16, 4, '', { access: 'W1C' }),
      rw1s: field(20, 4, '', { access: 'RW1S' }),
      rc: field(24, 4, '', { access: 'RC' }),
      wo: bit(28, '', { access: 'WO' }),
    },
  },
  PLAIN: { offset: 0x20, width: 64, access: 'RW', count: 2, stride: 0x10, doc: 'no fields' },
  FIXED: { offset: 0x18, access: 'RO', reset: 0xcafe, doc: '' },
});

const setup = (latched: boolean) => {
  const odd: string[] = [];
  const file = new RegisterFile({ size: 0x100, latched, odd: (what, at, write) => odd.push(`${what} ${at} ${write}`) });
  file.add([BLOCK]);
  return { file, odd };
};

describe('register file', () => {
  it('follows the access of each field', () => {
    const { file, odd } = setup(false);
    file.set(BLOCK.MIXED, 0x0f0f_1234);
    file.write(0x10, 0x1095_ff56);
    expect(odd).toEqual(['reserved 16 true']);
    // rw replaced, ro kept, w1c cleared, rw1s set, wo hidden, rc shown once.
    expect(file.peek(0x10)).toBe(0x0f9a_1256);
    expect(file.read(0x10)).toBe(0x0f9a_1256);
    expect(file.read(0x10)).toBe(0x009a_1256);
    file.write(0x18, 1);
    expect([file.read(0x18), odd[1]]).toEqual([0xcafe, 'readonly 24 true']);
    expect([file.read(0x80), odd[2]]).toEqual([0, 'undefined 128 false']);
  });

  it('takes 64-bit words one by one on the host window', () => {
    const { file } = setup(false);
    file.write(0x34, 7);
    expect([file.read(0x30), file.read(0x34), file.read(0x24)]).toEqual([0, 7, 0]);
  });

  it('latches 64-bit registers in the private view: high word on reads, low word on writes', () => {
    const { file } = setup(true);
    const calls: number[][] = [];
    file.on(BLOCK.PLAIN.at(1), { write: (value, half, index, low) => calls.push([value, half, index, low]) });
    file.write(0x20, 5);
    expect(file.peek(0x20)).toBe(0);
    file.write(0x24, 6);
    expect([file.peek(0x20), file.peek(0x24)]).toEqual([5, 6]);
    expect(file.read(0x20)).toBe(5);
    file.set(BLOCK.PLAIN, 9, 1, 0);
    expect([file.read(0x24), file.peek(0x24)]).toEqual([6, 9]);
    file.write(0x30, 3);
    file.write(0x34, 4);
    expect(calls).toEqual([[4, 1, 1, 3]]);
  });

  it('saves what differs from reset, latches included', () => {
    const a = setup(true).file;
    a.write(0x10, 0x55);
    a.write(0x20, 5);
    const b = setup(true).file;
    b.write(0x20, 8);
    b.load(a.save());
    expect(b.save()).toEqual(a.save());
    b.write(0x24, 0);
    expect([b.peek(0x20), b.peek(0x10) & 0xff]).toEqual([5, 0x55]);
    b.reset((register) => register.key === 'PLAIN');
    expect([b.peek(0x20), b.peek(0x10)]).toEqual([5, 0x1234]);
  });
});

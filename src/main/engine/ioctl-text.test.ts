import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS, PANTHOR_IOCTLS, ioctlNumber } from '../../spec/uapi/ioctls.ts';
import { describeArgument, ioctlOf } from './ioctl-text.ts';

const parse = (command: number, argument: Uint8Array): unknown =>
  JSON.parse(describeArgument(ioctlOf(command), argument));

describe('ioctl arguments as text', () => {
  it('names every call of the table', () => {
    for (const spec of [...Object.values(PANTHOR_IOCTLS), ...Object.values(CORE_IOCTLS)]) {
      expect(ioctlOf(spec.number)).toBe(spec);
      const fields = parse(spec.number, new Uint8Array(spec.layout.size)) as Record<string, unknown>;
      expect(Object.keys(fields)).toEqual(spec.layout.fields.map((f) => f.name));
    }
  });

  it('gives nested structs, and 64-bit values that no Number holds', () => {
    const { number, layout } = PANTHOR_IOCTLS.GROUP_SUBMIT;
    const bytes = layout.encode({ group_handle: 3, queue_submits: { stride: 40, count: 2, array: 0 } });
    const at = layout.field('queue_submits').offset;
    bytes.fill(0xff, at + 8, at + 16);
    expect(parse(number, bytes)).toEqual({
      group_handle: 3,
      pad: 0,
      queue_submits: { stride: 40, count: 2, array: '0xffffffffffffffff' },
    });
  });

  it('takes arguments that are too short or too long, and calls nobody knows', () => {
    const { nr } = PANTHOR_IOCTLS.VM_CREATE;
    expect(parse(ioctlNumber('RW', nr, 4), Uint8Array.of(1, 0, 0, 0))).toEqual({
      flags: 1,
      id: 0,
      user_va_range: '0x0',
    });
    expect(parse(ioctlNumber('RW', nr, 64), new Uint8Array(64))).toMatchObject({ flags: 0 });
    expect(parse(ioctlNumber('RW', 0x9f, 2), Uint8Array.of(0xab, 0xcd))).toEqual({ bytes: 'abcd' });
  });
});

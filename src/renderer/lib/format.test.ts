import { describe, expect, it } from 'vitest';
import { hexGroups, plural, sizeText, timeText } from './format.ts';

describe('numbers as shown', () => {
  it('groups hex in fours', () => {
    expect(hexGroups(0x7f00_0000_1000n, 64)).toBe('0000_7f00_0000_1000');
    expect(hexGroups(0xa867_0005, 32)).toBe('a867_0005');
    expect(hexGroups(1, 1)).toBe('1');
    expect(hexGroups(0x12, 10)).toBe('012');
  });

  it('shows virtual time to the nanosecond', () => {
    expect(timeText(12_345_678)).toBe('12.345 678 ms');
    expect(timeText(1)).toBe('0.000 001 ms');
    expect(timeText(1_234_567_890_123)).toBe('1 234 567.890 123 ms');
  });

  it('counts and sizes', () => {
    expect(plural(1, 'job')).toBe('1 job');
    expect(plural(1204, 'access', 'accesses')).toBe('1,204 accesses');
    expect(sizeText(10_444)).toBe('10.2 KiB');
    expect(sizeText(12)).toBe('12 B');
  });
});

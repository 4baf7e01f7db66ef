import { describe, expect, it } from 'vitest';
import { faultWords } from './fault-words.ts';

describe('faults in words', () => {
  it('explains the exceptions a text names and no others', () => {
    expect(faultWords('fatal: CS_INSTR_INVALID at 0x7e0000000008')).toEqual([
      'CS_INSTR_INVALID (0x49): not an instruction, or misplaced; the stream ends with it.',
    ]);
    expect(faultWords('fault: TRANSLATION_FAULT_3 in CS_BUS_FAULT')).toHaveLength(2);
    expect(faultWords('OK, nothing of the kind')).toEqual([]);
  });
});

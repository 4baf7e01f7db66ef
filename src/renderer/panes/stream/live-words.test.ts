import { afterEach, describe, expect, it } from 'vitest';
import {
  lineNow,
  standingWords,
  useStreamDebug,
  forgetDebugged,
  addressOf,
  wordAt,
  type Debugged,
} from './debug-state.ts';
import { liveWords, registerValue } from './live-words.ts';

const registers = Array.from({ length: 96 }, (_, i) => i);
const debugged: Debugged = {
  document: 3,
  name: 'a.cs',
  text: '',
  lines: Uint32Array.of(2, 3, 3, 7),
  directives: { map: [], set32: [], dump: [], expect: [] },
  job: { group: 1, queue: 0, cs: 0, va: 0x7e00_0000_0000, words: 4 },
};
const stop = { state: 'stopped', reason: 'step', timeNs: 5, inside: false, cs: 0, pc: 0x7e00_0000_0008 } as const;
const state = {
  cs: 0,
  group: 1,
  queue: 0,
  state: 'RUNNING',
  reason: 'UNBLOCKED',
  pc: 0x7e00_0000_0008,
  instructions: 1,
  registers,
  scoreboard: [],
  callStack: [],
  inHandler: false,
  ring: { base: 0, size: 0, insert: 0, extract: 0 },
  doorbell: { page: 1, pending: false },
  jobs: [],
  deferred: 0,
};

afterEach(forgetDebugged);

describe('the stream that is debugged', () => {
  it('has live values while it stands, for its own text', () => {
    expect(liveWords(3, 'r5')).toEqual([]);
    useStreamDebug.setState({ debugged, stop, state });
    expect(liveWords(3, 'r5')).toEqual(['r5 = 0x0000_0005 (5)']);
    expect(liveWords(3, 'd64')).toEqual(['d64 = 0x0000_0041_0000_0040 (279172874304)']);
    expect(liveWords(3, 'MOVE32 r:x')).toEqual([]);
    expect(liveWords(4, 'r5')).toEqual([]);
    useStreamDebug.setState({ running: true });
    expect(liveWords(3, 'r5')).toEqual([]);
  });

  it('prints registers signed where that says more, and none that are not there', () => {
    expect(registerValue({ registers: [0xffff_fffe, 1] }, 'r0')).toBe('0xffff_fffe (4294967294, signed -2)');
    expect(registerValue({ registers: [1] }, 'd0')).toBeUndefined();
    expect(registerValue({ registers: [1] }, 'r1')).toBeUndefined();
  });

  it('knows its line, and the address of a line', () => {
    useStreamDebug.setState({ debugged, stop, state });
    expect(lineNow(useStreamDebug.getState())).toBe(3);
    expect(standingWords(useStreamDebug.getState())).toBe('stopped at line 3: step');
    expect(addressOf(debugged, 3)).toBe(0x7e00_0000_0008);
    expect(addressOf(debugged, 4)).toBeUndefined();
    expect(wordAt(debugged, 0x7e00_0000_0020)).toBeUndefined();
    expect(wordAt(debugged, 0x7e00_0000_0004)).toBeUndefined();
    useStreamDebug.setState({ stop: { ...stop, pc: 0x1000 } });
    expect(standingWords(useStreamDebug.getState())).toBe('stopped at outside of the text: step');
    useStreamDebug.setState({ finished: true });
    expect(lineNow(useStreamDebug.getState())).toBeUndefined();
  });
});

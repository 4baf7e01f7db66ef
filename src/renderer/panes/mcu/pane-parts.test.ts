/** The breakpoint form as breakpoints and back, and the boxes of the flame graph. */
import { describe, expect, it } from 'vitest';
import { breakpoint, type BreakpointState } from '../../../protocol/debug.ts';
import { draftOf, EMPTY, readDraft, type Draft } from './draft.ts';
import { layOut } from './flame-layout.ts';

const FILES = [
  { name: 'types.h', lines: 0 },
  { name: 'main.c', lines: 40 },
];
const named = (name: string): number | undefined => (name === 'shared' ? 0x0400_0000 : undefined);
const read = (draft: Partial<Draft>) => readDraft({ ...EMPTY, ...draft }, FILES, named);

describe('the breakpoint form', () => {
  it.each<[string, Partial<Draft>, object]>([
    ['an address', { where: '0x100' }, { kind: 'execute', address: 0x100 }],
    ['a function', { where: 'main_loop' }, { kind: 'execute', name: 'main_loop' }],
    ['a line', { where: 'main.c:172' }, { kind: 'execute', line: { file: 1, line: 172 } }],
    ['a variable', { kind: 'write', where: 'shared', size: '8' }, { address: 0x0400_0000, size: 8 }],
    ['a register', { kind: 'read', where: 'DB_PENDING' }, { register: 'DB_PENDING' }],
    ['any exception', { kind: 'exception', where: '' }, { kind: 'exception', address: 0 }],
    ['a condition', { where: '2', condition: 'r0 == 1', ignore: '3' }, { condition: 'r0 == 1', ignore: 3 }],
    ['a value', { kind: 'write', where: '8', value: '0xff' }, { value: 0xff }],
  ])('reads %s', (_, draft, expected) => {
    const made = read(draft);
    expect(made).toMatchObject(expected);
    expect(breakpoint.safeParse(made).success).toBe(true);
  });

  it.each<[Partial<Draft>, RegExp]>([
    [{ where: '' }, /where/],
    [{ where: 'other.c:1' }, /no source file/],
    [{ where: '2', condition: 'r0 ==' }, /expression/],
    [{ kind: 'exception', where: 'fault' }, /number/],
    [{ where: '2', ignore: 'x' }, /number/],
  ])('says what is wrong with %o', (draft, reason) => {
    expect(read(draft)).toMatch(reason);
  });

  it('writes a breakpoint as it was read', () => {
    for (const draft of [
      { where: '0x00000100', ignore: '2', log: 'r0 {r0}' },
      { kind: 'write' as const, where: 'DB_PENDING', value: '0x1', condition: 'value > 1' },
      { where: 'main_loop' },
      { kind: 'exception' as const, where: '3' },
    ]) {
      const made = breakpoint.parse(read(draft));
      const state: BreakpointState = {
        id: 1,
        breakpoint: made,
        hits: 0,
        status: 'bound',
        addresses: made.address === 0 ? [] : [made.address],
        place: '',
      };
      expect(draftOf(state)).toEqual({ ...EMPTY, ...draft });
    }
  });
});

describe('the flame graph', () => {
  const node = (parent: number, name: string, selfNs: number, totalNs: number) => ({
    parent,
    name,
    address: 0,
    selfNs,
    totalNs,
    calls: 1,
  });
  const tree = [node(-1, 'all', 0, 100), node(0, 'small', 20, 20), node(0, 'large', 30, 80), node(2, 'leaf', 50, 50)];

  it('puts calls inside of their callers, the widest first', () => {
    const boxes = layOut(tree, 0);
    expect(boxes.map((b) => [b.node.name, b.depth, b.from, b.width])).toEqual([
      ['all', 0, 0, 1],
      ['large', 1, 0, 0.8],
      ['leaf', 2, 0, 0.5],
      ['small', 1, 0.8, 0.2],
    ]);
  });

  it('fills the width with the call looked at, and leaves out what cannot be seen', () => {
    expect(layOut(tree, 2).map((b) => [b.node.name, b.width])).toEqual([
      ['large', 1],
      ['leaf', 0.625],
    ]);
    expect(layOut([...tree, node(0, 'dust', 0.01, 0.01)], 0).some((b) => b.node.name === 'dust')).toBe(false);
    expect(layOut([], 0)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Section } from '../../../spec/firmware/image.ts';
import { blocksOf, heightOf } from './map.ts';

const section = (vaStart: number, vaEnd: number, name: string): Section => ({
  kind: 'section',
  offset: 20,
  type: 0,
  typeName: 'IFACE',
  length: 24,
  optional: false,
  update: false,
  flags: 1,
  vaStart,
  vaEnd,
  name,
  data: new Uint8Array(0),
  fileStart: 0,
  fileEnd: 0,
});

describe('the map of the MCU', () => {
  it('has every address once, in order, and names the gaps', () => {
    const blocks = blocksOf([
      section(0x10_0000, 0x10_1000, 'data'),
      section(0, 0x2000, 'code'),
      section(0x400_0000, 0x401_0000, 'shared'),
    ]);
    expect(blocks[0]).toMatchObject({ from: 0, to: 0x2000, name: 'code' });
    expect(blocks.at(-1)?.to).toBe(2 ** 32);
    for (const [i, b] of blocks.entries()) expect(b.from).toBe(i === 0 ? 0 : blocks[i - 1]?.to);
    expect(blocks.filter((b) => b.kind === 'hardware')).toHaveLength(4);
  });

  it('stands overlaps and empty sections', () => {
    const blocks = blocksOf([section(0, 0x3000, 'a'), section(0x1000, 0x2000, 'b'), section(0x5000, 0x5000, 'empty')]);
    expect(blocks.filter((b) => b.kind === 'section').map((b) => b.name)).toEqual(['a', 'b']);
    expect(blocks.every((b) => heightOf(b) >= 1)).toBe(true);
    expect(blocksOf([])[0]).toMatchObject({ kind: 'gap', from: 0 });
  });
});

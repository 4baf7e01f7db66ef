/** The MCU's address space as an image fills it: sections, what the hardware has there, and the gaps between. Pure. */
import type { Entry, Section } from '../../../spec/firmware/image.ts';
import {
  MCU_REG_BASE,
  MCU_REG_SIZE,
  STREAM_BASE,
  STREAM_COUNT,
  STREAM_STRIDE,
  WINDOW_BASE,
  WINDOW_COUNT,
  WINDOW_SLICE_SIZE,
} from '../../../spec/registers/mcu-private.ts';

export interface Block {
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  readonly name: string;
  readonly kind: 'section' | 'hardware' | 'gap';
  readonly section?: Section;
}

const HARDWARE: readonly Block[] = [
  {
    from: WINDOW_BASE,
    to: WINDOW_BASE + WINDOW_COUNT * WINDOW_SLICE_SIZE,
    name: 'windows onto other address spaces',
    kind: 'hardware',
  },
  { from: MCU_REG_BASE, to: MCU_REG_BASE + MCU_REG_SIZE, name: 'registers', kind: 'hardware' },
  {
    from: STREAM_BASE,
    to: STREAM_BASE + STREAM_COUNT * STREAM_STRIDE,
    name: 'command-stream interfaces',
    kind: 'hardware',
  },
  { from: 0xe000_0000, to: 0xe010_0000, name: 'system space of the core', kind: 'hardware' },
];

/** End of the address space. */
const END = 2 ** 32;

/** All blocks by rising address, with the gaps. Sections that overlap stand one after the other. */
export function blocksOf(entries: readonly Entry[]): readonly Block[] {
  const sections = entries
    .filter((e): e is Section => e.kind === 'section' && e.vaEnd > e.vaStart)
    .map((section): Block => {
      return { from: section.vaStart, to: section.vaEnd, name: section.name, kind: 'section', section };
    });
  const all = [...sections, ...HARDWARE].toSorted((a, b) => a.from - b.from || a.to - b.to);
  const out: Block[] = [];
  let at = 0;
  for (const block of all) {
    if (block.from > at) out.push({ from: at, to: block.from, name: '', kind: 'gap' });
    out.push(block);
    at = Math.max(at, block.to);
  }
  if (at < END) out.push({ from: at, to: END, name: '', kind: 'gap' });
  return out;
}

/** Height of a block in rows: grows with the logarithm of its size, so that 4 KiB and 128 MiB both can be seen. */
export function heightOf({ from, to, kind }: Block): number {
  if (kind === 'gap') return 1;
  const pages = Math.log2(Math.max(1, (to - from) / 4096));
  return 1.2 + pages / 10;
}

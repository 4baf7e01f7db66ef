/** What the firmware pane shows: its tab, the bytes selected, and the image it is compared with. */
import { create } from 'zustand';
import { z } from 'zod';
import { isElf, readElf, STT_FUNC } from '../../../formats/elf.ts';
import type { FirmwareSymbol } from '../../../spec/firmware/function-diff.ts';
import type { LocalFile } from '../../lib/files.ts';

export const FIRMWARE_TABS = [
  { id: 'bench', title: 'Bench' },
  { id: 'image', title: 'Image' },
  { id: 'bytes', title: 'Bytes' },
  { id: 'map', title: 'Map' },
  { id: 'compare', title: 'Compare' },
] as const;
export type FirmwareTab = (typeof FIRMWARE_TABS)[number]['id'];

/** Bytes of the file, `to` excluded. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

interface FirmwareView {
  readonly tab: FirmwareTab;
  readonly range: ByteRange | undefined;
  /** The image on the other side, and the symbols of both. */
  readonly other: LocalFile | undefined;
  readonly symbols: readonly FirmwareSymbol[] | undefined;
  readonly otherSymbols: readonly FirmwareSymbol[] | undefined;
  /** Steps of a load that is under way. */
  readonly loading: { readonly what: string; readonly done: number; readonly of: number } | undefined;
}

export const useFirmwareView = create<FirmwareView>()(() => ({
  tab: 'image',
  range: undefined,
  other: undefined,
  symbols: undefined,
  otherSymbols: undefined,
  loading: undefined,
}));

/** Selects bytes and shows them. */
export function showBytes(from: number, to: number): void {
  useFirmwareView.setState({ tab: 'bytes', range: { from, to } });
}

const symbolFile = z.object({
  symbols: z.array(
    z.object({ name: z.string(), address: z.number(), size: z.number(), kind: z.enum(['function', 'object']) }),
  ),
});

/** Symbols of a linked ELF file, or of the file that a build puts beside an image. Throws Error in words. */
export function readSymbols({ name, bytes }: LocalFile): readonly FirmwareSymbol[] {
  if (isElf(bytes)) {
    return readElf(bytes)
      .symbols.filter((s) => s.name !== '' && s.type === STT_FUNC)
      .map((s) => ({ name: s.name, address: s.value - (s.value % 2), size: s.size, kind: 'function' }));
  }
  const parsed = symbolFile.safeParse(parse(bytes));
  if (!parsed.success) throw new Error(`${name} is neither an ELF file nor symbols of tyr fw build.`);
  return parsed.data.symbols;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

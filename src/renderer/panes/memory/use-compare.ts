/** Pieces of memory a person kept under a name, and how what is there now differs from one of them. */
import { useMemo } from 'react';
import { create } from 'zustand';
import { MAX_VIEW } from '../../../protocol/driver-views.ts';
import { usePoll } from '../../engine/context.tsx';
import { timeText } from '../../lib/format.ts';
import type { Workspace } from '../../workspace.ts';
import { Piece, differences, rowOf, type Difference } from './hex-layout.ts';
import { spaceText, type MemoryPlace } from './place.ts';

export interface KeptMemory {
  readonly id: string;
  readonly name: string;
  readonly place: MemoryPlace;
  readonly piece: Piece;
}

/** Made by the person, not a mirror of the machine: the bytes stay as they were when they were kept. */
export const useKept = create<{
  readonly kept: readonly KeptMemory[];
  readonly made: number;
  /** The one compared with; undefined compares nothing. */
  readonly compared: string | undefined;
}>(() => ({ kept: [], made: 0, compared: undefined }));

/** Keeps 64 KiB from the row of an address on and compares with them. */
export async function keep(w: Workspace, at: MemoryPlace): Promise<void> {
  const place = { ...at, address: rowOf(at.address) };
  const chunks = await w.act(w.client.call('memory.view', { ...place, length: MAX_VIEW }));
  if (chunks === undefined) return;
  const { kept, made } = useKept.getState();
  const time = timeText(w.live.status()?.timeNs ?? 0);
  const id = `kept ${made + 1}`;
  const name = `${made + 1}: ${spaceText(place)} 0x${place.address.toString(16)} at ${time}`;
  useKept.setState({ kept: [...kept, { id, name, place, piece: new Piece(chunks) }], made: made + 1, compared: id });
}

export function rename(id: string, name: string): void {
  useKept.setState(({ kept }) => ({ kept: kept.map((k) => (k.id === id ? { ...k, name } : k)) }));
}

export function forget(id: string): void {
  useKept.setState(({ kept, compared }) => ({
    kept: kept.filter((k) => k.id !== id),
    compared: compared === id ? undefined : compared,
  }));
}

/** Where memory differs now from the kept piece that is compared. */
export function useDifferences(): { readonly entry: KeptMemory | undefined; readonly list: readonly Difference[] } {
  const entry = useKept((s) => s.kept.find((k) => k.id === s.compared));
  const { data } = usePoll('memory.view', entry === undefined ? undefined : { ...entry.place, length: MAX_VIEW });
  return useMemo(() => {
    if (entry === undefined || data === undefined) return { entry, list: [] };
    const { address } = entry.place;
    return { entry, list: differences(entry.piece, new Piece(data), address, address + MAX_VIEW) };
  }, [entry, data]);
}

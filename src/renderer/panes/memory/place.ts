/** Where the memory pane looks, and links from anywhere that make it look elsewhere. */
import { create } from 'zustand';
import type { ViewSpace } from '../../../protocol/driver-views.ts';
import type { Workspace } from '../../workspace.ts';

export interface MemorySpace {
  readonly space: ViewSpace;
  /** Of the AS or VM; 0 otherwise. */
  readonly number: number;
}

export interface MemoryPlace extends MemorySpace {
  readonly address: number;
}

/** First address above a space. */
export function topOf({ space }: MemorySpace): number {
  return space === 'mcu' ? 2 ** 32 : 2 ** 48;
}

/** Where RAM begins; what the pane shows first. */
const FIRST: MemoryPlace = { space: 'physical', number: 0, address: 0x8000_0000 };
/** Places that "back" remembers (chosen). */
const MAX_BACK = 50;

export interface MemoryState {
  readonly place: MemoryPlace;
  /** Counts jumps, so that jumping to the same place scrolls to it again. */
  readonly jumps: number;
  readonly back: readonly MemoryPlace[];
}

export const useMemory = create<MemoryState>(() => ({ place: FIRST, jumps: 0, back: [] }));

/** Jumps; the place before is kept for "back". */
export function jump(place: MemoryPlace): void {
  useMemory.setState(({ place: before, jumps, back }) => ({
    place,
    jumps: jumps + 1,
    back: [...back.slice(1 - MAX_BACK), before],
  }));
}

export function jumpBack(): void {
  useMemory.setState(({ jumps, back, place }) => ({
    place: back.at(-1) ?? place,
    jumps: jumps + 1,
    back: back.slice(0, -1),
  }));
}

/** Shows the pane there. */
export function showMemory(w: Workspace, place: MemoryPlace): void {
  jump(place);
  w.layout.show('memory');
}

/** `VM 2`, `AS 1`, `physical`, `MCU`. */
export function spaceText({ space, number }: MemorySpace): string {
  if (space === 'vm') return `VM ${number}`;
  if (space === 'as') return `AS ${number}`;
  return space === 'mcu' ? 'MCU' : 'physical';
}

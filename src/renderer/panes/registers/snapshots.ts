/** Sets of register values a person kept under a name, to compare with reset values, with now, and with each other. */
import { create } from 'zustand';
import { peekAll } from '../../engine/register-values.ts';
import { timeText } from '../../lib/format.ts';
import type { Workspace } from '../../workspace.ts';
import { keptPlaces } from './compare-values.ts';
import { useRegisterView } from './view-state.ts';

export interface KeptValues {
  readonly id: string;
  readonly name: string;
  readonly words: ReadonlyMap<number, number>;
}

/** Made by the person, not a mirror of the machine: the values stay as they were when they were kept. */
export const useKept = create<{ readonly kept: readonly KeptValues[]; readonly made: number }>()(() => ({
  kept: [],
  made: 0,
}));

/** Peeks everything and keeps it under the time of the machine; shows the comparison with what was kept before. */
export async function keepValues(w: Workspace): Promise<void> {
  const time = timeText(w.live.status()?.timeNs ?? 0);
  const words = await peekAll(w.client, keptPlaces);
  const { kept, made } = useKept.getState();
  const entry = { id: `kept ${made + 1}`, name: `${made + 1}: at ${time}`, words };
  useKept.setState({ kept: [...kept, entry], made: made + 1 });
  useRegisterView.setState({ comparing: true });
  w.layout.show('registers');
}

export function renameKept(id: string, name: string): void {
  useKept.setState(({ kept }) => ({ kept: kept.map((k) => (k.id === id ? { ...k, name } : k)) }));
}

export function forgetKept(id: string): void {
  useKept.setState(({ kept }) => ({ kept: kept.filter((k) => k.id !== id) }));
}

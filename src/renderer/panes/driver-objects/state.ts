/** Which list of the pane is shown and what is chosen in each; links set both. */
import { create } from 'zustand';

export const TABS = [
  { id: 'objects', title: 'GEM objects' },
  { id: 'vms', title: 'VMs' },
  { id: 'groups', title: 'Groups and queues' },
  { id: 'fences', title: 'Fences' },
  { id: 'syncobjs', title: 'Syncobjs' },
  { id: 'spaces', title: 'Address spaces' },
  { id: 'power', title: 'Power' },
  { id: 'interface', title: 'Firmware words' },
  { id: 'files', title: 'Files' },
] as const;
export type Tab = (typeof TABS)[number]['id'];

export const useObjects = create<{
  readonly tab: Tab;
  readonly chosen: Readonly<Partial<Record<Tab, string>>>;
}>(() => ({ tab: 'objects', chosen: {} }));

export function showTab(tab: Tab): void {
  useObjects.setState({ tab });
}

/** Chooses an object of a list. */
export function choose(tab: Tab, key: string): void {
  useObjects.setState(({ chosen }) => ({ chosen: { ...chosen, [tab]: key } }));
}

/** Shows an object: its list, with it chosen. */
export function goTo(tab: Tab, key: string | number): void {
  showTab(tab);
  choose(tab, String(key));
}

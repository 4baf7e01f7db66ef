/** Things a person starts from several places: a bench, a boot, a power-cycle, a snapshot. */
import { useUi } from '../state/ui.ts';
import { timeText } from '../lib/format.ts';
import type { Workspace } from '../workspace.ts';

/** Powers a new bench; the one before ends, its session stays. */
export async function newBench(w: Workspace, bare: boolean): Promise<boolean> {
  const answer = await w.act(w.live.replace(w.client.call('bench.new', { bare })));
  return answer !== undefined;
}

/** The bench that was lost, in a fresh engine, at the last point that can be gone back to. */
export async function recover(w: Workspace): Promise<void> {
  const back = await w.act(w.client.call('bench.recover', {}));
  if (back === undefined) return;
  useUi.getState().say('info', `Gone back to "${back.label}" at ${timeText(back.timeNs)}, in session ${back.session}.`);
}

/** Boots, powering a bench first when there is none or it has booted already. */
export async function boot(w: Workspace): Promise<void> {
  const status = await w.live.ask();
  if (status === undefined || status.booted || status.bare) {
    if (!(await newBench(w, false))) return;
  }
  const result = await w.act(w.client.call('bench.boot', {}));
  if (result !== undefined && !result.ok) {
    const last = result.log.at(-1) ?? '';
    useUi.getState().say('error', `The probe failed with errno ${result.errno}. ${last}`);
    w.layout.show('driver');
  }
}

export async function powerCycle(w: Workspace): Promise<void> {
  askOnce({
    key: 'power-cycle',
    title: 'Power-cycle the machine?',
    text: 'RAM and all registers are lost; the session and its snapshots stay.',
    action: 'Power-cycle',
    onConfirm: () => void w.act(w.client.call('bench.power-cycle', {})),
  });
}

export async function takeSnapshot(w: Workspace): Promise<void> {
  const time = timeText(w.live.status()?.timeNs ?? 0);
  const taken = await w.act(w.client.call('snapshot.take', { label: `at ${time}` }));
  if (taken !== undefined) useUi.getState().say('info', `Snapshot ${taken.id} taken at ${time}.`);
}

/** Asks before something dangerous, unless "don't ask again this session" was answered before. */
export function askOnce(confirm: {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly details?: readonly string[];
  readonly action: string;
  readonly onConfirm: () => void;
}): void {
  const { settled, show } = useUi.getState();
  if (settled.has(confirm.key)) confirm.onConfirm();
  else show({ kind: 'confirm', confirm });
}

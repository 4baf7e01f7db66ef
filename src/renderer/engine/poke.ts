/** Writing and reading registers by hand. A dangerous poke is asked about once, with what it would change. */
import { canWrite, dangerOf, type RegisterPlace } from '../lib/registers.ts';
import type { Field } from '../../spec/registers/index.ts';
import type { Result } from '../../protocol/messages.ts';
import { hex } from '../lib/format.ts';
import { useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';
import { askOnce } from './actions.ts';

/** Most changes a question lists (chosen). */
const SHOWN_CHANGES = 12;

/** Pokes a register, or one field of it. `whole` is the register's value afterwards, as far as it takes the bits. */
export async function poke(
  w: Workspace,
  place: RegisterPlace,
  field: Field | undefined,
  value: bigint,
  whole: bigint,
): Promise<void> {
  const name = field === undefined ? place.name : `${place.name}.${field.name}`;
  const params = { name, value: hex(value) };
  const danger = dangerOf(place.register, whole);
  if (danger === undefined) {
    await w.act(w.client.call('register.poke', params));
    return;
  }
  if (!useUi.getState().settled.has('danger')) {
    const preview = await w.act(w.client.call('register.poke', { ...params, preview: true }));
    if (preview === undefined) return;
    askOnce({
      key: 'danger',
      title: `Write ${hex(value)} to ${name}?`,
      text: `${danger} It can be undone. On a copy of the machine it changes at once:`,
      details: changesText(preview.changes),
      action: 'Write',
      onConfirm: () => void w.act(w.client.call('register.poke', params)),
    });
    return;
  }
  await w.act(w.client.call('register.poke', params));
}

/** Shows what a write would change, tried on a copy of the machine; it is written when the person says so. */
export async function previewPoke(
  w: Workspace,
  place: RegisterPlace,
  field: Field | undefined,
  value: bigint,
): Promise<void> {
  const name = field === undefined ? place.name : `${place.name}.${field.name}`;
  const params = { name, value: hex(value) };
  const preview = await w.act(w.client.call('register.poke', { ...params, preview: true }));
  if (preview === undefined) return;
  const none = preview.changes.length === 0;
  useUi.getState().show({
    kind: 'confirm',
    confirm: {
      title: `What writing ${hex(value)} to ${name} would change`,
      text: none
        ? 'On a copy of the machine no register differs a millisecond later.'
        : 'Tried on a copy of the machine; a millisecond later these registers differ:',
      details: changesText(preview.changes),
      action: 'Apply',
      onConfirm: () => void w.act(w.client.call('register.poke', params)),
    },
  });
}

function changesText(changes: Result<'register.poke'>['changes']): string[] {
  const lines = changes.map((c) => `${c.name}: ${text(c.before)} → ${text(c.after)}`);
  const more = lines.length > SHOWN_CHANGES ? [`and ${lines.length - SHOWN_CHANGES} more`] : [];
  return [...lines.slice(0, SHOWN_CHANGES), ...more];
}

function text(value: number | string): string {
  return typeof value === 'number' ? hex(value) : value;
}

/** Reads as the CPU does. */
export async function readRegister(w: Workspace, place: RegisterPlace): Promise<void> {
  const read = await w.act(w.client.call('register.read', { name: place.name }));
  if (read !== undefined) useUi.getState().say('info', `Read ${place.name}: ${text(read.value)}.`);
}

/** Why a register cannot be edited; undefined when it can. */
export function notEditable(part: Parameters<typeof canWrite>[0], name: string): string | undefined {
  return canWrite(part) ? undefined : `${name} is read only: a write would be ignored.`;
}

/** Actions of the commands in the shared table that belong to no single pane. */
import { DisposableStack, type Disposable } from '../../base/disposable.ts';
import type { CommandInit } from './registry.ts';
import { pickFile } from '../lib/files.ts';
import { THEMES, type Theme } from '../state/preferences.ts';
import { useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';
import { showLog } from '../panes/access-log/state.ts';
import { showTab } from '../panes/driver-objects/state.ts';
import { faultsSql } from './object-sources.ts';
import { openFirmware } from '../engine/firmware.ts';
import { boot, newBench, powerCycle, recover, takeSnapshot } from '../engine/actions.ts';
import { cancelExport, exportSession } from '../engine/session-export.ts';
import { openSession, saveSession } from '../engine/sessions.ts';

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  dark: 'Dark',
  light: 'Light',
  contrast: 'High contrast',
};
const ZOOM_STEP = 0.1;
/** Levels of detail of the recording. */
const DETAIL_NAMES = { cs: 'Record: CS Instructions', mcu: 'Record: MCU Control Flow' } as const;
type DetailLevel = keyof typeof DETAIL_NAMES;

/** Switches of what is recorded beyond the usual. */
function recordCommands(w: Workspace): readonly CommandInit[] {
  const on = (level: DetailLevel) => w.live.status()?.detail?.[level].on === true;
  return (['cs', 'mcu'] as const).map((level) => ({
    id: `record.${level}`,
    name: DETAIL_NAMES[level],
    menu: 'Run',
    group: 5,
    enabled: () => w.live.status() !== undefined,
    detail: () => (on(level) ? 'on' : 'off'),
    callback: () => act(w, () => w.client.call('record.detail', { [level]: !on(level) })),
  }));
}

export function registerWorkspaceCommands(w: Workspace): Disposable {
  const stack = new DisposableStack();
  const ui = useUi.getState;
  const status = () => w.live.status();
  const powered = () => status() !== undefined;
  const paused = () => status()?.running === false;
  const withDriver = () => powered() && status()?.bare === false;
  const zoom = (by: number) => {
    const now = by === 0 ? 1 : ui().preferences.zoom + by;
    ui().setPreferences({ zoom: Math.round(Math.max(0.5, Math.min(3, now)) * 10) / 10 });
  };
  const list: readonly CommandInit[] = [
    { id: 'bench.new', callback: () => newBench(w, false) },
    { id: 'bench.newBare', callback: () => newBench(w, true) },
    { id: 'bench.recover', enabled: () => w.live.lost() !== undefined, callback: () => recover(w) },
    { id: 'demo.open', callback: () => boot(w) },
    { id: 'session.open', callback: () => openSession(w) },
    { id: 'session.saveAs', callback: () => saveSession(w) },
    { id: 'session.export', callback: () => exportSession(w) },
    { id: 'session.cancelExport', callback: () => cancelExport(w) },
    {
      id: 'firmware.open',
      callback: async () => {
        const file = await pickFile('.bin,.elf,.axf,application/octet-stream');
        if (file !== undefined) await openFirmware(w, file);
      },
    },
    {
      id: 'history.undo',
      enabled: () => status()?.undo !== undefined,
      detail: () => status()?.undo,
      callback: () => act(w, () => w.client.call('history.undo', {})),
    },
    {
      id: 'history.redo',
      enabled: () => status()?.redo !== undefined,
      detail: () => status()?.redo,
      callback: () => act(w, () => w.client.call('history.redo', {})),
    },
    { id: 'palette.commands', callback: () => ui().show({ kind: 'palette', text: '>' }) },
    { id: 'palette.open', callback: () => ui().show({ kind: 'palette', text: '' }) },
    { id: 'go.address', callback: () => ui().show({ kind: 'palette', text: '#' }) },
    { id: 'go.register', callback: () => ui().show({ kind: 'palette', text: '' }) },
    { id: 'edit.find', callback: focusSearch },
    {
      id: 'view.theme',
      callback: () =>
        ui().show({
          kind: 'pick',
          pick: {
            title: 'Colour theme',
            entries: THEMES.map((id) => ({ id, label: THEME_NAMES[id] })),
            onPick: (id) => {
              const theme = THEMES.find((t) => t === id);
              if (theme !== undefined) ui().setPreferences({ theme });
            },
          },
        }),
    },
    { id: 'view.zoomIn', callback: () => zoom(ZOOM_STEP) },
    { id: 'view.zoomOut', callback: () => zoom(-ZOOM_STEP) },
    { id: 'view.zoomReset', callback: () => zoom(0) },
    {
      id: 'view.queues',
      callback: () => {
        showTab('groups');
        w.layout.show('objects');
      },
    },
    {
      id: 'view.faults',
      callback: () => {
        showLog({ pane: 'log', sql: faultsSql() });
        w.layout.show('log');
      },
    },
    { id: 'view.resetLayout', callback: () => w.layout.reset() },
    {
      id: 'view.popOut',
      name: 'Move the Pane to a Window of Its Own',
      menu: 'View',
      group: 3,
      // The desktop's page opens no windows (host/electron/guards.ts); there panes float inside of the one.
      enabled: () => !w.dialogs,
      callback: () => w.layout.popOut(),
    },
    {
      id: 'selection.back',
      name: 'Back to the Selection Before',
      menu: 'Go',
      group: 2,
      defaultHotkey: 'Alt+ArrowLeft',
      enabled: () => ui().history.length > 0,
      callback: () => ui().back(),
    },
    {
      id: 'bench.boot',
      enabled: () => !powered() || (withDriver() && status()?.booted === false),
      callback: () => boot(w),
    },
    {
      id: 'run.continue',
      enabled: paused,
      callback: () => act(w, () => w.client.call('run.continue', { mode: 'paced' })),
    },
    { id: 'run.fast', enabled: paused, callback: () => act(w, () => w.client.call('run.continue', { mode: 'fast' })) },
    {
      id: 'run.pause',
      enabled: () => status()?.running === true,
      callback: () => act(w, () => w.client.call('run.pause', {})),
    },
    { id: 'run.stop', enabled: powered, callback: () => stop(w) },
    {
      id: 'run.step',
      enabled: powered,
      callback: () => act(w, () => w.client.call('run.step', {})),
    },
    { id: 'bench.powerCycle', enabled: powered, callback: () => powerCycle(w) },
    { id: 'mcu.halt', enabled: powered, callback: () => act(w, () => w.client.call('mcu.halt', {})) },
    { id: 'mcu.start', enabled: powered, callback: () => act(w, () => w.client.call('mcu.start', {})) },
    { id: 'mcu.reset', enabled: powered, callback: () => act(w, () => w.client.call('mcu.reset', {})) },
    { id: 'snapshot.take', enabled: powered, callback: () => takeSnapshot(w) },
    { id: 'snapshot.restore', enabled: powered, callback: () => chooseSnapshot(w) },
    { id: 'help.keys', defaultHotkey: '?', callback: () => ui().show({ kind: 'keys' }) },
    { id: 'help.about', callback: () => ui().show({ kind: 'about' }) },
  ];
  for (const init of [...list, ...recordCommands(w)]) stack.use(w.commands.register(init));
  return stack;
}

async function act(w: Workspace, work: () => Promise<unknown>): Promise<void> {
  await w.act(work());
}

/** Ends what the engine is doing: time that passes by itself is paused, a request that does not end is given up. */
async function stop(w: Workspace): Promise<void> {
  if (w.live.status()?.running === true) await act(w, () => w.client.call('run.pause', {}));
  else {
    const asked = await w.act(w.client.call('bench.abort', {}));
    if (asked?.stopped === false) useUi.getState().say('info', 'Nothing runs that could be stopped.');
  }
}

/** Puts the focus into the search field of the pane that has it, or of the first one that has such a field. */
function focusSearch(): void {
  const pane = document.activeElement?.closest('[data-pane]');
  const find = (within: ParentNode | null | undefined) => within?.querySelector<HTMLInputElement>('[data-search]');
  const field = find(pane) ?? find(document);
  field?.focus();
  field?.select();
}

async function chooseSnapshot(w: Workspace): Promise<void> {
  const list = await w.act(w.client.call('snapshot.list', {}));
  if (list === undefined) return;
  if (list.length === 0) {
    useUi.getState().say('info', 'There is no snapshot yet. Run, Take a Snapshot makes one.');
    return;
  }
  useUi.getState().show({
    kind: 'pick',
    pick: {
      title: 'Go back to a snapshot',
      entries: list.toReversed().map((s) => ({
        id: String(s.id),
        label: s.label,
        detail: `${s.timeNs} ns, branch ${s.branch}`,
      })),
      onPick: (id) => void w.act(w.client.call('snapshot.restore', { id: Number(id) })),
    },
  });
}

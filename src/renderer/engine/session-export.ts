/** Exporting the shown session: which format, with or without its blobs; progress and giving up. */
import type { Params } from '../../protocol/messages.ts';
import { keepFile } from '../lib/files.ts';
import { useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';

type Format = Params<'session.export'>['format'];

interface Choice {
  readonly id: Format | 'to-test';
  readonly label: string;
  readonly detail: string;
  /** It holds firmware and streams, which may not be for everybody. */
  readonly blobs?: boolean;
}

const CHOICES: readonly Choice[] = [
  { id: 'sqlite', label: 'SQLite database', detail: 'everything, with its views', blobs: true },
  { id: 'json', label: 'JSON', detail: 'all views as lists of rows; can be imported again', blobs: true },
  { id: 'csv', label: 'CSV', detail: 'the register accesses' },
  { id: 'perfetto', label: 'Perfetto trace', detail: 'slices, instants, counters and flows for ui.perfetto.dev' },
  { id: 'vcd', label: 'VCD waves', detail: 'interrupt lines, MCU, doorbells and queues for GTKWave' },
  { id: 'html', label: 'HTML report', detail: 'one page that stands alone' },
  { id: 'markdown', label: 'Markdown report', detail: 'for an issue or a mail' },
  { id: 'pokes-c', label: 'Poke list in C', detail: 'register writes and expected reads' },
  { id: 'pokes-rust', label: 'Poke list in Rust', detail: 'register writes and expected reads' },
  { id: 'pokes-python', label: 'Poke list in Python', detail: 'register writes and expected reads' },
  { id: 'pokes-sh', label: 'Poke list for the shell', detail: 'devmem calls' },
  { id: 'to-test', label: 'Test scenario', detail: 'TypeScript that repeats the inputs and expects what was seen' },
];

/** Asks for the format, then exports the shown session. */
export function exportSession(w: Workspace): void {
  useUi.getState().show({
    kind: 'pick',
    pick: {
      title: 'Export the session as',
      entries: CHOICES.map(({ id, label, detail }) => ({ id, label, detail })),
      onPick: (id) => {
        const choice = CHOICES.find((c) => c.id === id);
        if (choice === undefined) return;
        if (choice.blobs === true) askBlobs(w, choice);
        else void run(w, choice, false);
      },
    },
  });
}

function askBlobs(w: Workspace, choice: Choice): void {
  useUi.getState().show({
    kind: 'pick',
    pick: {
      title: `${choice.label}: firmware and streams`,
      entries: [
        { id: 'with', label: 'With firmware and streams', detail: 'the session can be run again' },
        {
          id: 'without',
          label: 'Without blobs',
          detail: 'they stay named by hash and size; for firmware not to be shared',
        },
      ],
      onPick: (id) => void run(w, choice, id === 'without'),
    },
  });
}

async function run(w: Workspace, { id, label }: Choice, withoutBlobs: boolean): Promise<void> {
  const { session, say, setExporting } = useUi.getState();
  setExporting(label);
  try {
    const view = id === 'csv' ? { view: 'register_access' as const } : {};
    const saved = await w.act(
      id === 'to-test'
        ? w.client.call('session.toTest', { session })
        : w.client.call('session.export', { session, format: id, withoutBlobs, ...view }),
    );
    const text = saved === undefined ? undefined : keepFile(saved);
    if (text !== undefined) say('info', text);
  } finally {
    useUi.getState().setExporting(undefined);
  }
}

/** Gives up what is being exported. */
export async function cancelExport(w: Workspace): Promise<void> {
  await w.act(w.client.call('session.cancel', {}));
}

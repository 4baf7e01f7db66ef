/** Windows at a workspace for tests: in process, without sockets, each frame copied as on its way through one. */
import { Client, type Transport } from '../../../../protocol/client.ts';
import { PROTOCOL_VERSION, type NoticeName } from '../../../../protocol/messages.ts';
import { Downloads } from '../../web/downloads.ts';
import { webOutside } from '../../web/serve.ts';
import { Peer } from '../peer.ts';
import { Workspace } from '../workspace.ts';

export interface Window {
  readonly client: Client;
  readonly heard: [NoticeName, unknown][];
  /** The page takes nothing while true; tell it with `drained` when it does again. */
  slow: boolean;
  drained(): void;
  close(): void;
}

/** A workspace as the browser's host has one; sessions are kept where XDG_DATA_HOME says. */
export function testWorkspace(note: (line: string) => void): Workspace {
  return new Workspace(webOutside(new Downloads(), note));
}

/** A window that has said hello. */
export async function openWindow(workspace: Workspace, note: (line: string) => void): Promise<Window> {
  let receive: (frame: unknown) => void = () => {};
  const peer = new Peer(workspace, {
    send: (frame) => void queueMicrotask(() => receive(structuredClone(frame))),
    busy: () => window.slow,
    drop: () => {},
    note,
  });
  const transport: Transport = {
    send: (frame) => peer.receive(structuredClone(frame)),
    onFrame: (listener) => (receive = listener),
    onClose: () => {},
  };
  const client = new Client(transport);
  const heard: Window['heard'] = [];
  for (const name of ['changed', 'bench', 'alert'] as const) client.on(name, (data) => heard.push([name, data]));
  const window: Window = {
    client,
    heard,
    slow: false,
    drained: () => peer.drained(),
    close: () => peer.close(),
  };
  await client.call('host.hello', { protocol: PROTOCOL_VERSION });
  return window;
}

/** What a window was told by notices of a name. */
export const told = (w: Window, name: NoticeName): unknown[] => w.heard.filter(([n]) => n === name).map(([, d]) => d);

/** Ends the engine's thread from inside, as a bug of ours would; nothing in the protocol can. */
export async function killEngine(workspace: Workspace): Promise<void> {
  const { link } = workspace as unknown as { link: { kill(): Promise<void> } };
  await link.kill();
}

/** Entry of the page: connects, says hello, builds the workspace, and hands it to React. */
import { createRoot } from 'react-dom/client';
import { Client } from '../protocol/client.ts';
import { PROTOCOL_VERSION, type Result } from '../protocol/messages.ts';
import { App, Unreachable } from './app.tsx';
import { registerWorkspaceCommands } from './commands/workspace.ts';
import { CommandRegistry } from './commands/registry.ts';
import { QuickOpen } from './commands/quick-open.ts';
import { hearKeys } from './commands/keys.ts';
import { registerObjectSources } from './commands/object-sources.ts';
import { registerShellSources } from './commands/sources.ts';
import { Live } from './engine/live.ts';
import { messageOf } from './lib/errors.ts';
import { registerPanes } from './panes/index.ts';
import { PaneRegistry } from './panes/registry.ts';
import { Layout } from './shell/layout.ts';
import { applyAppearance, dress } from './shell/appearance.ts';
import { useUi } from './state/ui.ts';
import { openTransport } from './transport.ts';
import { Workspace } from './workspace.ts';

async function start(): Promise<void> {
  const element = document.getElementById('root');
  if (element === null) throw new Error('the page has no element named root');
  const root = createRoot(element);
  applyAppearance();
  try {
    const client = new Client(await openTransport());
    const host = await client.call('host.hello', { protocol: PROTOCOL_VERSION });
    const workspace = createWorkspace(client, host);
    workspace.live.refresh();
    root.render(<App workspace={workspace} host={host} />);
  } catch (error) {
    root.render(<Unreachable reason={messageOf(error)} />);
  }
}

function createWorkspace(client: Client, host: Result<'host.hello'>): Workspace {
  const ui = useUi.getState();
  const panes = new PaneRegistry();
  const layout = new Layout(panes, {
    load: () => useUi.getState().preferences.layout,
    save: (saved) => useUi.getState().setPreferences({ layout: saved }),
  });
  const commands = new CommandRegistry(ui.preferences.keys);
  commands.onError = (command, error) => useUi.getState().say('error', `${command.name}: ${messageOf(error)}`);
  const workspace = new Workspace({
    panes,
    commands,
    layout,
    mac: /mac|darwin/i.test(host.platform),
    dialogs: host.dialogs,
    client,
    quickOpen: new QuickOpen(),
    live: new Live(client),
  });
  layout.onWindow = (window) => {
    dress(window);
    hearKeys(workspace, window);
  };
  layout.onRefused = () =>
    ui.say('warning', 'The browser refused a window: allow pop-ups for this page. The pane stays here.');
  registerWorkspaceCommands(workspace);
  registerPanes(workspace);
  registerShellSources(workspace);
  registerObjectSources(workspace);
  return workspace;
}

void start();

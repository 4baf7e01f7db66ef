/** The frame of the workspace: bars around the dock, overlays above it, and the keys. */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { Result } from '../protocol/messages.ts';
import { hearKeys } from './commands/keys.ts';
import { EngineProvider, type Engine } from './engine/context.tsx';
import { ActivityBar } from './shell/activity-bar.tsx';
import { Banners } from './shell/banners.tsx';
import { Dock } from './shell/dock.tsx';
import { Overlays } from './shell/overlays.tsx';
import { StatusBar } from './shell/status-bar.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { useUi } from './state/ui.ts';
import { WorkspaceProvider, type Workspace } from './workspace.ts';

export interface AppProps {
  readonly workspace: Workspace;
  readonly host: Result<'host.hello'>;
}

export function App({ workspace, host }: AppProps) {
  const { client, live } = workspace;
  const [engine] = useState<Engine>(() => ({ client, live, host }));
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  useKeys(workspace);
  const lost = useSyncExternalStore(live.subscribe, live.lost);
  useNotices(workspace);
  const onShown = useCallback((ids: ReadonlySet<string>) => setShown(ids), []);
  const systemMenus = host.host === 'electron' && workspace.mac;
  return (
    <WorkspaceProvider value={workspace}>
      <EngineProvider value={engine}>
        <div className="shell">
          <TopBar menus={!systemMenus} />
          <Banners lost={lost} />
          <ActivityBar shown={shown} />
          <Dock onShown={onShown} />
          <StatusBar />
          <Overlays />
        </div>
      </EngineProvider>
    </WorkspaceProvider>
  );
}

/** Shown instead of the workspace when the host does not answer. */
export function Unreachable({ reason }: { readonly reason: string }) {
  return (
    <main className="unreachable" role="alert">
      <h1>The host does not answer</h1>
      <p>{reason}</p>
      <p>
        Start it with <code>tyr serve</code> and open the address it prints.
      </p>
      <button type="button" className="button button-primary" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
}

function useKeys(workspace: Workspace): void {
  useEffect(() => hearKeys(workspace, window), [workspace]);
}

function useNotices(workspace: Workspace): void {
  useEffect(() => {
    const { client, commands, layout } = workspace;
    const { say, newBench, viewSession } = useUi.getState();
    const registrations = [
      client.on('alert', ({ message }) => say('error', message)),
      client.on('command', ({ id }) => void commands.run(id)),
      client.on('bench', ({ session }) => {
        if (session !== undefined) newBench();
      }),
      client.on('opened', ({ session, name }) => {
        viewSession({ session, name, info: {}, counts: {}, problems: [] });
        layout.show('sessions');
      }),
    ];
    // A session that is shown no more, for whatever reason, is held open no longer.
    const forget = useUi.subscribe(({ opened }, { opened: before }) => {
      if (before === undefined || before.session === opened?.session) return;
      client.call('session.close', { session: before.session }).catch(() => {});
    });
    return () => {
      for (const r of registrations) r.dispose();
      forget();
    };
  }, [workspace]);
}

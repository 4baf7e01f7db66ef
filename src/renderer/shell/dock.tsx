/** The dock: panes as tabs in groups that can be moved, split, floated and put into windows of their own. */
import {
  DockviewReact,
  type DockviewApi,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
} from 'dockview-react';
import { X } from 'lucide-react';
import { Component, Suspense, useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { messageOf } from '../lib/errors.ts';
import { shownTheme } from './appearance.ts';
import { useUi } from '../state/ui.ts';
import { useWorkspace } from '../workspace.ts';

const components = { pane: PaneFrame };

export function Dock({ onShown }: { readonly onShown: (ids: ReadonlySet<string>) => void }) {
  const { layout } = useWorkspace();
  const theme = useUi((s) => shownTheme(s.preferences.theme));
  const [api, setApi] = useState<DockviewApi>();
  useEffect(() => {
    if (api === undefined) return undefined;
    layout.attach(api);
    const tell = () => onShown(new Set(api.panels.filter((p) => p.api.isVisible).map((p) => p.id)));
    tell();
    const changes = [api.onDidLayoutChange(tell), api.onDidActivePanelChange(tell)];
    return () => {
      for (const c of changes) c.dispose();
    };
  }, [api, layout, onShown]);
  return (
    <main className="dock" aria-label="Panes">
      <DockviewReact
        components={components}
        defaultTabComponent={PaneTab}
        onReady={(event) => setApi(event.api)}
        theme={{ name: 'tyr', className: 'dockview-theme-tyr', colorScheme: theme === 'light' ? 'light' : 'dark' }}
        noPanelsOverlay="watermark"
      />
    </main>
  );
}

/** A pane's code is loaded, and its questions are asked, when it is first seen; from then on it keeps its state. */
function PaneFrame({ api }: IDockviewPanelProps) {
  const { panes } = useWorkspace();
  const subscribe = useCallback(
    (changed: () => void) => {
      const registration = api.onDidVisibilityChange(changed);
      return () => registration.dispose();
    },
    [api],
  );
  const visible = useSyncExternalStore(subscribe, () => api.isVisible);
  const [seen, setSeen] = useState(visible);
  if (visible && !seen) setSeen(true);
  const pane = panes.find(api.id);
  if (pane === undefined) return <p className="empty">There is no pane named {api.id}.</p>;
  const { Component: Body } = pane;
  return (
    <div className="pane" data-pane={pane.id}>
      <PaneBoundary title={pane.title}>
        {seen && (
          <Suspense fallback={<p className="empty">Loading…</p>}>
            <Body />
          </Suspense>
        )}
      </PaneBoundary>
    </div>
  );
}

function PaneTab({ api }: IDockviewPanelHeaderProps) {
  const { panes, layout } = useWorkspace();
  const pane = panes.find(api.id);
  const Glyph = pane?.icon;
  return (
    <div className="pane-tab">
      {Glyph !== undefined && <Glyph size={14} aria-hidden />}
      <span>{pane?.title ?? api.id}</span>
      <span
        className="tab-close"
        title={`Close ${pane?.title ?? api.id}`}
        aria-hidden
        onPointerDown={(e) => e.stopPropagation()}
        onClick={(e) => {
          e.stopPropagation();
          layout.close(api.id);
        }}
      >
        <X size={12} aria-hidden />
      </span>
    </div>
  );
}

interface BoundaryProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A pane that fails says so in its place and can be tried again; the others go on. */
class PaneBoundary extends Component<BoundaryProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="empty" role="alert">
        <p>
          The {this.props.title} pane failed: {messageOf(this.state.error)}
        </p>
        <button type="button" className="button" onClick={() => this.setState({ error: undefined })}>
          Show it again
        </button>
      </div>
    );
  }
}

/**
 * Where panes stand: the first layout (left, centre, right, bottom), showing a pane at its place, saving what a
 * person made of it, and going back to the first.
 */
import type { DockviewApi, IDockviewPanel, SerializedDockview } from 'dockview-react';
import type { Pane, PaneRegistry, Place } from '../panes/registry.ts';

/** Size of the places of the first layout at 1440 × 900, in pixels. */
const SIZES: Readonly<Record<Place, number>> = { left: 380, centre: 0, right: 320, bottom: 260 };
const DIRECTIONS = { left: 'left', right: 'right', bottom: 'below' } as const;
/** Layout changes are written this long after the last one, in ms (chosen). */
const SAVE_AFTER_MS = 300;
/** An empty page of ours, for panes in windows of their own. */
const POPOUT_URL = '/popout.html';
/** Holds a group while its only pane is made anew; no pane has this id. */
const KEEPER = 'keeper';
/** Frames a pane has to come up before the focus is given up (chosen: a second). */
const FOCUS_FRAMES = 60;
/** Frames in which the tab of a shown pane is brought into view (chosen). */
const REVEAL_FRAMES = 4;

export interface LayoutStore {
  readonly load: () => unknown;
  readonly save: (layout: unknown) => void;
}

export class Layout {
  private readonly panes: PaneRegistry;
  private readonly store: LayoutStore;
  private api: DockviewApi | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Told of each window that a pane was moved to, by a person or with the saved layout. */
  onWindow: (window: Window) => void = () => {};
  /** Told when the browser gives a pane no window; it stays where it is. */
  onRefused: () => void = () => {};

  constructor(panes: PaneRegistry, store: LayoutStore) {
    this.panes = panes;
    this.store = store;
  }

  /** Takes over a fresh dock: the saved layout, or the first one when there is none or it does not fit any more. */
  attach(api: DockviewApi): void {
    this.api = api;
    if (!this.restore(api)) this.reset();
    api.onDidLayoutChange(() => this.saveSoon());
    api.onDidAddPopoutGroup(({ window }) => this.adopt(api, window));
    api.onDidOpenPopoutWindowFail(() => this.onRefused());
    // A page that is left keeps what was changed just before.
    addEventListener('pagehide', () => this.saveNow());
  }

  /** Everything back to the first layout. */
  reset(): void {
    const { api } = this;
    if (api === undefined) return;
    api.clear();
    const open = this.panes.all().filter((p) => p.open);
    for (const place of ['centre', 'left', 'right', 'bottom'] as const) {
      for (const pane of open.filter((p) => p.defaultPlace === place)) this.add(api, pane);
    }
    for (const place of ['left', 'right', 'bottom', 'centre'] as const) {
      const first = open.find((p) => p.defaultPlace === place);
      if (first !== undefined) api.getPanel(first.id)?.api.setActive();
    }
  }

  /** Brings a pane to the front, adding it at its place when it is closed, and puts the focus into it. */
  show(id: string): void {
    const { api } = this;
    const pane = this.panes.find(id);
    if (api === undefined || pane === undefined) return;
    if (api.getPanel(id) === undefined) this.add(api, pane);
    const panel = api.getPanel(id);
    panel?.api.setActive();
    requestAnimationFrame(() => focusInto(id, FOCUS_FRAMES));
    if (panel !== undefined) revealTab(panel, REVEAL_FRAMES);
  }

  close(id: string): void {
    this.api?.getPanel(id)?.api.close();
  }

  isOpen(id: string): boolean {
    return this.api?.getPanel(id) !== undefined;
  }

  /** Moves the pane with the focus into a window of its own. */
  popOut(): void {
    const panel = this.api?.activePanel;
    if (panel === undefined) return;
    void this.api?.addPopoutGroup(panel, { popoutUrl: POPOUT_URL });
  }

  /**
   * A window that is closed gives its panes back in its last event. One that is torn away (its process ended, the
   * browser discarded it) sends none; when dockview finds it closed, its document has taken the listeners of every
   * element in it along. What comes back from there is made anew.
   */
  private adopt(api: DockviewApi, window: Window): void {
    this.onWindow(window);
    const { document } = window;
    const closing = api.onWillClosePopoutWindow((closed) => {
      if (closed.window !== window) return;
      closing.dispose();
      if (!window.closed) return;
      const torn = api.panels.filter((p) => p.group.element.ownerDocument === document);
      // After dockview has put them back into the page.
      queueMicrotask(() => torn.forEach((panel) => this.renew(api, panel)));
    });
  }

  /** Makes a pane anew where it stands. */
  private renew(api: DockviewApi, panel: IDockviewPanel): void {
    const pane = this.panes.find(panel.id);
    if (pane === undefined) return;
    const { group } = panel;
    const index = group.panels.indexOf(panel);
    const active = group.activePanel === panel;
    // A group without panels would go, and its place with it.
    const keeper = api.addPanel({ id: KEEPER, component: 'pane', inactive: true, position: { referenceGroup: group } });
    api.removePanel(panel);
    const fresh = api.addPanel({ ...panelOf(pane), position: { referenceGroup: group, index } });
    api.removePanel(keeper);
    if (active) fresh.api.setActive();
  }

  private add(api: DockviewApi, pane: Pane): void {
    const neighbour = this.panes.all().find((p) => p.defaultPlace === pane.defaultPlace && api.getPanel(p.id));
    const size = SIZES[pane.defaultPlace];
    api.addPanel({
      ...panelOf(pane),
      ...(neighbour !== undefined
        ? { position: { referencePanel: neighbour.id, direction: 'within' } }
        : pane.defaultPlace === 'centre'
          ? {}
          : { position: { direction: DIRECTIONS[pane.defaultPlace] }, initialWidth: size, initialHeight: size }),
    });
  }

  private restore(api: DockviewApi): boolean {
    const saved = this.store.load();
    if (!isLayout(saved)) return false;
    if (Object.keys(saved.panels).some((id) => this.panes.find(id) === undefined)) return false;
    try {
      api.fromJSON(saved);
      return api.panels.length > 0;
    } catch {
      api.clear();
      return false;
    }
  }

  private saveSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.saveNow(), SAVE_AFTER_MS);
  }

  /** Writes what was not written yet. */
  private saveNow(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.store.save(this.api?.toJSON());
  }
}

function panelOf(pane: Pane) {
  return {
    id: pane.id,
    component: 'pane',
    title: pane.title,
    minimumWidth: 160,
    minimumHeight: 80,
    // Shown by whoever adds it: a pane that only passes by would load its code.
    inactive: true,
  } as const;
}

function isLayout(value: unknown): value is SerializedDockview {
  return typeof value === 'object' && value !== null && 'grid' in value && 'panels' in value;
}

/**
 * Brings the tab of a pane into view where there are more tabs than room. The dock's own scroll bar, drawn a frame
 * later, can put the strip back to where it was: a few frames in a row settle it.
 */
function revealTab(panel: IDockviewPanel, frames: number): void {
  requestAnimationFrame(() => {
    panel.group.element.querySelector('.dv-active-tab')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (frames > 1) revealTab(panel, frames - 1);
  });
}

/**
 * Puts the focus on what a pane names as its first target, or its first focusable element. A pane whose code is still
 * on its way has none: it is looked at again with the next frames, unless the person went somewhere else meanwhile.
 */
function focusInto(id: string, frames: number, before: Element | null = document.activeElement): void {
  const pane = document.querySelector(`[data-pane="${CSS.escape(id)}"]`);
  const target =
    pane?.querySelector<HTMLElement>('[data-autofocus]') ??
    pane?.querySelector<HTMLElement>('input, [tabindex="0"], button, textarea');
  if (target !== undefined && target !== null) target.focus();
  else if (frames > 0 && document.activeElement === before) {
    requestAnimationFrame(() => focusInto(id, frames - 1, before));
  }
}

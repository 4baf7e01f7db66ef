/**
 * The panes of the workspace by id. A pane is a folder with a `register.ts` beside this file; its component is a
 * module of its own, loaded when the pane is first shown. Layout, activity bar and View menu are made from this list.
 */
import type { ComponentType } from 'react';
import { lazy } from 'react';
import { disposable, type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../lib/emitter.ts';

export type Place = 'left' | 'centre' | 'right' | 'bottom';

/** An icon of lucide-react. */
export type Icon = ComponentType<{ readonly size?: number | string; readonly 'aria-hidden'?: boolean }>;

export interface PaneInit {
  readonly id: string;
  readonly title: string;
  readonly icon: Icon;
  /** Loads the component: `() => import('./pane.tsx')`, whose default export it is. */
  readonly component: () => Promise<{ readonly default: ComponentType }>;
  readonly defaultPlace: Place;
  /** Smaller comes first, in the tabs of its place and in the activity bar; 100 unless stated. */
  readonly order?: number;
  /** Part of the first layout; true unless stated. */
  readonly open?: boolean;
  /** The command that shows it; `view.<id>` unless stated. */
  readonly command?: string;
}

export interface Pane extends Required<Omit<PaneInit, 'component'>> {
  readonly Component: ComponentType;
}

export class PaneRegistry {
  private readonly panes = new Map<string, Pane>();
  private readonly emitter = new Emitter();
  private cached: readonly Pane[] | undefined;

  readonly subscribe = this.emitter.subscribe;

  /** Adds a pane until disposed. An id taken already throws. */
  registerPane(init: PaneInit): Disposable {
    if (this.panes.has(init.id)) throw new Error(`pane ${init.id} is registered twice`);
    const { component, ...rest } = init;
    const Component = lazy(component);
    this.panes.set(init.id, { order: 100, open: true, command: `view.${init.id}`, ...rest, Component });
    this.changed();
    return disposable(() => {
      this.panes.delete(init.id);
      this.changed();
    });
  }

  find(id: string): Pane | undefined {
    return this.panes.get(id);
  }

  /** All panes by order. */
  readonly all = (): readonly Pane[] => {
    this.cached ??= [...this.panes.values()].toSorted((a, b) => a.order - b.order);
    return this.cached;
  };

  private changed(): void {
    this.cached = undefined;
    this.emitter.emit();
  }
}

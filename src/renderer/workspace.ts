/**
 * What the workspace is made of and what panes register themselves in: panes, commands, quick-open sources, the
 * layout. One object, made in main.tsx and handed down; there are no singletons beside it.
 */
import { createContext, useContext } from 'react';
import type { Client } from '../protocol/client.ts';
import type { CommandRegistry } from './commands/registry.ts';
import type { QuickOpen } from './commands/quick-open.ts';
import type { Live } from './engine/live.ts';
import type { Layout } from './shell/layout.ts';
import type { PaneRegistry } from './panes/registry.ts';
import { useUi } from './state/ui.ts';
import { messageOf } from './lib/errors.ts';

export class Workspace {
  readonly panes: PaneRegistry;
  readonly commands: CommandRegistry;
  readonly quickOpen: QuickOpen;
  readonly layout: Layout;
  readonly client: Client;
  readonly live: Live;
  readonly mac: boolean;
  /** The host asks for files with dialogs of the system. */
  readonly dialogs: boolean;

  constructor(parts: {
    readonly panes: PaneRegistry;
    readonly commands: CommandRegistry;
    readonly quickOpen: QuickOpen;
    readonly layout: Layout;
    readonly client: Client;
    readonly live: Live;
    readonly mac: boolean;
    readonly dialogs: boolean;
  }) {
    this.panes = parts.panes;
    this.commands = parts.commands;
    this.quickOpen = parts.quickOpen;
    this.layout = parts.layout;
    this.client = parts.client;
    this.live = parts.live;
    this.mac = parts.mac;
    this.dialogs = parts.dialogs;
  }

  /** Waits for work a person asked for, asks for the status again, and keeps a failure on the screen. */
  readonly act = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      useUi.getState().say('error', messageOf(error));
      return undefined;
    } finally {
      this.live.refresh();
    }
  };
}

const WorkspaceContext = createContext<Workspace | undefined>(undefined);
export const WorkspaceProvider = WorkspaceContext.Provider;

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (workspace === undefined) throw new Error('there is no workspace around this component');
  return workspace;
}

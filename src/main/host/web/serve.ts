/** Serves the workspace to browsers until it is told to stop. */
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { forkSqlProcess } from '../../session/sql-runner.ts';
import { sourceUrls } from '../link.ts';
import type { Outside } from '../workspace/outside.ts';
import { Workspace } from '../workspace/workspace.ts';
import { listAssets } from './assets.ts';
import { builtRenderer } from './build.ts';
import { Downloads } from './downloads.ts';
import { isLoopback } from './security.ts';
import { startWebServer, type WebServer } from './server.ts';

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** Progress and what was refused, for the person at the terminal. */
  note(line: string): void;
  /** Folder of source files that a debugger may show. */
  readonly sources?: string;
  /** Folder of the built page; found and built where left out. */
  readonly renderer?: string;
}

/** A host for browsers. Files come from the session folder and leave as downloads. */
export function webOutside(downloads: Downloads, note: (line: string) => void, sources?: string): Outside {
  return {
    kind: 'web',
    dialogs: false,
    askOpen: () => Promise.reject(new UsageError('name a session of the list: a browser has no dialog for the server')),
    askFolder: () =>
      Promise.reject(new UsageError('a browser has no dialog for the server: start it with tyr serve --source FOLDER')),
    ...(sources === undefined ? {} : { sources }),
    save: (name, write) => downloads.offer(name, write),
    startSql: () => forkSqlProcess(fileURLToPath(new URL('../../session/sql-process.ts', import.meta.url))),
    urls: { ...sourceUrls, query: new URL('../../session/query-worker.ts', import.meta.url) },
    resources: path.join(ROOT, 'resources'),
    note,
  };
}

/** Starts everything; `close` ends it with the session whole. */
export async function serve(options: ServeOptions): Promise<WebServer> {
  const { host, port, note } = options;
  const folder = options.renderer ?? (await builtRenderer(ROOT, note));
  if (!isLoopback(host)) {
    note(
      `Listening on ${host}: whoever reaches this address can read what is sent, link and all. Prefer an SSH tunnel.`,
    );
  }
  const downloads = new Downloads();
  const workspace = new Workspace(webOutside(downloads, note, options.sources));
  const web = await startWebServer({ workspace, assets: listAssets(folder), downloads, host, port, note });
  return {
    ...web,
    async close() {
      await web.close();
      await workspace.close();
    },
  };
}

/** Resolves at Ctrl+C or when the process is asked to end. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** The desktop as the workspace sees it: dialogs, utility processes, bundled threads beside the main file. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { utilityProcess, type BrowserWindow } from 'electron';
import type { SqlProcess } from '../../session/sql-runner.ts';
import type { Outside } from '../workspace/outside.ts';
import { askFolder, askOpen, saveWithDialog } from './files.ts';

/** `here`: the folder of the built main file. */
export function desktop(here: string, window: () => BrowserWindow | undefined, note: (line: string) => void): Outside {
  const beside = (name: string): URL => pathToFileURL(path.join(here, name));
  return {
    kind: 'electron',
    dialogs: true,
    askOpen: () => askOpen(window()),
    askFolder: () => askFolder(window()),
    save: (name, write) => saveWithDialog(window(), name, write),
    startSql: () => utilitySqlProcess(path.join(here, 'sql-process.js')),
    urls: {
      engine: beside('engine-worker.js'),
      session: beside('session-worker.js'),
      query: beside('query-worker.js'),
    },
    resources: resourcesOf(here),
    note,
  };
}

/** Beside the code in a clone, in Electron's resources folder when packaged. */
function resourcesOf(here: string): string {
  const clone = path.join(here, '../../resources');
  const found = statSync(clone, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return found ? clone : path.join(process.resourcesPath, 'resources');
}

/** A process of Electron's own kind: plain Node from its binary may be switched off by a fuse. */
function utilitySqlProcess(file: string): SqlProcess {
  const child = utilityProcess.fork(file, [], { serviceName: 'Tyr SQL', stdio: 'ignore' });
  return {
    send: (job) => child.postMessage(job),
    onAnswer: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', listener),
    kill: () => void child.kill(),
  };
}

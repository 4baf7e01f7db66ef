/** Files a person chooses with the system's dialogs; the page learns names, never paths. */
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { app, dialog, type BrowserWindow } from 'electron';
import type { SavedFile } from '../workspace/outside.ts';

const SESSIONS = [{ name: 'Tyr sessions', extensions: ['tyrsession'] }];

export async function askOpen(window: BrowserWindow | undefined): Promise<string | undefined> {
  const options = { title: 'Open Session', filters: SESSIONS, properties: ['openFile' as const] };
  const { canceled, filePaths } = await (window === undefined
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  const [file] = filePaths;
  if (canceled || file === undefined) return undefined;
  app.addRecentDocument(file);
  return file;
}

export async function askFolder(window: BrowserWindow | undefined): Promise<string | undefined> {
  const options = { title: 'Choose Source Folder', properties: ['openDirectory' as const] };
  const { canceled, filePaths } = await (window === undefined
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return canceled ? undefined : filePaths[0];
}

/** Asks where to, then writes beside it and moves the whole file there. */
export async function saveWithDialog(
  window: BrowserWindow | undefined,
  name: string,
  write: (path: string) => Promise<void>,
): Promise<SavedFile> {
  const options = { title: 'Save', defaultPath: path.join(app.getPath('documents'), name) };
  const { canceled, filePath } = await (window === undefined
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (canceled || filePath === '') return { kind: 'cancelled' };
  const partial = `${filePath}.partial`;
  try {
    await write(partial);
    await rename(partial, filePath);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  if (filePath.endsWith('.tyrsession')) app.addRecentDocument(filePath);
  return { kind: 'saved', name: path.basename(filePath) };
}

/** The session file among a command line's words, as double clicks give it. */
export function sessionArgument(words: readonly string[]): string | undefined {
  return words.find((w) => w.endsWith('.tyrsession') && !w.startsWith('-'));
}

/** The window: sandboxed, isolated, without Node, shown when there is something to see. */
import path from 'node:path';
import { BrowserWindow } from 'electron';
import { APP_URL } from '../../../protocol/bridge.ts';

/** The size the layout is drawn for, and the least it works at. */
const SIZE = { width: 1440, height: 900, minWidth: 800, minHeight: 500 };
/** Dark before the first paint, as the default theme is. */
const BACKGROUND = '#1b1d21';

export function openWindow(here: string, packaged: boolean): BrowserWindow {
  const window = new BrowserWindow({
    ...SIZE,
    show: false,
    backgroundColor: BACKGROUND,
    title: 'Tyr Workbench',
    webPreferences: {
      preload: path.join(here, '../preload/preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !packaged,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(APP_URL);
  return window;
}

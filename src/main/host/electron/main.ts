/**
 * The desktop application's main process. Thin: it makes the window, the page's scheme, the menu and the guards, and
 * joins them to the workspace that the browser's host uses too.
 */
import path from 'node:path';
import { app, dialog, Menu, session, type BrowserWindow } from 'electron';
import { Workspace } from '../workspace/workspace.ts';
import { Bridge } from './bridge.ts';
import { keepCrashes, writeCrash } from './crash.ts';
import { sessionArgument } from './files.ts';
import { guard } from './guards.ts';
import { menuTemplate } from './menu.ts';
import { desktop } from './outside.ts';
import { declareScheme, serveScheme } from './scheme.ts';
import { openWindow } from './window.ts';

const here = import.meta.dirname;
const note = (line: string): void => void process.stderr.write(`tyr: ${line}\n`);

let window: BrowserWindow | undefined;
let workspace: Workspace | undefined;
/** A file the system named before there was anything to open it in. */
let waitingFile = sessionArgument(process.argv.slice(1));

function openFile(file: string): void {
  if (workspace === undefined) {
    waitingFile = file;
    return;
  }
  app.addRecentDocument(file);
  const target = workspace;
  target.openFile(file).then(
    ({ session: id, name }) => target.notify('opened', { session: id, name }),
    (error: unknown) => target.notify('alert', { message: error instanceof Error ? error.message : String(error) }),
  );
}

function fail(what: string, error: unknown): void {
  const file = writeCrash(what, error);
  note(`${what}; the report is in ${file}`);
  dialog.showErrorBox('Tyr Workbench has to stop', `${what}.\nThe session is kept. The report is in\n${file}`);
  const end = (): void => app.exit(1);
  (workspace?.close() ?? Promise.resolve()).then(end, end);
}

function start(): void {
  serveScheme(path.join(here, '../renderer'));
  guard(app, session.defaultSession, note);
  workspace = new Workspace(desktop(here, () => window, note));
  const bench = workspace;
  const bridge = new Bridge(note);
  const show = (): void => {
    const opened = openWindow(here, app.isPackaged);
    window = opened;
    bridge.attach(opened.webContents, bench);
    opened.webContents.on('render-process-gone', (_event, details) => {
      note(`the page is gone (${details.reason}); its report is in ${writeCrash('the page is gone', details.reason)}`);
      if (!opened.isDestroyed()) opened.webContents.reload();
    });
    opened.webContents.on('did-finish-load', () => {
      const file = waitingFile;
      waitingFile = undefined;
      if (file !== undefined) openFile(file);
    });
    opened.once('closed', () => {
      if (window === opened) window = undefined;
    });
  };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate((id) => bench.notify('command', { id }), process.platform)),
  );
  show();
  app.on('activate', () => {
    if (window === undefined) show();
  });
}

keepCrashes();
declareScheme();
process.on('uncaughtException', (error) => fail('an error nobody expected', error));
process.on('unhandledRejection', (error) => fail('an error nobody expected', error));
if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.enableSandbox();
  app.on('second-instance', (_event, words) => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
    const file = sessionArgument(words.slice(1));
    if (file !== undefined) openFile(file);
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    openFile(file);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let ended = false;
  app.on('will-quit', (event) => {
    if (ended || workspace === undefined) return;
    // The session is written to its end first.
    event.preventDefault();
    ended = true;
    const end = (): void => app.quit();
    workspace.close().then(end, end);
  });
  app.whenReady().then(start, (error: unknown) => fail('it could not start', error));
}

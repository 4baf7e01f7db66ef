/**
 * Stands in for Electron where it cannot run (no display, no download): notes what the main process asks of it, and
 * lets a test in the parent process play the page, the person and the system. Only what our main process uses.
 */
import type * as electron from 'electron';
import { EventEmitter } from 'node:events';
import { fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';

type Any = (...args: never[]) => unknown;

const noted: Record<string, unknown[]> = {};
const note = (what: string, value: unknown): void => {
  (noted[what] ??= []).push(value);
};

class App extends EventEmitter {
  isPackaged = false;
  getPath = (name: string): string => path.join(process.env['TYR_TEST_DATA'] ?? tmpdir(), name);
  whenReady = (): Promise<void> => Promise.resolve();
  requestSingleInstanceLock = (): boolean => process.env['TYR_TEST_SECOND'] === undefined;
  enableSandbox = (): void => note('sandbox', true);
  addRecentDocument = (file: string): void => note('recent', file);
  exit = (code: number): void => process.exit(code);
  quit = (): void => {
    let wait = false;
    this.emit('will-quit', { preventDefault: () => (wait = true) });
    if (!wait) process.exit(0);
  };
}
export const app = new App();

class WebContents extends EventEmitter {
  readonly id = 1;
  readonly mainFrame = { url: '' };
  openHandler: ((details: { url: string }) => unknown) | undefined;
  isDestroyed = (): boolean => false;
  reload = (): void => note('reload', true);
  send = (channel: string, frame: unknown): void => void process.send?.({ channel, frame });
  setWindowOpenHandler = (handler: (details: { url: string }) => unknown): void => {
    this.openHandler = handler;
  };
}

const contents = new WebContents();

export class BrowserWindow extends EventEmitter {
  readonly webContents = contents;
  constructor(options: unknown) {
    super();
    note('window', options);
    app.emit('web-contents-created', {}, contents);
  }
  show = (): void => note('shown', true);
  focus = (): void => note('focused', true);
  restore = (): void => {};
  isMinimized = (): boolean => false;
  isDestroyed = (): boolean => false;
  loadURL = (url: string): Promise<void> => {
    note('load', url);
    contents.mainFrame.url = url;
    setImmediate(() => {
      this.emit('ready-to-show');
      contents.emit('did-finish-load');
      process.send?.({ ready: true });
    });
    return Promise.resolve();
  };
}

export const ipcMain = new EventEmitter();

let handler: ((request: Request) => Response | Promise<Response>) | undefined;
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown): void => note('schemes', schemes),
  handle: (_scheme: string, h: typeof handler): void => {
    handler = h;
  },
};

const session_: Record<string, Any> = {};
const keep =
  (name: string) =>
  (f: Any): void => {
    session_[name] = f;
  };
export const session = {
  defaultSession: {
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    webRequest: { onBeforeRequest: keep('network') },
  },
};

let answers: Record<string, unknown> = {};
export const dialog = {
  showOpenDialog: (): unknown => answers['open'] ?? { canceled: true, filePaths: [] },
  showSaveDialog: (): unknown => answers['save'] ?? { canceled: true, filePath: '' },
  showErrorBox: (title: string, text: string): void => note('error', `${title}: ${text}`),
};

interface Item {
  readonly label?: string;
  readonly role?: string;
  readonly submenu?: Item[];
  click?(): void;
}
let menu: Item[] = [];
export const Menu = {
  buildFromTemplate: (template: Item[]): Item[] => template,
  setApplicationMenu: (template: Item[]): void => {
    menu = template;
  },
};

export const crashReporter = { start: (options: unknown): void => note('crash', options) };

export const utilityProcess = {
  fork(file: string): unknown {
    const child = fork(file, [], { execArgv: [] });
    return {
      postMessage: (m: object) => child.send(m),
      on: (event: string, f: (...args: unknown[]) => void) => child.on(event, f),
      once: (event: string, f: (...args: unknown[]) => void) => child.once(event, f),
      kill: () => child.kill('SIGKILL'),
    };
  },
};

/** Members a stand-in has and Electron has not: none, or Electron's types changed and the tests would not notice. */
type Strange<Mine, Real, Own extends string = never> = Exclude<keyof Mine, keyof Real | Own>;
type Strangers =
  | Strange<App, electron.App>
  | Strange<WebContents, electron.WebContents, 'openHandler'>
  | Strange<BrowserWindow, electron.BrowserWindow>
  | Strange<typeof dialog, electron.Dialog>
  | Strange<typeof protocol, electron.Protocol>
  | Strange<typeof Menu, typeof electron.Menu>
  | Strange<typeof crashReporter, electron.CrashReporter>
  | Strange<typeof utilityProcess, typeof electron.utilityProcess>
  | Strange<(typeof session)['defaultSession'], electron.Session>;
/** Fails to compile with the names of such members. */
const noStrangers: Strangers extends never ? true : Strangers = true;
void noStrangers;

/** What a test may ask, by name. */
const DEEDS: Readonly<Record<string, (argument: never) => unknown>> = {
  noted: () => noted,
  answers: (a: Record<string, unknown>) => {
    answers = a;
  },
  async fetch(url: string) {
    const response = await handler?.(new Request(url));
    const headers = Object.fromEntries(response?.headers ?? []);
    return { status: response?.status, headers, body: await response?.text() };
  },
  frame({ frame, url, sub, channel }: { frame: unknown; url?: string; sub?: boolean; channel?: string }) {
    if (url !== undefined) contents.mainFrame.url = url;
    const senderFrame = sub === true ? { url: contents.mainFrame.url } : contents.mainFrame;
    ipcMain.emit(channel ?? 'tyr:request', { sender: contents, senderFrame }, frame);
  },
  channels: () => ipcMain.eventNames(),
  navigate({ event, url }: { event: string; url: string }) {
    let prevented = false;
    contents.emit(event, { url, preventDefault: () => (prevented = true) });
    return prevented;
  },
  webview() {
    let prevented = false;
    contents.emit('will-attach-webview', { preventDefault: () => (prevented = true) });
    return prevented;
  },
  open: (url: string) => contents.openHandler?.({ url }),
  permission: (name: string) => {
    let granted: unknown;
    (session_['request'] as Any)(...([contents, name, (g: boolean) => (granted = g)] as never[]));
    return [granted, (session_['check'] as Any)(...([contents, name] as never[]))];
  },
  device: () => (session_['device'] as Any)(),
  network(url: string) {
    let decision: unknown;
    (session_['network'] as Any)(...([{ url }, (d: unknown) => (decision = d)] as never[]));
    return decision;
  },
  menu: () => menu.map((m) => [m.label ?? m.role, (m.submenu ?? []).map((i) => i.label ?? i.role ?? '-')]),
  choose([top, label]: [string, string]) {
    menu
      .find((m) => m.label === top)
      ?.submenu?.find((i) => i.label === label)
      ?.click?.();
  },
  emit({ event, argument }: { event: string; argument: unknown }) {
    app.emit(event, { preventDefault: () => {} }, argument);
  },
  gone: () => contents.emit('render-process-gone', {}, { reason: 'crashed' }),
  crash: () => void setImmediate(() => void Promise.reject(new Error('made by the test'))),
  quit: () => app.quit(),
};

process.on('message', (m: { id: number; deed: string; argument: unknown }) => {
  const run = async (): Promise<unknown> => (DEEDS[m.deed] as (a: unknown) => unknown)(m.argument);
  run().then(
    (result) => process.send?.({ id: m.id, result }),
    (error: unknown) => process.send?.({ id: m.id, error: String(error) }),
  );
});

/** What no page of ours may do, whatever runs in it: go elsewhere, open windows, embed, ask for devices. */
import type { App, Session } from 'electron';
import { APP_ORIGIN } from '../../../protocol/bridge.ts';

/** Puts the guards on every page that will ever be made, and on the session they share. */
export function guard(app: App, session: Session, note: (line: string) => void): void {
  app.on('web-contents-created', (_event, contents) => {
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
      contents.on(event as 'will-navigate', (details) => {
        if (isOurs(details.url)) return;
        details.preventDefault();
        note(`refused to go to ${details.url.slice(0, 200)}`);
      });
    }
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      note(`refused to open ${url.slice(0, 200)}`);
      return { action: 'deny' };
    });
  });
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    // Copying values is the one thing a page may do beyond its window.
    answer(permission === 'clipboard-sanitized-write');
  });
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
  session.setDevicePermissionHandler(() => false);
}

/** Whether an address is a page of ours. */
export function isOurs(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);
}

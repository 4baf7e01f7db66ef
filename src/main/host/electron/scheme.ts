/** Answers the page's own scheme from the list of built files, with the headers the browser's host sends too. */
import { protocol, session } from 'electron';
import { APP_ORIGIN, APP_SCHEME } from '../../../protocol/bridge.ts';
import { listAssets } from '../web/assets.ts';
import { SECURITY_HEADERS } from '../web/security.ts';

/** Must run before the application is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves `folder` under the scheme and refuses every other request a page could make. */
export function serveScheme(folder: string): void {
  const assets = listAssets(folder);
  protocol.handle(APP_SCHEME, (request) => {
    const url = new URL(request.url);
    const asset = `${url.protocol}//${url.host}` === APP_ORIGIN ? assets.get(url.pathname) : undefined;
    if (asset === undefined || request.method !== 'GET') {
      return new Response('There is no such file.', { status: 404, headers: SECURITY_HEADERS });
    }
    return new Response(Uint8Array.from(asset.bytes), {
      headers: { ...SECURITY_HEADERS, 'Content-Type': asset.type },
    });
  });
  session.defaultSession.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !/^(app:\/\/tyr\/|devtools:|data:)/.test(details.url) });
  });
}

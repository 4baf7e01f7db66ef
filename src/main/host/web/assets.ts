/**
 * The files of the workspace, read once at the start: a request is answered from this list, so nothing in a URL
 * ever becomes a path, and a build made while a host runs cannot mix two pages (files are named by their content: an
 * index read after a build would name files this host has never listed).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

export interface Asset {
  readonly type: string;
  /** Named by its content: may be kept by the browser for good. */
  readonly fixed: boolean;
  readonly bytes: Uint8Array;
}

/** URL path (`/`, `/assets/x.js`) to file, for everything of a known type under `folder`. */
export function listAssets(folder: string): ReadonlyMap<string, Asset> {
  const out = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = TYPES[path.extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = path.join(entry.parentPath, entry.name);
    const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    const asset: Asset = { type, fixed: url.startsWith('/assets/'), bytes: readFileSync(file) };
    out.set(url, asset);
    if (url === '/index.html') out.set('/', asset);
  }
  return out;
}

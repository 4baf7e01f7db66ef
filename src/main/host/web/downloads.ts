/** Files made for a page to fetch: each under a token of its own that works once. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SavedFile } from '../workspace/outside.ts';
import { newSecret } from './security.ts';

/** Files kept at once (chosen); the oldest goes first. */
const MAX_KEPT = 16;
export const DOWNLOAD_PATH = '/download/';

export interface Download {
  readonly file: string;
  readonly name: string;
  readonly size: number;
}

export class Downloads {
  private folder: string | undefined;
  private readonly kept = new Map<string, Download>();

  async offer(name: string, write: (path: string) => Promise<void>): Promise<SavedFile> {
    this.folder ??= mkdtempSync(path.join(tmpdir(), 'tyr-download-'));
    const token = newSecret();
    const file = path.join(this.folder, token);
    await write(file);
    const download = { file, name, size: statSync(file).size };
    this.kept.set(token, download);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.done(this.take(oldest));
    return { kind: 'download', url: DOWNLOAD_PATH + token, name, size: download.size };
  }

  /** The file behind a token, which is used up by it. */
  take(token: string): Download | undefined {
    const download = this.kept.get(token);
    this.kept.delete(token);
    return download;
  }

  done(download: Download | undefined): void {
    if (download !== undefined) rmSync(download.file, { force: true });
  }

  close(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.kept.clear();
  }
}

/**
 * The sessions a page can reach: the live one, those in the person's session folder, and those a dialog gave. Each
 * has an id; paths stay here.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { LIVE, type SessionEntry } from '../../../protocol/window.ts';
import { QueryThread } from '../../session/query-thread.ts';
import { sessionFolder } from '../session-path.ts';

const SUFFIX = '.tyrsession';
/** Recorded sessions open at once (chosen): each has a thread. */
const MAX_OPEN = 8;

interface Open {
  readonly path: string;
  readonly thread: QueryThread;
}

export class Sessions {
  private readonly open = new Map<string, Open>();
  private readonly queryUrl: URL;
  private readonly folder: string;
  private nextId = 1;

  constructor(queryUrl: URL, folder = sessionFolder()) {
    this.queryUrl = queryUrl;
    this.folder = folder;
  }

  /** Sessions of the folder, the newest first. */
  list(): SessionEntry[] {
    const live = this.open.get(LIVE)?.path;
    const opened = new Set([...this.open].flatMap(([id, o]) => (id === LIVE ? [] : [o.path])));
    return readdirSync(this.folder)
      .filter((file) => file.endsWith(SUFFIX))
      .flatMap((file) => {
        const at = path.join(this.folder, file);
        const stat = statSync(at, { throwIfNoEntry: false });
        if (stat === undefined || !stat.isFile()) return [];
        const name = file.slice(0, -SUFFIX.length);
        return [{ id: file, name, size: stat.size, modified: stat.mtimeMs, live: at === live, open: opened.has(at) }];
      })
      .sort((a, b) => b.modified - a.modified);
  }

  /** Path of a session of the list. */
  pathOf(id: string): string {
    const entry = this.list().find((e) => e.id === id);
    if (entry === undefined) throw new UsageError(`there is no session "${id}" in the session folder`);
    return path.join(this.folder, entry.id);
  }

  /** The file of an open session. */
  fileOf(id: string): string {
    return this.of(id).path;
  }

  thread(id: string): QueryThread {
    return this.of(id).thread;
  }

  /** Opens a file for reading; gives its id. */
  openFile(file: string): string {
    if (this.open.size > MAX_OPEN) throw new UsageError(`${MAX_OPEN} sessions are open; close one first`);
    const id = `s${this.nextId++}`;
    this.open.set(id, { path: file, thread: new QueryThread(file, this.queryUrl) });
    return id;
  }

  /** Shows the file that is being recorded under the id `live`. */
  setLive(file: string): void {
    this.open.set(LIVE, { path: file, thread: new QueryThread(file, this.queryUrl) });
  }

  /** A thread of its own for long work on a file; the caller closes it. */
  worker(file: string): QueryThread {
    return new QueryThread(file, this.queryUrl);
  }

  /** Path of a session: an open one, the live one, or one of the list. */
  anyPath(id: string): string {
    return id === LIVE ? this.fileOf(id) : (this.open.get(id)?.path ?? this.pathOf(id));
  }

  /** Lets go of a file; waits until it is closed. */
  async close(id: string): Promise<void> {
    const session = this.open.get(id);
    this.open.delete(id);
    await session?.thread.close();
  }

  async closeAll(): Promise<void> {
    for (const id of this.open.keys()) await this.close(id);
  }

  private of(id: string): Open {
    const session = this.open.get(id);
    if (session === undefined) {
      throw new UsageError(id === LIVE ? 'there is no bench yet' : `session "${id}" is not open`);
    }
    return session;
  }
}

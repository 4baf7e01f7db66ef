/**
 * The workspace behind every window: one bench, its session, the recorded sessions that are open. Answers the
 * host's requests of the protocol and passes the engine's on. All windows of a host share it.
 */
import { imageOf } from '../../firmware-kit/build.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { EngineLost, type Client } from '../../../protocol/client.ts';
import {
  engineRequests,
  HOST_ONLY,
  notices,
  PROTOCOL_VERSION,
  requests,
  type EngineRequestName,
  type NoticeName,
  type ParsedParams,
  type RequestName,
  type Result,
} from '../../../protocol/messages.ts';
import { hostRequests, LIVE } from '../../../protocol/window.ts';
import { openSession } from '../../session/reader.ts';
import { SqlRunner } from '../../session/sql-runner.ts';
import { BATCH_MS } from '../../session/writer.ts';
import { startLink, type Link } from '../link.ts';
import { lastPoint, repeatInputs } from '../repeat.ts';
import { newSessionPath } from '../session-path.ts';
import { Captures } from './captures.ts';
import { DebugFiles } from './debug-files.ts';
import { Examples } from './examples.ts';
import { GdbSwitch } from './gdb-switch.ts';
import type { Outside } from './outside.ts';
import { SessionWork } from './session-work.ts';
import { Sessions } from './sessions.ts';
import { writeFile } from 'node:fs/promises';

type HostRequest = keyof typeof hostRequests;
type HostHandlers = { readonly [K in HostRequest]: (p: ParsedParams<K>) => Result<K> | Promise<Result<K>> };
type Listener = (notice: NoticeName, data: unknown) => void;

export const VERSION = '0.1.0';

export class Workspace {
  readonly sessions: Sessions;
  private readonly outside: Outside;
  private readonly sql: SqlRunner;
  private readonly examples: Examples;
  private readonly work: SessionWork;
  private readonly debugFiles: DebugFiles;
  private readonly gdb: GdbSwitch;
  private readonly captures = new Captures();
  private readonly listeners = new Set<Listener>();
  private readonly handlers: HostHandlers;
  private link: Link | undefined;
  private settled: NodeJS.Timeout | undefined;
  /** Requests the engine has not answered yet. */
  private underWay = 0;
  /** Benches are made and ended one after the other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(outside: Outside, sessions = new Sessions(outside.urls.query)) {
    this.outside = outside;
    this.sessions = sessions;
    this.sql = new SqlRunner(() => outside.startSql());
    this.examples = new Examples(outside.resources);
    this.work = new SessionWork({
      outside,
      sessions,
      notify: (notice, data) => this.notify(notice, data),
      flush: () => this.inTurn(() => this.flushLive()),
    });
    this.debugFiles = new DebugFiles(outside);
    this.gdb = new GdbSwitch(outside.note);
    this.handlers = this.makeHandlers();
  }

  /** Hears all notices until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  notify(notice: NoticeName, data: unknown): void {
    for (const l of this.listeners) l(notice, data);
  }

  /** Answers one request of a page; rejects with the errors of base/errors. */
  async handle(name: string, params: unknown): Promise<unknown> {
    if (!Object.hasOwn(requests, name) || HOST_ONLY.has(name)) throw new UsageError(`no request "${name}"`);
    const key = name as RequestName;
    const parsed = requests[key].params.safeParse(params);
    if (!parsed.success) {
      throw new UsageError(
        `${name}: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`,
      );
    }
    if (Object.hasOwn(hostRequests, key)) {
      return (this.handlers[key as HostRequest] as (p: unknown) => unknown)(parsed.data);
    }
    const engineKey: EngineRequestName = key as EngineRequestName;
    if (!Object.hasOwn(engineRequests, engineKey)) throw new UsageError(`no request "${name}"`);
    const { client } = this;
    this.underWay++;
    try {
      const result = await client.call(engineKey, this.forEngine(engineKey, parsed.data) as never);
      await this.debugFiles.after(client, engineKey, parsed.data);
      return result;
    } finally {
      this.underWay--;
    }
  }

  /** Parameters as the engine takes them: firmware may come as an ELF file, the engine knows images only. */
  private forEngine(name: EngineRequestName, params: unknown): unknown {
    if (name !== 'firmware.select') return params;
    const choice = params as ParsedParams<'firmware.select'>;
    return { ...choice, bytes: imageOf(choice.bytes) };
  }

  /** Opens a session file the system named (double click, command line). */
  async openFile(file: string): Promise<Result<'session.open'>> {
    const session = this.sessions.openFile(file);
    try {
      const about = await this.sessions.thread(session).ask('about');
      const { place, problems, ...rest } = about;
      const opensAt = place === undefined ? {} : { opensAt: place };
      return { session, name: stemOf(file), ...rest, ...opensAt, problems: [...problems] };
    } catch (error) {
      await this.sessions.close(session);
      throw error;
    }
  }

  /** Ends the bench, closes all files. */
  close(): Promise<void> {
    return this.inTurn(async () => {
      this.sql.close();
      await this.work.close();
      await this.sessions.closeAll();
      await this.gdb.stop();
      await this.link?.close();
      this.link = undefined;
    });
  }

  private get client(): Client {
    if (this.link === undefined) throw new UsageError('there is no bench yet: make one with bench.new');
    return this.link.client;
  }

  private inTurn<T>(body: () => Promise<T>): Promise<T> {
    const next = this.turn.then(body, body);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async newBench(p: ParsedParams<'bench.new'>): Promise<Result<'bench.new'>> {
    const { name, firmware, firmwareName, ...options } = p;
    const reference = (): Uint8Array =>
      new Uint8Array(readFileSync(path.join(this.outside.resources, 'firmware', 'reference.bin')));
    // Refused before the running bench is ended.
    const image = p.bare ? {} : { firmware: firmware === undefined ? reference() : imageOf(firmware) };
    return this.startBench(name, async (client, sessionPath) => {
      await client.call('bench.create', {
        ...options,
        ...image,
        firmwareName: firmwareName ?? (firmware === undefined ? (p.bare ? 'none' : 'reference') : 'unnamed'),
        sessionPath,
      });
      await this.debugFiles.begin(client, firmware, p.bare);
    });
  }

  /** The lost bench again, in another engine: its inputs up to the last point that can be gone back to. */
  private async recover(): Promise<Result<'bench.recover'>> {
    const lost = this.link?.sessionPath;
    if (lost === undefined) throw new UsageError('there is no bench to take up again');
    await this.endBench();
    const session = openSession(lost);
    try {
      const point = lastPoint(session);
      if (point === undefined) {
        this.notify('bench', { reason: 'it was never powered on' });
        throw new UsageError('the lost bench was never powered on: make a new one');
      }
      const { label, timeNs, inputs } = point;
      const made = await this.startBench(stemOf(lost), async (client, sessionPath) => {
        await repeatInputs(client, session, sessionPath, inputs, (done) =>
          this.notify('progress', { what: 'Running the inputs again', done, total: inputs }),
        );
        const { firmwareName, bare } = await client.call('bench.status', {});
        await this.debugFiles.begin(client, firmwareName === 'reference' ? undefined : new Uint8Array(), bare);
      });
      return { ...made, label, timeNs };
    } finally {
      session.close();
    }
  }

  /** Ends the present bench, if any, and starts an engine and a session; `create` makes the bench in it. */
  private async startBench(
    name: string,
    create: (client: Client, sessionPath: string) => Promise<void>,
  ): Promise<Result<'bench.new'>> {
    await this.endBench();
    const sessionPath = newSessionPath(safeStem(name));
    const session = stemOf(sessionPath);
    const link = startLink(sessionPath, this.outside.urls);
    this.link = link;
    link.onRecordingFailed((reason) => this.notify('alert', { message: `recording stopped: ${reason}` }));
    for (const notice of Object.keys(notices) as NoticeName[]) {
      link.client.on(notice, (data) => {
        this.notify(notice, data);
        if (notice === 'changed') this.tellAgain(link, data);
      });
    }
    link.onLost((reason) => {
      if (this.link !== link) return;
      this.outside.note(`the engine is gone: ${reason}`);
      this.notify('bench', { reason: `the engine is gone: ${reason}` });
    });
    try {
      await create(link.client, session);
      await link.client.call('session.flush', {});
    } catch (error) {
      await this.endBench('it could not be made');
      throw error;
    }
    this.sessions.setLive(sessionPath);
    this.notify('bench', { session });
    return { session };
  }

  /** A window that asks at once may read the session before the last rows are committed: it is told once more after. */
  private tellAgain(link: Link, data: unknown): void {
    clearTimeout(this.settled);
    this.settled = setTimeout(() => {
      if (this.link === link) this.notify('changed', data);
    }, 2 * BATCH_MS);
    this.settled.unref();
  }

  /** `reason` is told to the windows; left out where another bench follows at once. */
  private async endBench(reason?: string): Promise<void> {
    const { link } = this;
    if (link === undefined) return;
    this.link = undefined;
    // Readers must let go first: the writer leaves one plain file behind.
    this.sql.cancel();
    await this.gdb.stop();
    await this.work.close();
    await this.sessions.close(LIVE);
    await link.close();
    if (reason !== undefined) this.notify('bench', { reason });
  }

  /** Makes sure that what was recorded so far can be read. */
  private async flushLive(): Promise<void> {
    try {
      await this.client.call('session.flush', {});
    } catch (error) {
      // What a lost engine recorded is written already.
      if (!(error instanceof EngineLost)) throw error;
    }
  }

  private makeHandlers(): HostHandlers {
    const { outside, sessions, examples, captures, sql } = this;
    return {
      'host.hello': ({ protocol }) => {
        if (protocol !== PROTOCOL_VERSION) {
          throw new UsageError(
            `this host speaks protocol ${PROTOCOL_VERSION}, the page ${protocol}: reload the page, or build again`,
          );
        }
        const { kind, dialogs } = outside;
        return { protocol: PROTOCOL_VERSION, version: VERSION, host: kind, dialogs, platform: process.platform };
      },
      'bench.new': (p) => this.inTurn(() => this.newBench(p)),
      'bench.recover': () => this.inTurn(() => this.recover()),
      'bench.abort': () => {
        // A bench that does nothing would only be stopped at its next request.
        const stopped = this.underWay > 0 && this.link !== undefined;
        if (stopped) this.link?.abort();
        return { stopped };
      },
      'log.query': ({ session, ...q }) => sessions.thread(session).ask('query', q),
      'log.find': ({ session, ...q }) => sessions.thread(session).ask('find', q),
      'log.sql': ({ session, query, limit, limitMs }) =>
        sql.run({ path: sessions.fileOf(session), query, limit }, limitMs),
      'log.cancel': () => sql.cancel(),
      'timeline.tracks': ({ session }) => sessions.thread(session).ask('tracks'),
      'timeline.slices': ({ session, ...q }) => sessions.thread(session).ask('slices', q),
      'timeline.flow': ({ session, ...q }) => sessions.thread(session).ask('flow', q),
      'session.list': () => sessions.list(),
      'session.open': async ({ id }) => {
        const file = id === undefined ? await outside.askOpen() : sessions.pathOf(id);
        if (file === undefined) return { name: '', info: {}, counts: {}, problems: [] };
        return this.openFile(file);
      },
      'session.close': async ({ session }) => {
        if (session === LIVE) throw new UsageError('the live session closes with its bench');
        await sessions.close(session);
      },
      'session.saveAs': ({ session, name }) => this.work.saveAs({ session }, safeStem(name)),
      'session.export': (p) => this.work.export(p),
      'session.toTest': (p) => this.work.toTest(p),
      'session.cancel': () => this.work.cancel(),
      'session.compare': (p) => this.work.compare(p),
      'session.comparePairs': (p) => this.work.pairs(p),
      'session.compareFind': (p) => this.work.find(p),
      'session.compareReport': () => this.work.report(),
      'file.save': ({ name, bytes }) => outside.save(safeFile(name), (target) => writeFile(target, bytes)),
      'capture.open': ({ name, files }) => captures.open(name, files),
      'capture.list': () => captures.list(),
      'capture.close': ({ id }) => captures.close(id),
      'capture.replay': async ({ id }) => {
        this.underWay++;
        try {
          return await captures.replay(id, this.client, (what, done, total) => {
            this.notify('progress', { what, done, total });
          });
        } finally {
          this.underWay--;
        }
      },
      'capture.cancel': () => captures.cancel(),
      'source.state': () => this.debugFiles.state,
      'source.choose': () => this.debugFiles.choose(),
      'source.read': ({ file }) => this.debugFiles.read(this.client, file),
      'gdb.start': ({ port }) => this.gdb.start(this.client, port),
      'gdb.stop': () => this.gdb.stop(),
      'gdb.state': () => this.gdb.state,
      'example.list': () => examples.list(),
      'example.read': ({ name }) => examples.read(name),
    };
  }
}

function stemOf(file: string): string {
  return path.basename(file).replace(/\.tyrsession$/, '');
}

/** A name for a file from what a page calls it: letters, digits, `-`, `_`, `.`, and never hidden. */
function safeStem(name: string): string {
  const stem = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '');
  return stem === '' ? 'bench' : stem;
}

function safeFile(name: string): string {
  const { name: stem, ext } = path.parse(name);
  return `${safeStem(stem)}${ext.replaceAll(/[^.\w]/g, '')}`;
}

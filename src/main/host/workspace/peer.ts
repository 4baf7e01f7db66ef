/**
 * One page at the workspace: checks the frames it sends, answers them, and passes notices on. The same for Electron
 * and WebSocket. A frame of the wrong shape is refused and noted; a page that floods is slowed, then let go.
 */
import { LimitReached, UsageError } from '../../../base/errors.ts';
import { toWire } from '../../../protocol/client.ts';
import { requestFrame, type NoticeName, type Params, type Result } from '../../../protocol/messages.ts';
import type { Workspace } from './workspace.ts';

/** Requests answered a second on average, and at once after a rest (chosen: a pane makes tens). */
const RATE = 2000;
const BURST = 4000;
/** Requests under way at once. */
const MAX_UNDER_WAY = 512;
/** Wrong frames after which a page is let go. */
const MAX_WRONG = 20;
/** Notices that may be left out while a page cannot keep up: newer ones say the same. */
const DROPPABLE: ReadonlySet<NoticeName> = new Set<NoticeName>(['changed', 'log', 'progress']);

export interface Channel {
  send(frame: unknown): void;
  /** True while the page has not taken what was sent. */
  busy(): boolean;
  /** Ends the connection. */
  drop(reason: string): void;
  note(line: string): void;
}

export class Peer {
  private readonly workspace: Workspace;
  private readonly channel: Channel;
  private readonly unlisten: () => void;
  private readonly held = new Map<NoticeName, unknown>();
  /** Recorded sessions this page opened: nobody else knows their ids, so they are closed with it. */
  private readonly sessions = new Set<string>();
  private greeted = false;
  private underWay = 0;
  private wrong = 0;
  private tokens = BURST;
  private filledMs = performance.now();
  private closed = false;

  constructor(workspace: Workspace, channel: Channel) {
    this.workspace = workspace;
    this.channel = channel;
    this.unlisten = workspace.listen((notice, data) => this.notice(notice, data));
  }

  receive(frame: unknown): void {
    if (this.closed) return;
    const parsed = requestFrame.safeParse(frame);
    if (!parsed.success) {
      this.refuse(`a frame of the wrong shape (${parsed.error.issues[0]?.message ?? ''})`);
      return;
    }
    void this.answer(parsed.data.id, parsed.data.name, parsed.data.params);
  }

  /** A frame that could not even be read. */
  refuse(what: string): void {
    this.channel.note(`refused ${what}`);
    this.send({ notice: 'alert', data: { message: `the host refused ${what}` } });
    if (++this.wrong >= MAX_WRONG) this.drop('too many wrong frames');
  }

  /** The page can take more. */
  drained(): void {
    for (const [notice, data] of this.held) this.send({ notice, data });
    this.held.clear();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.unlisten();
    for (const session of this.sessions) this.letGo(session);
    this.sessions.clear();
  }

  /** Keeps the books of what the page holds open, by what it was answered. */
  private note(name: string, params: unknown, result: unknown): void {
    if (name === 'session.open') {
      const { session } = result as Result<'session.open'>;
      if (session === undefined) return;
      if (this.closed) this.letGo(session);
      else this.sessions.add(session);
    } else if (name === 'session.close') this.sessions.delete((params as Params<'session.close'>).session);
  }

  private letGo(session: string): void {
    this.workspace.sessions
      .close(session)
      .catch((error: unknown) => this.channel.note(`a session of a page that left: ${String(error)}`));
  }

  private async answer(id: number, name: string, params: unknown): Promise<void> {
    try {
      this.take();
      if (!this.greeted && name !== 'host.hello') throw new UsageError('say host.hello first');
      this.underWay++;
      let result: unknown;
      try {
        result = await this.workspace.handle(name, params);
      } finally {
        this.underWay--;
      }
      this.greeted ||= name === 'host.hello';
      this.note(name, params, result);
      this.send({ id, result });
    } catch (error) {
      if (error instanceof UsageError && /^no request|^\S+: /.test(error.message)) {
        this.channel.note(`refused ${error.message}`);
      }
      this.send({ id, error: toWire(error) });
    }
  }

  /** Counts a request against the page's share. */
  private take(): void {
    const now = performance.now();
    this.tokens = Math.min(BURST, this.tokens + ((now - this.filledMs) / 1000) * RATE);
    this.filledMs = now;
    if (this.tokens < 1 || this.underWay >= MAX_UNDER_WAY) {
      this.tokens = Math.max(0, this.tokens - 1);
      throw new LimitReached('too many requests at once; wait for answers');
    }
    this.tokens--;
  }

  private notice(notice: NoticeName, data: unknown): void {
    if (!this.greeted) return;
    if (DROPPABLE.has(notice) && this.channel.busy()) this.held.set(notice, data);
    else this.send({ notice, data });
  }

  private send(frame: unknown): void {
    if (!this.closed) this.channel.send(frame);
  }

  private drop(reason: string): void {
    this.close();
    this.channel.drop(reason);
  }
}

/**
 * The typed client: sends requests over any transport and matches the replies. Used by the command line, the
 * workspace and scripts alike.
 */
import { BadInput, TyrError, UsageError, CheckFailed, LimitReached, type BadInputDetail } from '../base/errors.ts';
import { disposable, type Disposable } from '../base/disposable.ts';
import {
  noticeFrame,
  notices,
  replyFrame,
  requests,
  type NoticeName,
  type Notices,
  type Params,
  type RequestName,
  type Result,
  type WireError,
} from './messages.ts';
import type { z } from 'zod';

/** Carries frames; `send` takes structured-cloneable data. */
export interface Transport {
  send(frame: unknown): void;
  onFrame(listener: (frame: unknown) => void): void;
  onClose(listener: (reason: string) => void): void;
}

/** The engine is gone; what was asked of it will not be answered. */
export class EngineLost extends TyrError {
  constructor(reason: string) {
    super(`the engine is gone: ${reason}`, 4);
  }
}

interface Waiting {
  readonly name: RequestName;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

type NoticeListener = (data: unknown) => void;

/** Requests under way at once; more wait here, so that a busy pane never runs into the host's limit (chosen). */
const MAX_UNDER_WAY = 128;

export class Client {
  private readonly transport: Transport;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Map<string, Set<NoticeListener>>();
  private readonly queued: { start(): void; reject(error: Error): void }[] = [];
  private nextId = 1;
  private lost: string | undefined;

  constructor(transport: Transport) {
    this.transport = transport;
    transport.onFrame((frame) => this.receive(frame));
    transport.onClose((reason) => this.close(reason));
  }

  /** Sends one request. Rejects with the engine's typed error, or EngineLost. */
  call<K extends RequestName>(name: K, params: Params<K>): Promise<Result<K>> {
    if (this.lost !== undefined) return Promise.reject(new EngineLost(this.lost));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const start = (): void => {
        this.waiting.set(id, { name, resolve: resolve as (value: unknown) => void, reject });
        try {
          this.transport.send({ id, name, params });
        } catch (error) {
          // What cannot be sent (a value of the wrong kind, a frame too large) fails alone.
          this.waiting.delete(id);
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.queued.push({ start, reject });
      this.pump();
    });
  }

  /** Sends what waits, as far as there is room. */
  private pump(): void {
    while (this.waiting.size < MAX_UNDER_WAY) {
      const next = this.queued.shift();
      if (next === undefined) return;
      next.start();
    }
  }

  /** Listens to a notice until disposed. */
  on<K extends NoticeName>(name: K, listener: (data: z.output<Notices[K]>) => void): Disposable {
    const set = this.listeners.get(name) ?? new Set<NoticeListener>();
    this.listeners.set(name, set);
    const wrapped: NoticeListener = (data) => {
      const parsed = notices[name].safeParse(data);
      if (parsed.success) listener(parsed.data as z.output<Notices[K]>);
    };
    set.add(wrapped);
    return disposable(() => set.delete(wrapped));
  }

  private receive(frame: unknown): void {
    const notice = noticeFrame.safeParse(frame);
    if (notice.success) {
      for (const l of this.listeners.get(notice.data.notice) ?? []) l(notice.data.data);
      return;
    }
    const reply = replyFrame.safeParse(frame);
    if (!reply.success) return;
    const waiting = this.waiting.get(reply.data.id);
    if (waiting === undefined) return;
    this.waiting.delete(reply.data.id);
    this.pump();
    if ('error' in reply.data) {
      waiting.reject(fromWire(reply.data.error));
      return;
    }
    const result = requests[waiting.name].result.safeParse(reply.data.result);
    if (result.success) waiting.resolve(result.data);
    else waiting.reject(new EngineLost(`reply to ${waiting.name} has the wrong shape: ${result.error.message}`));
  }

  private close(reason: string): void {
    this.lost = reason;
    for (const w of [...this.waiting.values(), ...this.queued]) w.reject(new EngineLost(reason));
    this.waiting.clear();
    this.queued.length = 0;
  }
}

/** The error a request failed with, with its class and exit code restored. */
export function fromWire(error: WireError): Error {
  switch (error.name) {
    case 'BadInput':
      return new BadInput(error.detail as unknown as BadInputDetail);
    case 'UsageError':
      return new UsageError(error.message);
    case 'CheckFailed':
      return new CheckFailed(error.message);
    case 'LimitReached':
      return new LimitReached(error.message);
    default:
      return new TyrError(error.message, error.exitCode);
  }
}

/** The wire form of anything thrown. Unknown errors are bugs of ours: exit code 4, with the stack. */
export function toWire(error: unknown): WireError {
  if (error instanceof BadInput) {
    return { name: 'BadInput', message: error.message, exitCode: 3, detail: { ...error.detail } };
  }
  if (error instanceof TyrError) return { name: error.name, message: error.message, exitCode: error.exitCode };
  if (error instanceof Error) return { name: 'Bug', message: error.stack ?? error.message, exitCode: 4 };
  return { name: 'Bug', message: String(error), exitCode: 4 };
}

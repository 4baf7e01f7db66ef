/**
 * The machine as the window sees it: one status, asked again after every notice that something changed, with at
 * most one question under way. React reads it through `useStatus`; nothing is stored anywhere else.
 */
import { EngineLost, type Client } from '../../protocol/client.ts';
import type { Status } from '../../protocol/messages.ts';
import { Emitter } from '../lib/emitter.ts';

export class Live {
  private readonly client: Client;
  private readonly emitter = new Emitter();
  private asking = false;
  private again = false;
  private current: Status | undefined;
  private count = 0;
  private gone: string | undefined;
  private replacing = 0;

  constructor(client: Client) {
    this.client = client;
    client.on('changed', () => this.refresh());
    client.on('bench', ({ session, reason }) => {
      this.gone = session === undefined && this.replacing === 0 ? reason : undefined;
      if (session === undefined) this.take(undefined);
      this.refresh();
    });
  }

  readonly subscribe = this.emitter.subscribe;

  /** The last status; undefined without a bench. */
  readonly status = (): Status | undefined => this.current;

  /** Why there is no bench any more; undefined while there is one, or before the first. */
  readonly lost = (): string | undefined => this.gone;

  /** Grows with every change of the machine; a key for things asked of it. */
  readonly version = (): number => this.count;

  /** Asks for the status now; also after a request of one's own, so that one sees its effect at once. */
  refresh(): void {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    this.client.call('bench.status', {}).then(
      (status) => this.answered(status.powered ? status : undefined),
      (error: unknown) => {
        if (error instanceof EngineLost) this.gone = error.message;
        this.answered(undefined);
      },
    );
  }

  /** While `work` makes another bench, the end of the one before is no loss. */
  async replace<T>(work: Promise<T>): Promise<T> {
    this.replacing++;
    try {
      return await work;
    } finally {
      this.replacing--;
    }
  }

  /** The status as it is now, not as it was last told. */
  async ask(): Promise<Status | undefined> {
    const status = await this.client.call('bench.status', {}).catch(() => undefined);
    this.take(status?.powered === true ? status : undefined);
    return this.current;
  }

  private answered(status: Status | undefined): void {
    this.asking = false;
    this.take(status);
    if (this.again) {
      this.again = false;
      this.refresh();
    }
  }

  private take(status: Status | undefined): void {
    this.current = status;
    this.count++;
    this.emitter.emit();
  }
}

/**
 * One question that is asked again and again: when its parameters change or the machine did. At most one is under
 * way; an answer to parameters that are wanted no more is dropped.
 */
import type { Client } from '../../protocol/client.ts';
import type { Params, RequestName, Result } from '../../protocol/messages.ts';
import { Emitter } from '../lib/emitter.ts';
import { messageOf } from '../lib/errors.ts';

interface State<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
}

const NOTHING = { data: undefined, error: undefined } as const;

export class Poll<K extends RequestName> {
  private readonly client: Pick<Client, 'call'>;
  private readonly name: K;
  private readonly emitter = new Emitter();
  private current: State<Result<K>> = NOTHING;
  private params: Params<K> | undefined;
  private key = '';
  private version = -1;
  private asking = false;
  private due = false;

  constructor(client: Pick<Client, 'call'>, name: K) {
    this.client = client;
    this.name = name;
  }

  readonly subscribe = this.emitter.subscribe;
  readonly state = (): State<Result<K>> => this.current;

  /** States what is wanted; asks when it is not what was asked for this version of the machine. */
  want(params: Params<K> | undefined, version: number): void {
    const key = params === undefined ? '' : JSON.stringify(params);
    if (key === this.key && version === this.version) return;
    if (key !== this.key && this.current !== NOTHING) this.set(NOTHING);
    this.key = key;
    this.version = version;
    this.params = params;
    this.due = params !== undefined;
    this.next();
  }

  private next(): void {
    const { params, key } = this;
    if (this.asking || !this.due || params === undefined) return;
    this.asking = true;
    this.due = false;
    const done = (state: State<Result<K>>) => {
      this.asking = false;
      if (key === this.key) this.set(state);
      this.next();
    };
    this.client.call(this.name, params).then(
      (data) => done({ data, error: undefined }),
      (error: unknown) => done({ data: this.current.data, error: messageOf(error) }),
    );
  }

  private set(state: State<Result<K>>): void {
    this.current = state;
    this.emitter.emit();
  }
}

/**
 * React's access to the engine: the typed client, what the host is, the live status, and hooks that ask again when
 * the machine changes.
 */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Client } from '../../protocol/client.ts';
import type { Params, RequestName, Result, Status } from '../../protocol/messages.ts';
import { useWorkspace } from '../workspace.ts';
import type { Live } from './live.ts';
import { Poll } from './poll.ts';

export interface Engine {
  readonly client: Client;
  readonly live: Live;
  readonly host: Result<'host.hello'>;
}

const EngineContext = createContext<Engine | undefined>(undefined);
export const EngineProvider = EngineContext.Provider;

export function useEngine(): Engine {
  const engine = useContext(EngineContext);
  if (engine === undefined) throw new Error('there is no engine around this component');
  return engine;
}

export function useClient(): Client {
  return useEngine().client;
}

/** What the machine is doing; undefined without a bench. */
export function useStatus(): Status | undefined {
  const { live } = useEngine();
  return useSyncExternalStore(live.subscribe, live.status);
}

export interface Polled<T> {
  /** The last answer; kept while a new one is on its way, so that nothing flickers. */
  readonly data: T | undefined;
  readonly error: string | undefined;
}

/**
 * Asks a question now, when its parameters change and after every change of the machine, never two at a time.
 * `undefined` parameters ask nothing (and forget the answer).
 */
export function usePoll<K extends RequestName>(name: K, params: Params<K> | undefined): Polled<Result<K>> {
  const { client, live } = useEngine();
  const version = useSyncExternalStore(live.subscribe, live.version);
  const [poll] = useState(() => new Poll(client, name));
  useEffect(() => poll.want(params, version));
  useEffect(() => () => poll.want(undefined, -1), [poll]);
  return useSyncExternalStore(poll.subscribe, poll.state);
}

/** Asks once, and again when the parameters or `key` change: for lists that do not follow the machine. */
export function useAsk<K extends RequestName>(name: K, params: Params<K> | undefined, key = 0): Polled<Result<K>> {
  const { client } = useEngine();
  const [poll] = useState(() => new Poll(client, name));
  useEffect(() => poll.want(params, key));
  useEffect(() => () => poll.want(undefined, -1), [poll]);
  return useSyncExternalStore(poll.subscribe, poll.state);
}

/**
 * `act(promise)`: waits for something a person asked for, refreshes the status, and says what went wrong. Gives the
 * answer, or undefined after a failure.
 */
export function useAct(): <T>(work: Promise<T>) => Promise<T | undefined> {
  return useWorkspace().act;
}

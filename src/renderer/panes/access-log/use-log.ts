/** A LogSource for a React component: told what is wanted at each drawing, fed by every change of the machine. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useEngine } from '../../engine/context.tsx';
import { messageOf } from '../../lib/errors.ts';
import { useUi } from '../../state/ui.ts';
import { LogSource, type LogQuestion, type LogShown } from './log-source.ts';
import type { Place } from './state.ts';

export interface UsedLog extends LogShown {
  readonly source: LogSource;
}

/** `place` is where the list is asked to go; `onPlaced` is called when it set out. */
export function useLog(question: LogQuestion, place: Place | undefined, onPlaced: () => void): UsedLog {
  const { client, live } = useEngine();
  const say = useUi((s) => s.say);
  const version = useSyncExternalStore(live.subscribe, live.version);
  const [source] = useState(() => new LogSource(client));
  const shown = useSyncExternalStore(source.subscribe, source.state);
  useEffect(() => source.want(question, version));
  useEffect(() => () => source.want(undefined, -1), [source]);
  useEffect(() => {
    if (place === undefined) return;
    onPlaced();
    source.goTo(place.column, place.value).then(
      (found) => found || say('info', 'Nothing was recorded at that place or after it.'),
      (error: unknown) => say('error', messageOf(error)),
    );
  }, [place, onPlaced, source, say]);
  return { source, ...shown };
}

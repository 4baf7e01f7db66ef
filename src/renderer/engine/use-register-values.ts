/** The hook around RegisterValues: values of some registers, fresh after every change of the machine. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { RegisterPlace } from '../lib/registers.ts';
import { useEngine } from './context.tsx';
import { RegisterValues } from './register-values.ts';

export function useRegisterValues(places: readonly RegisterPlace[]): RegisterValues {
  const { client, live } = useEngine();
  const version = useSyncExternalStore(live.subscribe, live.version);
  const powered = useSyncExternalStore(live.subscribe, live.status) !== undefined;
  const [values] = useState(() => new RegisterValues(client));
  useEffect(() => values.want(places, powered ? version : -1));
  useSyncExternalStore(values.subscribe, values.count);
  return values;
}

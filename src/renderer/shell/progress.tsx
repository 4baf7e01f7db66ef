/** Long work the engine tells of, in words; gone a moment after it is done. */
import { useEffect, useState } from 'react';
import { useClient } from '../engine/context.tsx';
import { countText } from '../lib/format.ts';

const GONE_AFTER_MS = 1500;

export function useProgress(): string | undefined {
  const client = useClient();
  const [text, setText] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const registration = client.on('progress', ({ what, done, total }) => {
      clearTimeout(timer);
      setText(
        total === undefined
          ? `${what} ${countText(done)}`
          : `${what} ${Math.floor((100 * done) / Math.max(total, 1))} %`,
      );
      timer = setTimeout(() => setText(undefined), GONE_AFTER_MS);
    });
    return () => {
      clearTimeout(timer);
      registration.dispose();
    };
  }, [client]);
  return text;
}

/** The firmware image on the table: the file a person opened, or else the one the bench has. Inspected in the page. */
import { useMemo } from 'react';
import { isElf } from '../../formats/elf.ts';
import { inspectImage, type Inspection } from '../../spec/firmware/image.ts';
import { useAsk, usePoll, useStatus } from './context.tsx';
import type { LocalFile } from '../lib/files.ts';
import { useOpened } from './firmware.ts';

export interface ShownImage {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly elf: boolean;
  /** Empty for ELF files. */
  readonly inspection: Inspection;
}

export interface Images {
  readonly image: ShownImage | undefined;
  /** The image is a file of the person, not what the bench runs. */
  readonly opened: boolean;
  /** What the bench runs. */
  readonly bench: LocalFile | undefined;
}

export function useImage(): Images {
  const file = useOpened((s) => s.file);
  const status = useStatus();
  const ask = status !== undefined && !status.bare;
  const state = usePoll('firmware.state', ask ? {} : undefined).data;
  const key = state === undefined ? 0 : Number.parseInt(state.sha256.slice(0, 8), 16);
  const bytes = useAsk('firmware.bytes', state !== undefined && state.size > 0 ? {} : undefined, key).data;
  const name = file?.name ?? state?.name ?? '';
  const shown = file?.bytes ?? bytes;
  const image = useMemo(() => {
    if (shown === undefined) return undefined;
    const elf = isElf(shown);
    const inspection = elf ? { header: undefined, entries: [], problems: [], warnings: [] } : inspectImage(shown);
    return { name, bytes: shown, elf, inspection };
  }, [shown, name]);
  const own = state?.name;
  const bench = useMemo(
    () => (bytes === undefined || own === undefined ? undefined : { name: own, bytes }),
    [bytes, own],
  );
  return { image, opened: file !== undefined, bench };
}

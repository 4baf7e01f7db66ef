/** The firmware image on the table: the file a person opened, or else the one the bench has. Inspected in the page. */
import { useMemo } from 'react';
import { isElf } from '../../formats/elf.ts';
import { inspectImage, type Inspection } from '../../spec/firmware/image.ts';
import { useAsk, usePoll, useStatus } from './context.tsx';
import { useOpened } from './firmware.ts';

export interface ShownImage {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly elf: boolean;
  /** Empty for ELF files. */
  readonly inspection: Inspection;
}

/** `opened`: the image is a file of the person, not what the bench runs. */
export function useImage(): { readonly image: ShownImage | undefined; readonly opened: boolean } {
  const file = useOpened((s) => s.file);
  const status = useStatus();
  const ask = file === undefined && status !== undefined && !status.bare;
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
  return { image, opened: file !== undefined };
}

/**
 * Opening a firmware image: a container of the CSF format, looked at in the page before anything is sent. What was
 * opened is shown by the Firmware pane; loading it is a separate step.
 */
import { create } from 'zustand';
import type { LocalFile } from '../lib/files.ts';
import type { Workspace } from '../workspace.ts';

/** The file on the firmware pane's table; not part of the machine. */
export const useOpened = create<{ readonly file: LocalFile | undefined }>()(() => ({ file: undefined }));

/** Puts a file before the person. */
export async function openFirmware(w: Workspace, file: LocalFile): Promise<void> {
  useOpened.setState({ file });
  w.layout.show('firmware');
}

/** Hands the opened image to the bench and says when it takes effect. */
export async function loadFirmware(w: Workspace, file: LocalFile): Promise<boolean> {
  if ((await w.live.ask()) === undefined) {
    const made = await w.act(
      w.live.replace(w.client.call('bench.new', { firmware: file.bytes, firmwareName: file.name })),
    );
    return made !== undefined;
  }
  const before = await w.act(w.client.call('firmware.select', { bytes: file.bytes, name: file.name }).then(() => true));
  return before === true;
}

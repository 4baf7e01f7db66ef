/**
 * All that the page of the desktop application can reach: frames to the host and back. Sandboxed and isolated; both
 * directions are checked here, and once more at the host.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { CHANNEL, toHost, toPage } from '../protocol/bridge.ts';

type FrameListener = (frame: unknown) => void;

const listeners: FrameListener[] = [];

ipcRenderer.on(CHANNEL.FRAME, (_event, frame: unknown) => {
  if (!toPage.safeParse(frame).success) return;
  for (const listener of listeners) listener(frame);
});

contextBridge.exposeInMainWorld('tyr', {
  send(frame: unknown): void {
    const parsed = toHost.safeParse(frame);
    if (!parsed.success) throw new Error(`not a request frame: ${parsed.error.issues[0]?.message ?? ''}`);
    ipcRenderer.send(CHANNEL.REQUEST, parsed.data);
  },
  onFrame(listener: FrameListener): void {
    listeners.push(listener);
  },
  /** The host and its window end together: there is nobody left to tell. */
  onClose(): void {},
});

/** The host's end of the bridge: frames of a window to its peer at the workspace, and back. */
import { ipcMain, type IpcMainEvent, type WebContents } from 'electron';
import { CHANNEL } from '../../../protocol/bridge.ts';
import { Peer } from '../workspace/peer.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { isOurs } from './guards.ts';

export class Bridge {
  private readonly peers = new Map<number, Peer>();
  private readonly note: (line: string) => void;

  constructor(note: (line: string) => void) {
    this.note = note;
    ipcMain.on(CHANNEL.REQUEST, (event, frame: unknown) => this.receive(event, frame));
  }

  /** Gives a window's page a peer; a page that is loaded again gets a new one. */
  attach(contents: WebContents, workspace: Workspace): void {
    const { id } = contents;
    const connect = (): void => {
      this.peers.get(id)?.close();
      this.peers.set(
        id,
        new Peer(workspace, {
          send: (frame) => {
            if (!contents.isDestroyed()) contents.send(CHANNEL.FRAME, frame);
          },
          busy: () => false,
          drop: (reason) => {
            this.note(`let a page go: ${reason}`);
            contents.reload();
          },
          note: (line) => this.note(line),
        }),
      );
    };
    connect();
    contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) connect();
    });
    contents.once('destroyed', () => {
      this.peers.get(id)?.close();
      this.peers.delete(id);
    });
  }

  private receive(event: IpcMainEvent, frame: unknown): void {
    // Only the main frame of a page of ours: a frame inside it, or a page that got here otherwise, is nobody.
    const { senderFrame, sender } = event;
    const ours = senderFrame !== null && senderFrame === sender.mainFrame && isOurs(senderFrame.url);
    const peer = ours ? this.peers.get(sender.id) : undefined;
    if (peer === undefined) this.note('refused a frame from a page that is not ours');
    else peer.receive(frame);
  }
}

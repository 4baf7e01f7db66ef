/** What a workspace asks of the host it runs in: files a person chooses, and how processes are started. */
import type { z } from 'zod';
import type { savedFile, hostInfo } from '../../../protocol/window.ts';
import type { SqlProcess } from '../../session/sql-runner.ts';
import type { LinkUrls } from '../link.ts';

export type SavedFile = z.infer<typeof savedFile>;
export type HostKind = z.infer<typeof hostInfo>['host'];

export interface Outside {
  readonly kind: HostKind;
  /** True when `askOpen` shows a dialog of the system. */
  readonly dialogs: boolean;
  /** Asks for a session file; undefined when the person gave up. UsageError where there is no dialog. */
  askOpen(): Promise<string | undefined>;
  /** Asks for a folder of source files; undefined when the person gave up. UsageError where there is no dialog. */
  askFolder(): Promise<string | undefined>;
  /** A folder of source files that was given at the start. */
  readonly sources?: string;
  /** Lets `write` fill a file of this name at a place the person can reach. */
  save(name: string, write: (path: string) => Promise<void>): Promise<SavedFile>;
  startSql(): SqlProcess;
  /** The threads' modules; the query thread's own. */
  readonly urls: LinkUrls & { readonly query: URL };
  /** Folders of what ships with the program. */
  readonly resources: string;
  /** A line for the person at the terminal or in the log file. */
  note(line: string): void;
}

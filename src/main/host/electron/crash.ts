/** What went wrong, kept on this machine and nowhere else: a text file a report. Nothing is ever uploaded. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { app, crashReporter } from 'electron';
import { VERSION } from '../workspace/workspace.ts';

/** Reports kept (chosen); older ones are removed. */
const KEPT = 20;

/** Has native crashes written to the user's folder too. Before the application is ready. */
export function keepCrashes(): void {
  crashReporter.start({ uploadToServer: false, ignoreSystemCrashHandler: true });
}

/** Writes a report; gives its path. */
export function writeCrash(what: string, error: unknown): string {
  const folder = path.join(app.getPath('userData'), 'crashes');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${new Date().toISOString().replaceAll(':', '-')}.txt`);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { electron, chrome, node } = process.versions;
  writeFileSync(
    file,
    `Tyr Workbench ${VERSION}\n${process.platform} ${process.arch}, Electron ${electron}, Chromium ${chrome}, Node ${node}\n\n${what}\n${text}\n`,
  );
  const old = readdirSync(folder)
    .filter((f) => f.endsWith('.txt'))
    .sort()
    .slice(0, -KEPT);
  for (const name of old) rmSync(path.join(folder, name), { force: true });
  return file;
}

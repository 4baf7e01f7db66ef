/** Where sessions go when nobody names a place: one folder of the user's, a new file each time. */
import { existsSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/** The user's session folder (XDG base directories; LOCALAPPDATA on Windows), made when it is not there. */
export function sessionFolder(): string {
  const base = process.env['XDG_DATA_HOME'] ?? process.env['LOCALAPPDATA'] ?? path.join(homedir(), '.local', 'share');
  const folder = path.join(base, 'tyr-workbench', 'sessions');
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    // A home that cannot be written to (containers) must not stop a first look.
    return tmpdir();
  }
}

/** A path in the session folder that is free: `NAME.tyrsession`, `NAME-2.tyrsession`, ... */
export function newSessionPath(name: string): string {
  const folder = sessionFolder();
  for (let n = 1; ; n++) {
    const file = path.join(folder, `${name}${n === 1 ? '' : `-${n}`}.tyrsession`);
    if (!existsSync(file)) return file;
  }
}

/**
 * Which build of the program made a session: a hash over the code that decides what a machine does. Two builds with
 * the same hash carry a journal out alike; with another one a session is run again and compared (lab/replay.ts).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Key of `session_info`. */
export const BUILD = 'build';

/** Folders of the sources that decide; tests beside them do not. */
const FOLDERS = ['base', 'spec', 'driver', 'emulator', 'main/engine', 'protocol'];
/** Digits of the hash that are kept (chosen: as many as git shows of its own). */
const DIGITS = 12;

let known: string | undefined;

/** The hash of this build: of its sources, or of the bundles that were made of them; "unknown" without files. */
export function buildId(): string {
  known ??= idOf(path.dirname(fileURLToPath(import.meta.url)));
  return known;
}

function idOf(here: string): string {
  try {
    return hashOf(filesOfBuild(here));
  } catch {
    return 'unknown';
  }
}

function filesOfBuild(here: string): string[] {
  const source = path.resolve(here, '../..');
  if (path.basename(here) !== 'session' || path.basename(source) !== 'src')
    return codeIn(path.basename(here) === 'chunks' ? path.dirname(here) : here, '.js');
  return FOLDERS.flatMap((folder) => codeIn(path.join(source, folder), '.ts'));
}

/** Files of code in a folder, in an order that does not depend on the host. */
function codeIn(folder: string, suffix: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix) && !name.endsWith('.test.ts'))
    .toSorted()
    .map((name) => path.join(folder, name));
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.basename(file)).update(readFileSync(file));
  return hash.digest('hex').slice(0, DIGITS);
}

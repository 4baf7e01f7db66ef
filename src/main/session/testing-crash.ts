/**
 * Kills a recording process at a random instant and looks at the file it leaves: nothing that was committed may be
 * missing, nothing half-written may be seen, with our reader and with the plain sqlite3 program where there is one.
 */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openSession, verifySession } from './reader.ts';

const WRITER = fileURLToPath(new URL('./testing-writer.ts', import.meta.url));

export interface CrashResult {
  /** Accesses the process had been told are on disk. */
  readonly promised: number;
  /** Accesses found. */
  readonly found: number;
  /** What is wrong, in words. */
  readonly problems: readonly string[];
}

/** One round: writes `file`, kills with SIGKILL `afterMs` after the first commit. */
export async function crash(file: string, afterMs: number): Promise<CrashResult> {
  const child = spawn(process.execPath, [WRITER, file, '1000000000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const begun = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      resolve();
    });
  });
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  await Promise.race([begun, ended]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
  const promised = Math.max(0, ...[...output.matchAll(/committed (\d+)\n/g)].map((m) => Number(m[1]))) - 1;
  return { promised, ...look(file, promised) };
}

const CHECK = `SELECT count(*), coalesce(max(seq), 0), coalesce(sum(value <> (seq * 2654435761) & 4294967295), 0),
  coalesce(sum(time_ns <> seq * 10), 0), coalesce(sum(old_value <> seq), 0) FROM register_access`;

function look(file: string, promised: number): { found: number; problems: string[] } {
  const problems: string[] = [];
  // First the plain program: it must need nothing that our reader might have repaired.
  let plain: string | undefined;
  try {
    plain = execFileSync('sqlite3', ['-readonly', file, CHECK], { encoding: 'utf8' }).trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) problems.push(String(error));
  }
  const session = openSession(file);
  try {
    problems.push(...verifySession(session));
    const row = session.db.prepare(CHECK).raw(true).get() as number[];
    const [found = 0, last = 0, ...wrong] = row;
    if (plain !== undefined && plain !== row.join('|')) problems.push(`sqlite3 says ${plain}, we say ${row.join('|')}`);
    if (found < promised) problems.push(`${promised} accesses were committed, ${found} are there`);
    if (found > 0 && last !== found + 1) problems.push(`${found} accesses end at ${last}`);
    if (wrong.some((n) => n !== 0)) problems.push(`${wrong.join(', ')} accesses have other contents than were written`);
    return { found, problems };
  } finally {
    session.close();
  }
}

/** Recording under the worst: killed at any instant, a full disk. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countRows, openSession, verifySession } from './reader.ts';
import { crash } from './testing-crash.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-crash-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a killed recording', () => {
  it('keeps all that was committed, twenty times', { timeout: 240_000 }, async () => {
    let kept = 0;
    for (let i = 0; i < 20; i++) {
      const result = await crash(path.join(dir, `${i}.tyrsession`), i * 7);
      expect(result.problems, `round ${i}`).toEqual([]);
      expect(result.found).toBeGreaterThanOrEqual(result.promised);
      kept += result.found;
    }
    expect(kept).toBeGreaterThan(0);
  });
});

describe('a full disk', () => {
  it.skipIf(process.platform === 'win32')(
    'stops recording with a reason, and nothing else (a limit of the shell stands for the disk; skipped on Windows, which has none)',
    { timeout: 60_000 },
    () => {
      const file = path.join(dir, 'full.tyrsession');
      const writer = fileURLToPath(new URL('./testing-writer.ts', import.meta.url));
      const script = `ulimit -f 4000; exec '${process.execPath}' '${writer}' '${file}' 1500000`;
      const { stdout, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(stdout).toMatch(/^failed .*(full|I\/O|too large)/im);
      expect(stdout).toMatch(/^went on to 15\d+$/m);
      expect(stdout).toMatch(/^end$/m);
      expect(status).toBe(0);
      const committed = Math.max(...[...stdout.matchAll(/^committed (\d+)$/gm)].map((m) => Number(m[1])));
      const session = openSession(file);
      expect(verifySession(session)).toEqual([]);
      expect(countRows(session)['register_access']).toBeGreaterThanOrEqual(committed - 1);
      session.close();
    },
  );
});

/** A hundred recordings killed at random instants: `node bench/crash.ts [ROUNDS]`. Exit 1 when one lost anything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crash } from '../src/main/session/testing-crash.ts';

const rounds = Number(process.argv[2] ?? 100);
const dir = mkdtempSync(path.join(tmpdir(), 'tyr-crash-'));
let bad = 0;
let found = 0;
try {
  for (let i = 0; i < rounds; i++) {
    const file = path.join(dir, `${i}.tyrsession`);
    const result = await crash(file, Math.random() * 400);
    found += result.found;
    if (result.problems.length > 0) {
      bad++;
      process.stdout.write(`round ${i}: ${result.problems.join('; ')}\n`);
    }
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.stdout.write(`${rounds} recordings killed, ${found.toLocaleString('en')} accesses kept, ${bad} not whole\n`);
process.exitCode = bad === 0 ? 0 : 1;

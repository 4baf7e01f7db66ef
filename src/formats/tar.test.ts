import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTar } from './tar.ts';

describe('tar archives', () => {
  it('give the files that tar put in, with long names', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tyr-tar-'));
    try {
      const long = `${'n'.repeat(120)}.json`;
      mkdirSync(path.join(folder, 'in'));
      writeFileSync(path.join(folder, 'in', 'a.txt'), 'first');
      writeFileSync(path.join(folder, 'in', 'empty'), '');
      writeFileSync(path.join(folder, 'in', long), 'x'.repeat(1000));
      execFileSync('tar', ['--format=gnu', '-cf', path.join(folder, 'out.tar'), '-C', folder, 'in']);
      const archive = new Uint8Array(readFileSync(path.join(folder, 'out.tar')));
      const files = new Map(readTar(archive, 'out.tar').map((f) => [f.name, f.bytes.length]));
      expect(Object.fromEntries(files)).toEqual({ 'in/a.txt': 5, 'in/empty': 0, [`in/${long}`]: 1000 });
      expect(() => readTar(archive.subarray(0, 1100), 'cut.tar')).toThrow(/cut\.tar.*ends in the middle/s);
      archive[3] = 1;
      expect(() => readTar(archive, 'bad.tar')).toThrow(/no header/);
      expect(readTar(new Uint8Array(1024), 'none.tar')).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

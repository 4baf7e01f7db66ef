import { describe, expect, it } from 'vitest';
import { captureCandidates, readCandidate } from './files.ts';

const chosen = (...paths: string[]) => paths.map((path) => ({ path, file: new File(['x'], path) }));

describe('chosen files', () => {
  it('are captures by the folders that have a run.json, and archives', () => {
    const found = captureCandidates(
      chosen('all/b/run.json', 'all/b/ioctls.jsonl', 'all/a/run.json', 'all/a/deep/other', 'all/README.md', 'c.tar.gz'),
    );
    expect(found.map((c) => [c.name, c.files.map((f) => f.path)])).toEqual([
      ['a', ['all/a/run.json']],
      ['b', ['all/b/run.json', 'all/b/ioctls.jsonl']],
      ['c', ['c.tar.gz']],
    ]);
    expect(captureCandidates(chosen('run.json', 'ioctls.jsonl'))).toMatchObject([{ name: 'capture' }]);
    expect(captureCandidates(chosen('x/notes.txt'))).toEqual([]);
  });

  it('are read with their paths', async () => {
    const [capture] = captureCandidates(chosen('a/run.json'));
    expect(await readCandidate(capture!)).toEqual([{ name: 'a/run.json', bytes: Uint8Array.of(0x78) }]);
  });
});

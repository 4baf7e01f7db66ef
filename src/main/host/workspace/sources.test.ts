/** Source files from under a chosen folder, and names that try to get out of it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../base/errors.ts';
import { SourceFolder } from './sources.ts';

let dir = '';
let folder: SourceFolder;

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-sources-'));
  mkdirSync(path.join(dir, 'project/src'), { recursive: true });
  writeFileSync(path.join(dir, 'project/src/main.c'), 'int main;');
  writeFileSync(path.join(dir, 'project/notes.txt'), 'not source');
  writeFileSync(path.join(dir, 'secret.c'), 'secret');
  symlinkSync(path.join(dir, 'secret.c'), path.join(dir, 'project/link.c'));
  symlinkSync(dir, path.join(dir, 'project/up'));
  symlinkSync(path.join(dir, 'project/notes.txt'), path.join(dir, 'project/notes.c'));
  mkdirSync(path.join(dir, 'project/folder.c'));
  folder = new SourceFolder(path.join(dir, 'project'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('source files', () => {
  it('are found by the end of their path, wherever they were compiled', () => {
    for (const directory of ['src', '/home/somebody/project/src', 'C:\\work\\src', './src/.']) {
      expect(folder.read({ name: 'main.c', directory })).toEqual({ text: 'int main;', shown: 'src/main.c' });
    }
    expect(folder.read({ name: 'other.c', directory: 'src' })).toBeUndefined();
  });

  it('are never taken from outside the folder', () => {
    for (const directory of ['..', '../..', 'src/../..', '..\\']) {
      expect(() => folder.read({ name: 'secret.c', directory })).toThrow(UsageError);
    }
    expect(folder.read({ name: 'link.c', directory: '' })).toBeUndefined();
    expect(folder.read({ name: 'secret.c', directory: 'up' })).toBeUndefined();
    expect(folder.read({ name: 'secret.c', directory: dir })).toBeUndefined();
    expect(() => folder.read({ name: '../secret.c', directory: '' })).toThrow(UsageError);
  });

  it('are source files and nothing else', () => {
    expect(() => folder.read({ name: 'notes.txt', directory: '' })).toThrow(UsageError);
    expect(folder.read({ name: 'notes.c', directory: '' })).toBeUndefined();
    expect(folder.read({ name: 'folder.c', directory: '' })).toBeUndefined();
    expect(() => folder.read({ name: 'a\0.c', directory: '' })).toThrow(UsageError);
    expect(() => new SourceFolder(path.join(dir, 'nowhere'))).toThrow(UsageError);
  });
});

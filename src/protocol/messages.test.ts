import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HOST_ONLY, requests } from './messages.ts';

/** Debuggers are told of as a whole: their requests are explained in their own files. */
const DEBUGGERS = /^(debug|streamdebug|shaderdebug)\./;

describe('docs/window.md', () => {
  const text = readFileSync(new URL('../../docs/window.md', import.meta.url), 'utf8');
  /** Names in the first column of its tables; `.name` has the first part of the name before it. */
  const told = [...text.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => {
    const names = [...cell.matchAll(/`([^`]*)`/g)].map(([, name = '']) => name);
    const group = names[0]?.split('.')[0] ?? '';
    return names.map((name) => (name.startsWith('.') ? group + name : name)).filter((name) => name.includes('.'));
  });

  it('names every request that a window may make, once, and no other', () => {
    const wanted = Object.keys(requests).filter((name) => !DEBUGGERS.test(name) && !HOST_ONLY.has(name));
    expect(told.toSorted()).toEqual(wanted.toSorted());
  });
});

import { describe, expect, it } from 'vitest';
import { fuzzyFind, fuzzyScore, QuickOpen, splitPrefix } from './quick-open.ts';

describe('quick open', () => {
  it('splits the prefix off', () => {
    expect(splitPrefix('> boot')).toEqual({ prefix: '>', text: 'boot' });
    expect(splitPrefix('GPU')).toEqual({ prefix: '', text: 'GPU' });
    expect(splitPrefix('#20')).toEqual({ prefix: '#', text: '20' });
  });

  it('puts beginnings of words before letters in between', () => {
    const names = ['XGPU_ID', 'AS0_GPU', 'GPU_ID', 'G_P_U'];
    expect(fuzzyFind(names, 'gpu', (n) => n, 10)).toEqual(['GPU_ID', 'AS0_GPU', 'XGPU_ID', 'G_P_U']);
    expect(fuzzyScore('GPU_ID', 'xyz')).toBeUndefined();
  });

  it('asks the sources of the prefix, and outlives one that fails', async () => {
    const open = new QuickOpen();
    const entry = { id: 'a', label: 'A', kind: 'thing', open: () => {} };
    open.register({ id: 'good', prefix: '', find: () => [entry] });
    open.register({ id: 'bad', prefix: '', find: () => Promise.reject(new Error('no')) });
    const registration = open.register({ id: 'other', prefix: '>', find: () => [{ ...entry, id: 'b' }] });
    const { signal } = new AbortController();
    expect((await open.find('x', signal)).map((e) => e.id)).toEqual(['a']);
    expect((await open.find('>x', signal)).map((e) => e.id)).toEqual(['b']);
    registration.dispose();
    expect(await open.find('>x', signal)).toEqual([]);
  });

  it('shows what is there while a source still waits, and nothing of a question that was given up', async () => {
    const open = new QuickOpen();
    const entry = { id: 'a', label: 'A', kind: 'thing', open: () => {} };
    const slow = Promise.withResolvers<readonly [typeof entry]>();
    open.register({ id: 'slow', prefix: '', find: () => slow.promise });
    open.register({ id: 'quick', prefix: '', find: () => [{ ...entry, id: 'b' }] });
    const parts: string[][] = [];
    const abort = new AbortController();
    const found = open.find('x', abort.signal, (entries) => parts.push(entries.map((e) => e.id)));
    await expect.poll(() => parts).toEqual([['b']]);
    slow.resolve([entry]);
    expect((await found).map((e) => e.id)).toEqual(['a', 'b']);
    expect(parts).toEqual([['b'], ['a', 'b']]);
    const given = open.find('y', abort.signal, () => parts.push([]));
    abort.abort();
    await given;
    expect(parts.length).toBe(2);
  });
});

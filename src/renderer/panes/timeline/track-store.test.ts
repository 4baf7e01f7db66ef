import { describe, expect, it } from 'vitest';
import type { TimelineMark } from '../../../protocol/window.ts';
import { TrackStore } from './track-store.ts';

interface Asked {
  readonly params: { readonly track: string; readonly fromNs: number; readonly toNs: number; readonly pixels: number };
  readonly answer: (marks: TimelineMark[], complete?: boolean) => Promise<void>;
  readonly refuse: () => Promise<void>;
}

/** A client whose slices are answered by hand. */
function scripted() {
  const asked: Asked[] = [];
  let endNs = 1000;
  const call = (name: string, params: unknown) => {
    if (name === 'timeline.tracks') return Promise.resolve({ tracks: [], fromNs: 0, toNs: endNs, branch: 0 });
    return new Promise((resolve, reject) => {
      asked.push({
        params: params as Asked['params'],
        refuse: async () => {
          reject(new Error('the session was closed'));
          await settle();
        },
        answer: async (marks, complete = true) => {
          resolve({ marks, complete });
          await Promise.resolve();
          await Promise.resolve();
        },
      });
    });
  };
  const store = new TrackStore({ call } as never, 'live');
  return { store, asked, grow: (to: number) => (endNs = to) };
}
const settle = () => new Promise((r) => setTimeout(r, 0));
const mark: TimelineMark = { fromNs: 1, toNs: 1, n: 1, key: 1, label: '' };

describe('the marks of the tracks in view', () => {
  it('asks once per track and keeps what it has while panning inside of it', async () => {
    const { store, asked } = scripted();
    store.want({ fromNs: 100, toNs: 200 }, 100, ['a', 'b']);
    store.want({ fromNs: 101, toNs: 201 }, 100, ['a', 'b']);
    expect(asked.map((a) => a.params.track)).toEqual(['a', 'b']);
    expect(asked[0]?.params).toMatchObject({ fromNs: 50, toNs: 250, pixels: 200 });
    await asked[0]?.answer([mark]);
    store.want({ fromNs: 120, toNs: 220 }, 100, ['a', 'b']);
    expect(asked).toHaveLength(2);
    expect(store.data('a')?.marks).toEqual([mark]);
  });

  it('asks for the newest view only, after the answer under way', async () => {
    const { store, asked } = scripted();
    store.want({ fromNs: 0, toNs: 100 }, 100, ['a']);
    for (const at of [400, 500, 600]) store.want({ fromNs: at, toNs: at + 100 }, 100, ['a']);
    expect(asked).toHaveLength(1);
    await asked[0]?.answer([]);
    expect(asked.map((a) => a.params.fromNs)).toEqual([0, 550]);
  });

  it('does not ask for ever what was refused, and tries anew when the session is looked at again', async () => {
    const { store, asked } = scripted();
    // As the painter does: every change is drawn, every drawing says what is in view.
    const draw = () => store.want({ fromNs: 0, toNs: 100 }, 100, ['a']);
    store.subscribe(draw);
    draw();
    await asked[0]?.refuse();
    expect(store.error()).toBe('the session was closed');
    expect(asked).toHaveLength(1);
    store.refresh();
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('asks again while an answer is not whole', async () => {
    const { store, asked } = scripted();
    store.want({ fromNs: 0, toNs: 100 }, 100, ['a']);
    await asked[0]?.answer([mark], false);
    expect(asked).toHaveLength(2);
    await asked[1]?.answer([mark], true);
    expect(asked).toHaveLength(2);
  });

  it('asks again when the record grew into the range, not when it grew behind it', async () => {
    const { store, asked, grow } = scripted();
    store.refresh();
    await settle();
    store.want({ fromNs: 100, toNs: 200 }, 100, ['a']);
    await asked[0]?.answer([]);
    grow(2000);
    store.refresh();
    await settle();
    expect(asked).toHaveLength(1);
    store.want({ fromNs: 1900, toNs: 2000 }, 100, ['a']);
    await asked[1]?.answer([]);
    grow(2050);
    store.refresh();
    await settle();
    expect(asked).toHaveLength(3);
  });
});

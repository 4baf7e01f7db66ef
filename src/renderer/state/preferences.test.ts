import { describe, expect, it } from 'vitest';
import { loadPreferences, savePreferences } from './preferences.ts';

function storage(first?: string) {
  let kept: string | null = first ?? null;
  return { getItem: () => kept, setItem: (_: string, value: string) => (kept = value) };
}

describe('preferences', () => {
  it('come back as they were kept', () => {
    const place = storage();
    const mine = { ...loadPreferences(place), theme: 'contrast' as const, zoom: 1.3, keys: { x: ['F9'] } };
    savePreferences(place, mine);
    expect(loadPreferences(place)).toEqual(mine);
  });

  it('are the defaults when what is stored makes no sense', () => {
    for (const bad of ['{', '[]', '{"theme":"pink"}', '{"zoom":99}', 'null']) {
      expect(loadPreferences(storage(bad))).toMatchObject({ theme: 'system', zoom: 1 });
    }
  });
});

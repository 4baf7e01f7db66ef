/**
 * What a person chose, kept in the browser's storage: theme, zoom, key bindings, saved filters, layout. Data of the
 * engine are never kept here. A stored value of another shape is dropped.
 */
import { z } from 'zod';

export const THEMES = ['system', 'dark', 'light', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

const schema = z.object({
  theme: z.enum(THEMES).default('system'),
  zoom: z.number().min(0.5).max(3).default(1),
  keys: z.record(z.string(), z.array(z.string())).default({}),
  /** Saved filters by the list they belong to. */
  filters: z.record(z.string(), z.array(z.object({ name: z.string(), text: z.string() }))).default({}),
  layout: z.unknown().optional(),
});
export type Preferences = z.infer<typeof schema>;

const KEY = 'tyr.preferences.1';

/** The part of `Storage` that is used; tests hand in a Map behind it. */
export type PreferenceStorage = Pick<Storage, 'getItem' | 'setItem'>;

export function loadPreferences(storage: PreferenceStorage): Preferences {
  try {
    const parsed = schema.safeParse(JSON.parse(storage.getItem(KEY) ?? '{}'));
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON, or no storage: the defaults hold.
  }
  return schema.parse({});
}

export function savePreferences(storage: PreferenceStorage, preferences: Preferences): void {
  try {
    storage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Storage is full or refused: the choice holds until the page is closed.
  }
}

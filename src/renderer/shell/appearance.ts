/** Theme and zoom on the page: attributes and variables of the root element, kept in step with the preferences. */
import { useUi } from '../state/ui.ts';
import type { Theme } from '../state/preferences.ts';

export type ShownTheme = Exclude<Theme, 'system'>;

const light = matchMedia('(prefers-color-scheme: light)');
const contrast = matchMedia('(prefers-contrast: more)');

/** The theme in force: `system` follows what the system prefers. */
export function shownTheme(theme: Theme): ShownTheme {
  if (theme !== 'system') return theme;
  if (contrast.matches) return 'contrast';
  return light.matches ? 'light' : 'dark';
}

const documents = new Set<Document>([document]);

function apply(): void {
  const { theme, zoom } = useUi.getState().preferences;
  for (const dressed of documents) {
    // The document of a window that is gone.
    if (dressed.defaultView === null) documents.delete(dressed);
    const { documentElement } = dressed;
    documentElement.dataset['theme'] = shownTheme(theme);
    documentElement.style.setProperty('--zoom', String(zoom));
  }
}

/** Gives the document of another window the same look, as long as it is open. */
export function dress(window: Window): void {
  documents.add(window.document);
  apply();
}

/** Puts theme and zoom on the page now and at every change. Called once. */
export function applyAppearance(): void {
  apply();
  useUi.subscribe(apply);
  light.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
}

/**
 * Hotkeys as text: `Mod+Shift+P`, where Mod is Ctrl, or Command on macOS. Parsing, matching a key event, and the
 * words shown in menus. Single letters match the letter typed, so that layouts other than QWERTY work.
 */

export interface Hotkey {
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** `KeyboardEvent.key`, letters in lower case. */
  readonly key: string;
}

/** The parts of a KeyboardEvent that matter. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const NAMED: Readonly<Record<string, string>> = { Space: ' ', Plus: '+', Esc: 'Escape' };

/** Parses `Mod+Shift+P`; undefined when there is no key in it. */
export function parseHotkey(text: string): Hotkey | undefined {
  const parts = text.split('+').filter((p) => p !== '');
  const key = parts.pop();
  if (key === undefined) return undefined;
  const known = new Set(['Mod', 'Shift', 'Alt']);
  if (parts.some((p) => !known.has(p))) return undefined;
  return {
    mod: parts.includes('Mod'),
    shift: parts.includes('Shift'),
    alt: parts.includes('Alt'),
    key: normalKey(NAMED[key] ?? key),
  };
}

function normalKey(key: string): string {
  return key.length === 1 ? key.toLowerCase() : key;
}

/** Characters that need Shift on some layouts: there Shift is part of typing them. */
const isSymbol = (key: string) => key.length === 1 && !/[a-z0-9 ]/.test(key);

/** True when the event is this hotkey. */
export function matches(hotkey: Hotkey, event: KeyPress, mac: boolean): boolean {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (other || mod !== hotkey.mod || event.altKey !== hotkey.alt) return false;
  if (normalKey(event.key) !== hotkey.key) return false;
  return isSymbol(hotkey.key) || event.shiftKey === hotkey.shift;
}

/** The hotkey that an event would be written as; undefined for a modifier alone. */
export function hotkeyOf(event: KeyPress, mac: boolean): string | undefined {
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return undefined;
  const name = Object.entries(NAMED).find(([, key]) => key === event.key)?.[0] ?? event.key;
  const parts: string[] = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push('Mod');
  if (event.shiftKey && !isSymbol(normalKey(event.key))) parts.push('Shift');
  if (event.altKey) parts.push('Alt');
  parts.push(name.length === 1 ? name.toUpperCase() : name);
  return parts.join('+');
}

/** For menus and the key page: `Ctrl+Shift+P`, `⇧⌘P`. */
export function hotkeyText(text: string, mac: boolean): string {
  if (!mac) return text.replace('Mod', 'Ctrl');
  return text.replace('Mod+', '⌘').replace('Shift+', '⇧').replace('Alt+', '⌥');
}

/** What has the focus, as far as keys are concerned. */
export type Focus = 'elsewhere' | 'field' | 'editor';

/** Keys, with Mod, that text fields need for themselves, and those an editor needs besides. */
const FIELD_KEYS: ReadonlySet<string> = new Set(['z', 'y', 'a', 'c', 'v', 'x', 'f', 'Enter']);
const EDITOR_KEYS: ReadonlySet<string> = new Set(['d', 'g', 'h', 'k', 'l', 'u', '/', '[', ']']);

/** True when a hotkey must not be taken away from what has the focus. */
export function belongsToFocus(hotkey: Hotkey, focus: Focus): boolean {
  if (focus === 'elsewhere' || /^F\d+$/.test(hotkey.key)) return false;
  if (!hotkey.mod) return true;
  return FIELD_KEYS.has(hotkey.key) || (focus === 'editor' && !hotkey.shift && EDITOR_KEYS.has(hotkey.key));
}

/** What kind of place an element is. The editor's own text area is no field to the browser. */
export function focusOf(element: Element | undefined): Focus {
  if (element?.closest('.monaco-editor')) return 'editor';
  return element?.closest('input, textarea, select, [contenteditable="true"], [role="textbox"]')
    ? 'field'
    : 'elsewhere';
}

/**
 * What quick open (Ctrl+P) finds. A source is asked with the text typed and gives entries; the prefix decides which
 * sources are asked: `>` commands, `:` SQL, `@` symbols, `#` addresses, none: everything that has a name.
 */
import { disposable, type Disposable } from '../../base/disposable.ts';

export const PREFIXES = ['', '>', ':', '@', '#'] as const;
export type Prefix = (typeof PREFIXES)[number];

export interface QuickEntry {
  readonly id: string;
  readonly label: string;
  /** Kind of object, shown at the right: `register`, `job`, `session`. */
  readonly kind: string;
  readonly detail?: string | undefined;
  /** Keys, for commands. */
  readonly hotkey?: string | undefined;
  readonly disabled?: boolean;
  readonly open: () => void;
}

export interface QuickSource {
  readonly id: string;
  readonly prefix: Prefix;
  /** Entries for the text behind the prefix, best first. An aborted question may answer anything. */
  readonly find: (text: string, signal: AbortSignal) => readonly QuickEntry[] | Promise<readonly QuickEntry[]>;
}

export class QuickOpen {
  private readonly sources = new Map<string, QuickSource>();

  register(source: QuickSource): Disposable {
    if (this.sources.has(source.id)) throw new Error(`quick-open source ${source.id} is registered twice`);
    this.sources.set(source.id, source);
    return disposable(() => this.sources.delete(source.id));
  }

  /**
   * Entries of all sources for what was typed, prefix included. A source that fails counts as empty. `onPart` hears
   * what there is each time a source answered: one that waits for a busy machine holds nobody up.
   */
  async find(
    typed: string,
    signal: AbortSignal,
    onPart: (entries: readonly QuickEntry[]) => void = () => {},
  ): Promise<readonly QuickEntry[]> {
    const { prefix, text } = splitPrefix(typed);
    const asked = [...this.sources.values()].filter((s) => s.prefix === prefix);
    const parts: (readonly QuickEntry[])[] = asked.map(() => []);
    const ask = async (source: QuickSource, i: number): Promise<void> => {
      parts[i] = await source.find(text, signal);
      if (!signal.aborted) onPart(parts.flat());
    };
    await Promise.allSettled(asked.map(ask));
    return parts.flat();
  }
}

export function splitPrefix(typed: string): { readonly prefix: Prefix; readonly text: string } {
  const prefix = PREFIXES.find((p) => p !== '' && typed.startsWith(p)) ?? '';
  return { prefix, text: typed.slice(prefix.length).trim() };
}

/**
 * How well `text` fits `name`, smaller is better; undefined when its characters do not appear in order. Whole words
 * and beginnings of words come first.
 */
export function fuzzyScore(name: string, text: string): number | undefined {
  if (text === '') return 0;
  const hay = name.toLowerCase();
  const needle = text.toLowerCase();
  const at = hay.indexOf(needle);
  if (at >= 0) return (at === 0 ? 0 : /[a-z0-9]/.test(hay[at - 1] ?? '') ? 20 : 5) + hay.length / 100;
  let from = 0;
  let gaps = 0;
  for (const c of needle) {
    if (c === ' ') continue;
    const next = hay.indexOf(c, from);
    if (next < 0) return undefined;
    if (next > from) gaps++;
    from = next + 1;
  }
  return 50 + gaps * 5 + hay.length / 100;
}

/** Items whose name fits, best first. */
export function fuzzyFind<T>(items: Iterable<T>, text: string, nameOf: (item: T) => string, limit: number): T[] {
  const scored: { item: T; score: number }[] = [];
  for (const item of items) {
    const score = fuzzyScore(nameOf(item), text);
    if (score !== undefined) scored.push({ item, score });
  }
  return scored
    .toSorted((a, b) => a.score - b.score)
    .slice(0, limit)
    .map((s) => s.item);
}

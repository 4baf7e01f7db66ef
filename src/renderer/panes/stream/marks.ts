/**
 * Marks of a debugger in the editor: breakpoints in the glyph margin, the line the stream stands at, and the lines of the
 * text as it was begun, which Monaco moves along when the text is edited.
 */
import type { editor } from 'monaco-editor/editor';
import { Emitter } from '../../lib/emitter.ts';
import type { MonacoModule } from './monaco.ts';

/** Lines followed through edits (chosen: a stream of more is not edited while it is debugged). */
const MAX_FOLLOWED = 20_000;

/** Whether a breakpoint will stop the stream: `pending` ones wait for a stream, or stand at a line without instruction. */
export type PointState = 'bound' | 'pending';

export class LineMarks {
  private readonly monaco: MonacoModule;
  private readonly model: editor.ITextModel;
  private readonly emitter = new Emitter();
  private points: string[] = [];
  private current: string[] = [];
  /** Decoration of each line with words, by its number when the stream was begun. */
  private readonly followed = new Map<number, string>();

  constructor(monaco: MonacoModule, model: editor.ITextModel) {
    this.monaco = monaco;
    this.model = model;
  }

  readonly subscribe = this.emitter.subscribe;

  /** Lines with a breakpoint now, ascending. */
  get lines(): readonly number[] {
    const lines = this.points.map((id) => this.model.getDecorationRange(id)?.startLineNumber ?? 0);
    return [...new Set(lines.filter((n) => n > 0))].toSorted((a, b) => a - b);
  }

  /** Sets or removes the breakpoint of a line. */
  toggle(line: number, stateOf: (line: number) => PointState): void {
    const { lines } = this;
    const next = lines.includes(line) ? lines.filter((n) => n !== line) : [...lines, line];
    this.draw(next, stateOf);
  }

  clear(): void {
    this.draw([], () => 'pending');
  }

  /** Draws the breakpoints again: whether they are bound may have changed. */
  redraw(stateOf: (line: number) => PointState): void {
    this.draw(this.lines, stateOf);
  }

  private draw(lines: readonly number[], stateOf: (line: number) => PointState): void {
    const decorations = lines.map((line) => {
      const state = stateOf(line);
      return {
        range: new this.monaco.Range(line, 1, line, 1),
        options: {
          stickiness: this.monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
          glyphMarginClassName: `stream-point stream-point-${state}`,
          glyphMarginHoverMessage: { value: `Breakpoint, ${state}` },
        },
      };
    });
    this.points = this.model.deltaDecorations(this.points, decorations);
    this.emitter.emit();
  }

  /** Follows the lines of the text as it is now through later edits. */
  follow(lines: Iterable<number>): void {
    this.model.deltaDecorations([...this.followed.values()], []);
    this.followed.clear();
    const numbers = [...new Set(lines)].slice(0, MAX_FOLLOWED);
    const ids = this.model.deltaDecorations(
      [],
      numbers.map((line) => ({ range: new this.monaco.Range(line, 1, line, 1), options: {} })),
    );
    numbers.forEach((line, i) => this.followed.set(line, ids[i] ?? ''));
  }

  /** Where a line of the text as it was begun stands now. */
  now(line: number): number {
    const id = this.followed.get(line);
    return (id === undefined ? undefined : this.model.getDecorationRange(id)?.startLineNumber) ?? line;
  }

  /** What a line was when the stream was begun. */
  lineThen(line: number): number {
    for (const [number, id] of this.followed) {
      if (this.model.getDecorationRange(id)?.startLineNumber === line) return number;
    }
    return line;
  }

  /** Marks the line the stream stands at; undefined marks none. */
  stand(line: number | undefined, fault: boolean): void {
    const kind = fault ? 'stream-line-fault' : 'stream-line-now';
    this.current = this.model.deltaDecorations(
      this.current,
      line === undefined
        ? []
        : [
            {
              range: new this.monaco.Range(line, 1, line, 1),
              options: { isWholeLine: true, className: kind, glyphMarginClassName: 'stream-arrow' },
            },
          ],
    );
  }
}

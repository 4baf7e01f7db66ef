/**
 * One Monaco editor over the open documents: words in the gutter, problems as one types, the marks of the debugger. No
 * React in here.
 */
import type { editor, IPosition, IRange } from 'monaco-editor/editor';
import { DisposableStack } from '../../../base/disposable.ts';
import { Emitter } from '../../lib/emitter.ts';
import type { Problem } from '../../../spec/cs/problem.ts';
import { fixOf } from '../../../spec/cs/language.ts';
import { addressOf, lineNow, useStreamDebug } from './debug-state.ts';
import { useDocuments, type StreamDocument } from './documents.ts';
import { markersOf, problemsOf } from './language.ts';
import { LineMarks, type PointState } from './marks.ts';
import { keepOnly, modelOf, documentOf } from './models.ts';
import { applyTheme, type MonacoModule } from './monaco.ts';
import { SOURCES } from './sources.ts';
import { assembled, wordsByLine, wordText } from './words.ts';

/** Rest after the last key before the text is checked, in ms (chosen: below what people notice). */
const CHECK_AFTER_MS = 80;
/** Characters of the gutter: line number, blank, a word. */
const GUTTER_CHARS = 23;

export interface EditorActions {
  readonly run: () => void;
  readonly save: () => void;
  /** Breakpoints of a document were set or removed. */
  readonly pointsChanged: () => void;
}

export class StreamEditor {
  private readonly monaco: MonacoModule;
  private readonly editor: editor.IStandaloneCodeEditor;
  private readonly marks = new Map<number, LineMarks>();
  private readonly actions: EditorActions;
  private readonly emitter = new Emitter();
  private readonly stack = new DisposableStack();
  private found: readonly Problem[] = [];
  private changes = 0;
  private shown: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(monaco: MonacoModule, element: HTMLElement, actions: EditorActions) {
    this.monaco = monaco;
    this.actions = actions;
    applyTheme(monaco);
    const style = getComputedStyle(element);
    // Asked of the page: an element that the layout has not put into it yet has no font of its own.
    const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--font-mono');
    this.editor = monaco.editor.create(element, {
      model: null,
      ariaLabel: 'Command stream',
      automaticLayout: true,
      // The host page tells text fields by their element: a real text area is one.
      editContext: false,
      fixedOverflowWidgets: true,
      fontFamily,
      fontSize: Number.parseFloat(style.fontSize) || 12,
      fontLigatures: false,
      glyphMargin: true,
      lineNumbersMinChars: GUTTER_CHARS,
      minimap: { enabled: false },
      occurrencesHighlight: 'singleFile',
      renderLineHighlight: 'line',
      scrollBeyondLastLine: false,
      stickyScroll: { enabled: false },
      tabSize: 8,
      wordBasedSuggestions: 'off',
      parameterHints: { enabled: true, cycle: false },
    });
    const { KeyMod, KeyCode } = monaco;
    this.stack.use(
      this.editor.addAction({
        id: 'tyr.run',
        label: 'Run the Command Stream',
        keybindings: [KeyMod.CtrlCmd | KeyCode.Enter],
        run: actions.run,
      }),
    );
    this.stack.use(
      this.editor.addAction({
        id: 'tyr.save',
        label: 'Save Command Stream',
        keybindings: [KeyMod.CtrlCmd | KeyCode.KeyS],
        run: actions.save,
      }),
    );
    // Monaco's own key for it differs from system to system; the button names this one.
    this.stack.use(
      this.editor.addAction({
        id: 'tyr.format',
        label: 'Format the Text',
        keybindings: [KeyMod.Shift | KeyMod.Alt | KeyCode.KeyF],
        run: () => this.format(),
      }),
    );
    this.stack.use(this.editor.onMouseDown((e) => this.clicked(e)));
    this.stack.use(this.editor.onDidChangeModelContent(() => this.checkSoon()));
    this.stack.use(
      monaco.editor.registerEditorOpener({
        openCodeEditor: (_source, resource, place) => this.open(documentOf(resource), place),
      }),
    );
    const unsubscribe = useStreamDebug.subscribe((now, before) => {
      if (now.debugged !== before.debugged) this.begun();
      this.standing();
    });
    this.stack.use({ dispose: unsubscribe });
  }

  readonly subscribe = this.emitter.subscribe;
  readonly problems = (): readonly Problem[] => this.found;
  /** Grows with every change that listeners are told of. */
  readonly version = (): number => this.changes;

  /** Shows a document; its cursor and undo history are kept while it is open. */
  show(document: StreamDocument): void {
    const model = modelOf(this.monaco, document);
    if (model.getValue() !== document.text) model.setValue(document.text);
    if (!this.marks.has(document.id)) this.marks.set(document.id, new LineMarks(this.monaco, model));
    if (this.shown === document.id) return;
    this.shown = document.id;
    this.editor.setModel(model);
    this.check();
    this.standing();
  }

  /** Forgets documents that were closed. */
  keepOnly(ids: ReadonlySet<number>): void {
    keepOnly(this.monaco, ids);
    for (const id of this.marks.keys()) if (!ids.has(id)) this.marks.delete(id);
  }

  /** Breakpoints of a document, in lines of the text as it was begun when it is the one debugged. */
  pointsOf(document: number): readonly number[] {
    const marks = this.marks.get(document);
    return marks?.lines.map((line) => marks.lineThen(line)) ?? [];
  }

  /** Breakpoints of the document shown, with their states. */
  points(): readonly { readonly line: number; readonly state: PointState }[] {
    const marks = this.shownMarks;
    return marks?.lines.map((line) => ({ line, state: this.pointState(marks, line) })) ?? [];
  }

  /** Sets or removes the breakpoint of a line; without one, of the line with the cursor. */
  togglePoint(line = this.editor.getPosition()?.lineNumber ?? 1): void {
    const marks = this.shownMarks;
    if (marks === undefined) return;
    marks.toggle(line, (n) => this.pointState(marks, n));
    this.actions.pointsChanged();
    this.changed();
  }

  /** Removes all breakpoints of the document shown. */
  clearPoints(): void {
    this.shownMarks?.clear();
    this.actions.pointsChanged();
    this.changed();
  }

  /** Where a line of the text that was begun stands now. */
  lineNow(line: number): number {
    return this.shownMarks?.now(line) ?? line;
  }

  private get shownMarks(): LineMarks | undefined {
    return this.shown === undefined ? undefined : this.marks.get(this.shown);
  }

  private pointState(marks: LineMarks, line: number): PointState {
    const { debugged } = useStreamDebug.getState();
    if (debugged === undefined || debugged.document !== this.shown) return 'pending';
    return addressOf(debugged, marks.lineThen(line)) === undefined ? 'pending' : 'bound';
  }

  private clicked(e: editor.IEditorMouseEvent): void {
    const { GUTTER_GLYPH_MARGIN, GUTTER_LINE_NUMBERS } = this.monaco.editor.MouseTargetType;
    const { type, position } = e.target;
    if ((type === GUTTER_GLYPH_MARGIN || type === GUTTER_LINE_NUMBERS) && position !== null) {
      this.togglePoint(position.lineNumber);
    }
  }

  /** Another stream is debugged, or none: its lines are followed from now on, and its breakpoints are bound. */
  private begun(): void {
    const { debugged } = useStreamDebug.getState();
    for (const [document, marks] of this.marks) {
      const own = debugged?.document === document;
      marks.follow(own ? debugged.lines : []);
      if (document === this.shown) marks.redraw((line) => this.pointState(marks, line));
    }
    this.changed();
  }

  /** Marks the line the stream stands at, and shows it. */
  private standing(): void {
    const now = useStreamDebug.getState();
    const marks = this.shownMarks;
    // What a hover said of a register may be true no longer.
    this.editor.trigger('debugger', 'editor.action.hideHover', {});
    if (marks === undefined) return;
    const line = now.debugged?.document === this.shown ? lineNow(now) : undefined;
    const at = line === undefined ? undefined : marks.now(line);
    marks.stand(at, now.stop?.reason === 'fault');
    if (at !== undefined) this.editor.revealLineInCenterIfOutsideViewport(at);
  }

  /** Shows a place of another document: what "go to definition" found there. */
  private open(document: number | undefined, place: IRange | IPosition | undefined): boolean {
    const found = useDocuments.getState().list.find((d) => d.id === document);
    if (found === undefined) return false;
    useDocuments.setState({ active: found.id });
    this.show(found);
    const line = place === undefined ? 1 : 'lineNumber' in place ? place.lineNumber : place.startLineNumber;
    const column = place === undefined ? 1 : 'column' in place ? place.column : place.startColumn;
    this.goTo({ line, column });
    return true;
  }

  /** Puts the fix of a problem into the text, so that it can be undone. */
  fix(problem: Problem): void {
    const model = this.editor.getModel();
    const fix = model === null ? undefined : fixOf(model.getValue(), problem);
    if (model === null || fix === undefined) return;
    const edits = fix.edits.map((e) => ({
      range: new this.monaco.Range(e.line, e.column, e.line, e.endColumn),
      text: e.text,
    }));
    this.editor.pushUndoStop();
    this.editor.executeEdits('fix', edits);
    this.editor.pushUndoStop();
    this.goTo(problem);
  }

  focus(): void {
    this.editor.focus();
  }

  goTo({ line, column }: { readonly line: number; readonly column: number }): void {
    this.editor.setPosition({ lineNumber: line, column });
    this.editor.revealLineInCenterIfOutsideViewport(line);
    this.editor.focus();
  }

  format(): void {
    void this.editor.getAction('editor.action.formatDocument')?.run();
  }

  /** Takes the colours in force; `theme` is their name, for inspection. */
  restyle(theme: string, fontSize: number): void {
    applyTheme(this.monaco);
    this.editor.updateOptions({ fontSize });
    this.editor.getContainerDomNode().dataset['theme'] = theme;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stack.dispose();
    this.editor.dispose();
    keepOnly(this.monaco, new Set());
  }

  private changed(): void {
    this.changes++;
    this.emitter.emit();
  }

  private checkSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK_AFTER_MS);
  }

  private check(): void {
    const model = this.editor.getModel();
    if (model === null) return;
    const text = model.getValue();
    this.found = problemsOf(text);
    this.monaco.editor.setModelMarkers(model, 'stream', markersOf(this.monaco, this.found));
    const words = wordsByLine(assembled(text, SOURCES));
    this.editor.updateOptions({
      lineNumbers: (line) => {
        const list = words.get(line) ?? [];
        const [first] = list;
        const word = first === undefined ? '' : wordText(first);
        return `${line} ${list.length > 1 ? `${word.slice(0, 14)}+${list.length - 1}` : word}`;
      },
    });
    this.changed();
  }
}

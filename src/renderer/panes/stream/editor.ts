/** One Monaco editor over the open documents: models, words in the gutter, problems as one types. No React in here. */
import type { editor } from 'monaco-editor/editor';
import { DisposableStack } from '../../../base/disposable.ts';
import { Emitter } from '../../lib/emitter.ts';
import type { Problem } from '../../../spec/cs/problem.ts';
import { setText, type StreamDocument } from './documents.ts';
import { LANGUAGE, markersOf, problemsOf } from './language.ts';
import { applyTheme, type MonacoModule } from './monaco.ts';
import { assembled, wordsByLine, wordText } from './words.ts';

/** Rest after the last key before the text is checked, in ms (chosen: below what people notice). */
const CHECK_AFTER_MS = 80;
/** Characters of the gutter: line number, blank, a word. */
const GUTTER_CHARS = 23;

export interface EditorActions {
  readonly run: () => void;
  readonly save: () => void;
}

export class StreamEditor {
  private readonly monaco: MonacoModule;
  private readonly editor: editor.IStandaloneCodeEditor;
  private readonly models = new Map<number, editor.ITextModel>();
  private readonly emitter = new Emitter();
  private readonly stack = new DisposableStack();
  private found: readonly Problem[] = [];
  private shown: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(monaco: MonacoModule, element: HTMLElement, actions: EditorActions) {
    this.monaco = monaco;
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
  }

  readonly subscribe = this.emitter.subscribe;
  readonly problems = (): readonly Problem[] => this.found;

  /** Shows a document; its cursor and undo history are kept while it is open. */
  show(document: StreamDocument): void {
    let model = this.models.get(document.id);
    if (model === undefined) {
      const made = this.monaco.editor.createModel(document.text, LANGUAGE);
      made.onDidChangeContent(() => {
        setText(document.id, made.getValue());
        this.checkSoon();
      });
      this.models.set(document.id, made);
      model = made;
    } else if (model.getValue() !== document.text) model.setValue(document.text);
    if (this.shown === document.id) return;
    this.shown = document.id;
    this.editor.setModel(model);
    this.check();
  }

  /** Forgets documents that were closed. */
  keepOnly(ids: ReadonlySet<number>): void {
    for (const [id, model] of this.models) {
      if (ids.has(id)) continue;
      model.dispose();
      this.models.delete(id);
    }
  }

  focus(): void {
    this.editor.focus();
  }

  goTo(problem: Problem): void {
    this.editor.setPosition({ lineNumber: problem.line, column: problem.column });
    this.editor.revealLineInCenterIfOutsideViewport(problem.line);
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
    for (const model of this.models.values()) model.dispose();
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
    const words = wordsByLine(assembled(text));
    this.editor.updateOptions({
      lineNumbers: (line) => {
        const list = words.get(line) ?? [];
        const [first] = list;
        const word = first === undefined ? '' : wordText(first);
        return `${line} ${list.length > 1 ? `${word.slice(0, 14)}+${list.length - 1}` : word}`;
      },
    });
    this.emitter.emit();
  }
}

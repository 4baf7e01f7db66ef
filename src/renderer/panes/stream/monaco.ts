/**
 * Monaco, loaded when the first editor is shown, with the language of command streams. Everything it says comes from
 * spec/cs/language.ts. Styles are inline (allowed by the content security policy), its worker is a file of ours.
 */
import type * as Monaco from 'monaco-editor/editor';
import { registerLanguage } from './language.ts';

export type MonacoModule = typeof Monaco;

let loading: Promise<MonacoModule> | undefined;

export function loadMonaco(): Promise<MonacoModule> {
  loading ??= load();
  return loading;
}

async function load(): Promise<MonacoModule> {
  const [monaco, { default: EditorWorker }] = await Promise.all([
    import('monaco-editor/editor'),
    import('monaco-editor/editor/editor.worker?worker'),
    import('monaco-editor/features/register.all'),
  ]);
  Object.assign(globalThis, { MonacoEnvironment: { getWorker: () => new EditorWorker() } });
  registerLanguage(monaco);
  return monaco;
}

/** Token colours by the tokens of styles/tokens.css. */
const RULES: readonly (readonly [scope: string, token: string, bold?: boolean])[] = [
  ['mnemonic', '--accent', true],
  ['modifier', '--read'],
  ['register', '--run'],
  ['number', '--write'],
  ['label', '--irq', true],
  ['constant', '--irq'],
  ['symbol', '--irq'],
  ['string', '--write'],
  ['directive', '--clear'],
  ['comment', '--ink-3'],
  ['invalid', '--fault'],
  ['operator', '--ink-2'],
];

/** Makes Monaco look as the workspace does now. */
export function applyTheme(monaco: MonacoModule): void {
  const style = getComputedStyle(document.documentElement);
  // Monaco wants six digits; a minified style sheet says #fff.
  const value = (name: string) =>
    style
      .getPropertyValue(name)
      .trim()
      .replace(/^#(\w)(\w)(\w)$/, '#$1$1$2$2$3$3');
  const light = style.colorScheme === 'light';
  monaco.editor.defineTheme('tyr', {
    base: light ? 'vs' : 'vs-dark',
    inherit: true,
    rules: RULES.map(([token, colour, bold]) => ({
      token,
      foreground: value(colour).replace('#', ''),
      ...(bold === true ? { fontStyle: 'bold' } : {}),
    })),
    colors: {
      'editor.background': value('--surface-1'),
      'editor.foreground': value('--ink'),
      'editorGutter.background': value('--surface-2'),
      'editorLineNumber.foreground': value('--ink-3'),
      'editorLineNumber.activeForeground': value('--ink'),
      'editor.lineHighlightBackground': value('--surface-2'),
      'editor.selectionBackground': value('--select'),
      'editorCursor.foreground': value('--accent'),
      'editorWidget.background': value('--surface-2'),
      'editorWidget.border': value('--line-strong'),
      'editorError.foreground': value('--fault'),
      'editorWarning.foreground': value('--write'),
      'editorInfo.foreground': value('--accent'),
      focusBorder: value('--focus'),
    },
  });
  monaco.editor.setTheme('tyr');
}

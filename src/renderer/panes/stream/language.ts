/** The language of command streams for Monaco: every answer is asked of spec/cs/language.ts. */
import type { editor, languages, IRange } from 'monaco-editor/editor';
import { DIRECTIVE_FORMS, readDirectives } from '../../../spec/cs/directives.ts';
import * as cs from '../../../spec/cs/language.ts';
import type { Problem } from '../../../spec/cs/problem.ts';
import type { MonacoModule } from './monaco.ts';
import { ARCH } from './words.ts';

export const LANGUAGE = 'mali-cs';

export function registerLanguage(monaco: MonacoModule): void {
  const { languages: l } = monaco;
  l.register({ id: LANGUAGE, extensions: ['.cs'], aliases: ['Mali command stream'] });
  l.setLanguageConfiguration(LANGUAGE, {
    comments: { lineComment: '//' },
    brackets: [
      ['[', ']'],
      ['(', ')'],
      ['{', '}'],
    ],
    wordPattern: /\.?[A-Za-z_]\w*|#?-?0x[\da-f_]+|#?-?\d[\d_]*/i,
  });
  l.setTokensProvider(LANGUAGE, {
    getInitialState: () => STATE,
    tokenize: (line) => ({
      endState: STATE,
      tokens: cs.lineTokens(line).map((t) => ({ startIndex: t.column - 1, scopes: t.role })),
    }),
  });
  l.registerCompletionItemProvider(LANGUAGE, {
    triggerCharacters: ['.', ' ', '[', ','],
    provideCompletionItems: (model, at) => ({
      suggestions: completionsAt(monaco, model.getValue(), at.lineNumber, at.column),
    }),
  });
  l.registerSignatureHelpProvider(LANGUAGE, {
    signatureHelpTriggerCharacters: [' ', ','],
    provideSignatureHelp: (model, at) => {
      const help = cs.signatureHelp(model.getValue(), at.lineNumber, at.column, ARCH);
      if (help === undefined) return undefined;
      const signature = {
        label: help.signature,
        documentation: help.doc,
        parameters: help.operands.map((label) => ({ label })),
        activeParameter: help.active,
      };
      return { value: { signatures: [signature], activeSignature: 0, activeParameter: help.active }, dispose() {} };
    },
  });
  l.registerHoverProvider(LANGUAGE, {
    provideHover: (model, at) => {
      const found = cs.hover(model.getValue(), at.lineNumber, at.column, ARCH);
      if (found === undefined) return undefined;
      const layout = found.layout.length === 0 ? [] : [code(cs.diagram(found.layout))];
      const lines = found.lines.filter((line) => line !== '').map((value) => ({ value: plain(value) }));
      return { range: rangeOf(found.range), contents: [code(found.title), ...lines, ...layout] };
    },
  });
  l.registerDefinitionProvider(LANGUAGE, {
    provideDefinition: (model, at) => {
      const found = cs.definition(model.getValue(), at.lineNumber, at.column);
      return found === undefined ? undefined : { uri: model.uri, range: rangeOf(found) };
    },
  });
  l.registerReferenceProvider(LANGUAGE, {
    provideReferences: (model, at) =>
      cs.references(model.getValue(), at.lineNumber, at.column).map((r) => ({ uri: model.uri, range: rangeOf(r) })),
  });
  l.registerRenameProvider(LANGUAGE, {
    provideRenameEdits: (model, at, name) => {
      const result = cs.rename(model.getValue(), at.lineNumber, at.column, name);
      if ('refusal' in result) return { edits: [], rejectReason: result.refusal };
      return {
        edits: result.edits.map((e) => ({
          resource: model.uri,
          versionId: model.getVersionId(),
          textEdit: { range: rangeOf(e), text: e.text },
        })),
      };
    },
  });
  l.registerFoldingRangeProvider(LANGUAGE, {
    provideFoldingRanges: (model) =>
      cs.foldingRanges(model.getValue()).map((f) => ({
        start: f.startLine,
        end: f.endLine,
        kind: f.kind === 'comment' ? l.FoldingRangeKind.Comment : l.FoldingRangeKind.Region,
      })),
  });
  l.registerDocumentFormattingEditProvider(LANGUAGE, {
    provideDocumentFormattingEdits: (model) => [
      { range: model.getFullModelRange(), text: cs.format(model.getValue()) },
    ],
  });
}

const STATE: languages.IState = { clone: () => STATE, equals: () => true };

function rangeOf(r: cs.Range): IRange {
  return { startLineNumber: r.line, startColumn: r.column, endLineNumber: r.line, endColumn: r.endColumn };
}

function code(text: string): { value: string } {
  return { value: `\`\`\`\n${text}\n\`\`\`` };
}

/** Text that means nothing in Markdown. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-!<>|]/g, '\\$&');
}

function completionsAt(monaco: MonacoModule, text: string, line: number, column: number): languages.CompletionItem[] {
  const { CompletionItemKind: kind } = monaco.languages;
  const before = (text.split('\n')[line - 1] ?? '').slice(0, column - 1);
  const verb = /^\s*\/\/!\s*(\w*)$/.exec(before)?.[1];
  if (verb !== undefined) {
    const range = rangeOf({ line, column: column - verb.length, endColumn: column });
    return Object.entries(DIRECTIVE_FORMS).map(([label, detail]) => ({
      label,
      detail,
      kind: kind.Keyword,
      insertText: `${label} `,
      range,
    }));
  }
  const kinds: Readonly<Record<cs.Completion['kind'], languages.CompletionItemKind>> = {
    instruction: kind.Function,
    modifier: kind.EnumMember,
    directive: kind.Keyword,
    register: kind.Variable,
    label: kind.Reference,
    constant: kind.Constant,
  };
  return cs.completions(text, line, column, ARCH).map((c, i) => ({
    label: c.text,
    detail: c.detail,
    documentation: c.doc,
    kind: kinds[c.kind],
    insertText: c.text,
    filterText: c.text,
    sortText: String(i).padStart(5, '0'),
    range: rangeOf({ line, column: c.column, endColumn: column }),
  }));
}

/** Everything wrong with a text: what does not assemble, lint, directives. */
export function problemsOf(text: string): readonly Problem[] {
  return [...cs.diagnostics(text, ARCH), ...readDirectives(text).problems].toSorted(
    (a, b) => a.line - b.line || a.column - b.column,
  );
}

export function markersOf(monaco: MonacoModule, problems: readonly Problem[]): editor.IMarkerData[] {
  const { MarkerSeverity: severity } = monaco;
  const severities = { error: severity.Error, warning: severity.Warning, info: severity.Info };
  return problems.map((p) => ({
    ...rangeOf(p),
    severity: severities[p.severity],
    message: p.remedy === '' ? p.rule : `${p.rule}\n${p.remedy}`,
    source: 'stream',
  }));
}

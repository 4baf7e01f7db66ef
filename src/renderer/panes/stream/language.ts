/** The language of command streams for Monaco: every answer is asked of spec/cs/language.ts. */
import type { editor, languages, IRange } from 'monaco-editor/editor';
import { DIRECTIVE_FORMS, readDirectives } from '../../../spec/cs/directives.ts';
import * as cs from '../../../spec/cs/language.ts';
import type { Problem } from '../../../spec/cs/problem.ts';
import { liveWords } from './live-words.ts';
import { documentOf, LANGUAGE, modelOf } from './models.ts';
import type { MonacoModule } from './monaco.ts';
import { documentNamed, SOURCES } from './sources.ts';
import { ARCH } from './words.ts';

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
    triggerCharacters: ['.', ' ', '[', ',', '"'],
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
      const found = cs.hover(model.getValue(), at.lineNumber, at.column, ARCH, SOURCES);
      if (found === undefined) return undefined;
      const live = liveWords(documentOf(model.uri), found.title).map(code);
      const layout = found.layout.length === 0 ? [] : [code(cs.diagram(found.layout))];
      const lines = found.lines.filter((line) => line !== '').map((value) => ({ value: plain(value) }));
      return { range: rangeOf(found.range), contents: [...live, code(found.title), ...lines, ...layout] };
    },
  });
  l.registerDefinitionProvider(LANGUAGE, {
    provideDefinition: (model, at) => {
      const included = { arch: ARCH, sources: SOURCES };
      const found = cs.definition(model.getValue(), at.lineNumber, at.column, included);
      if (found?.file === undefined) return found && { uri: model.uri, range: rangeOf(found) };
      const other = documentNamed(found.file);
      return other && { uri: modelOf(monaco, other).uri, range: rangeOf(found) };
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
  l.registerCodeActionProvider(LANGUAGE, {
    provideCodeActions: (model, range) => ({ actions: fixesIn(model, range), dispose() {} }),
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

/** Fixes of the problems that a range touches. */
function fixesIn(model: editor.ITextModel, range: IRange): languages.CodeAction[] {
  const text = model.getValue();
  return problemsOf(text)
    .filter((p) => p.line >= range.startLineNumber && p.line <= range.endLineNumber)
    .flatMap((p) => {
      const fix = cs.fixOf(text, p);
      if (fix === undefined) return [];
      const edits = fix.edits.map((e) => ({
        resource: model.uri,
        versionId: model.getVersionId(),
        textEdit: { range: rangeOf(e), text: e.text },
      }));
      return [{ title: fix.title, kind: 'quickfix', isPreferred: true, edit: { edits } }];
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
    file: kind.File,
  };
  return cs.completions(text, line, column, ARCH, SOURCES).map((c, i) => ({
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
  return [...cs.diagnostics(text, ARCH, SOURCES), ...readDirectives(text).problems].toSorted(
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

/** Monaco's models of the open texts: one a text, named by its id, so that a model leads back to it. */
import type { editor, Uri } from 'monaco-editor/editor';
import { setText, type StreamDocument } from './documents.ts';
import type { MonacoModule } from './monaco.ts';

/** Id of the language. */
export const LANGUAGE = 'mali-cs';
const SCHEME = 'stream';

function uriOf(monaco: MonacoModule, id: number): Uri {
  return monaco.Uri.from({ scheme: SCHEME, path: `/${id}` });
}

/** The text a model belongs to; undefined for other models. */
export function documentOf({ scheme, path }: Uri): number | undefined {
  const id = scheme === SCHEME ? Number(path.slice(1)) : Number.NaN;
  return Number.isInteger(id) ? id : undefined;
}

export function modelOf(monaco: MonacoModule, { id, text }: StreamDocument): editor.ITextModel {
  const uri = uriOf(monaco, id);
  const old = monaco.editor.getModel(uri);
  if (old !== null) return old;
  const made = monaco.editor.createModel(text, LANGUAGE, uri);
  made.onDidChangeContent(() => setText(id, made.getValue()));
  return made;
}

/** Forgets the models of texts that are open no more. */
export function keepOnly(monaco: MonacoModule, ids: ReadonlySet<number>): void {
  for (const model of monaco.editor.getModels()) {
    const id = documentOf(model.uri);
    if (id !== undefined && !ids.has(id)) model.dispose();
  }
}

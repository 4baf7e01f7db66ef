/** What a stream may `.include` in the workspace: the open texts, then the examples, by name. */
import { create } from 'zustand';
import type { Sources } from '../../../spec/cs/include.ts';
import type { Workspace } from '../../workspace.ts';
import { addDocument, useDocuments, type StreamDocument } from './documents.ts';

/** Texts of the examples, by name; empty until the host has told them. */
const useExamples = create<{ readonly texts: ReadonlyMap<string, string> }>()(() => ({ texts: new Map() }));

/** Asks the host for the examples once; failing is no harm, there are none to include then. */
export async function loadExamples({ client }: Workspace): Promise<void> {
  if (useExamples.getState().texts.size > 0) return;
  const list = await client.call('example.list', {});
  const streams = list.filter((e) => e.kind === 'stream');
  const texts = await Promise.all(
    streams.map(async (e) => [e.name, await client.call('example.read', { name: e.name })] as const),
  );
  useExamples.setState({ texts: new Map(texts) });
}

export const SOURCES: Sources = {
  get names() {
    return [...new Set([...useDocuments.getState().list.map((d) => d.name), ...useExamples.getState().texts.keys()])];
  },
  read: (name) => openNamed(name)?.text ?? useExamples.getState().texts.get(name),
};

function openNamed(name: string): StreamDocument | undefined {
  return useDocuments.getState().list.find((d) => d.name === name);
}

/** The open text of a name; an example is opened for it, behind the active one. */
export function documentNamed(name: string): StreamDocument | undefined {
  const open = openNamed(name);
  const text = useExamples.getState().texts.get(name);
  if (open !== undefined || text === undefined) return open;
  const { active } = useDocuments.getState();
  addDocument(name, text);
  useDocuments.setState({ active });
  return openNamed(name);
}

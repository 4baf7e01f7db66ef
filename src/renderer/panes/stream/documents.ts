/**
 * The texts open in the editor. They are the person's, not the engine's: drafts are kept in the browser's storage so
 * that reloading the page loses nothing; files are opened and saved on purpose.
 */
import { z } from 'zod';
import { create } from 'zustand';
import { keepFile, pickFile } from '../../lib/files.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { textOfBytes } from './words.ts';

const documentSchema = z.object({ id: z.number(), name: z.string(), text: z.string() });
export type StreamDocument = Readonly<z.infer<typeof documentSchema>>;

interface Documents {
  readonly list: readonly StreamDocument[];
  readonly active: number;
}

const KEY = 'tyr.streams.1';
/** Longest text kept as a draft, in characters (chosen: storage holds some megabytes). */
const MAX_DRAFT = 400_000;
const stored = z.object({ list: z.array(documentSchema).min(1), active: z.number() });

const FRESH = `// What the stream needs stands in lines with //!: map, set32, dump, expect.
//! map 0x7f0000000000:0x1000
//! dump 0x7f0000000000:0x10

        SET_SB_ENTRY    #2, #0
        MOVE48          d64, #0x7f0000000000
        MOVE32          r66, #0x2a
        STORE_MULTIPLE  [d64], r66
        WAIT            #0x1
`;

function load(): Documents {
  try {
    const parsed = stored.safeParse(JSON.parse(localStorage.getItem(KEY) ?? ''));
    if (parsed.success) return parsed.data;
  } catch {
    // No drafts, or no storage: begin anew.
  }
  return { list: [{ id: 1, name: 'stream-1.cs', text: FRESH }], active: 1 };
}

export const useDocuments = create<Documents>()(() => load());

useDocuments.subscribe((state) => {
  try {
    if (state.list.reduce((sum, d) => sum + d.text.length, 0) <= MAX_DRAFT) {
      localStorage.setItem(KEY, JSON.stringify(state));
    }
  } catch {
    // Storage is full or refused: the drafts last as long as the page.
  }
});

export function activeDocument(state: Documents = useDocuments.getState()): StreamDocument | undefined {
  return state.list.find((d) => d.id === state.active) ?? state.list[0];
}

/** Opens a text under a name; one with the same name and text is shown instead of opened twice. */
export function addDocument(name: string, text: string): void {
  const { list } = useDocuments.getState();
  const same = list.find((d) => d.name === name && d.text === text);
  const id = same?.id ?? Math.max(0, ...list.map((d) => d.id)) + 1;
  useDocuments.setState({ list: same === undefined ? [...list, { id, name, text }] : list, active: id });
}

export function newDocument(): void {
  const { list } = useDocuments.getState();
  let n = list.length + 1;
  while (list.some((d) => d.name === `stream-${n}.cs`)) n++;
  addDocument(`stream-${n}.cs`, FRESH);
}

export function closeDocument(id: number): void {
  const { list, active } = useDocuments.getState();
  const rest = list.filter((d) => d.id !== id);
  if (rest.length === 0) rest.push({ id: id + 1, name: 'stream-1.cs', text: FRESH });
  const next = rest.some((d) => d.id === active) ? active : (rest.at(-1)?.id ?? 1);
  useDocuments.setState({ list: rest, active: next });
}

export function setText(id: number, text: string): void {
  const { list } = useDocuments.getState();
  if (list.find((d) => d.id === id)?.text === text) return;
  useDocuments.setState({ list: list.map((d) => (d.id === id ? { ...d, text } : d)) });
}

export async function openExample(w: Workspace, name: string): Promise<void> {
  const text = await w.act(w.client.call('example.read', { name }));
  if (text !== undefined) addDocument(name, text);
}

/** Opens a text, or the words of a binary file as text. */
export async function openFile(): Promise<void> {
  const file = await pickFile('.cs,.txt,.bin,text/plain,application/octet-stream');
  if (file === undefined) return;
  const binary = file.bytes.some((b) => b === 0);
  const text = binary ? textOfBytes(file.bytes) : new TextDecoder().decode(file.bytes);
  if (text === undefined) {
    const size = `${file.bytes.length} bytes`;
    useUi.getState().say('error', `${file.name} has ${size}: a stream is made of whole 64-bit words.`);
    return;
  }
  addDocument(file.name.replace(/\.bin$/i, '.cs'), text);
}

export async function saveActive(w: Workspace): Promise<void> {
  const document = activeDocument();
  if (document === undefined) return;
  await saveBytes(w, document.name, new TextEncoder().encode(document.text));
}

export async function saveBytes(w: Workspace, name: string, bytes: Uint8Array): Promise<void> {
  const saved = await w.act(w.client.call('file.save', { name, bytes }));
  const words = saved === undefined ? undefined : keepFile(saved);
  if (words !== undefined) useUi.getState().say('info', words);
}

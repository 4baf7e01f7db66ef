/** The files of captures a person chose or dropped: a folder, some files, or an archive; grouped by their folder. */
import { MAX_CAPTURE_BYTES, MAX_CAPTURE_FILES } from '../../../protocol/capture.ts';
import { sizeText } from '../../lib/format.ts';

/** A file and its path inside of what was chosen. */
export interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

/** The files of one capture. */
export interface Candidate {
  readonly name: string;
  readonly files: readonly ChosenFile[];
}

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/;
const RUN = 'run.json';

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Captures among files: every folder with a run.json, every archive; by name. */
export function captureCandidates(files: readonly ChosenFile[]): Candidate[] {
  const found: Candidate[] = [];
  for (const { path, file } of files) {
    if (ARCHIVE.test(path)) found.push({ name: baseOf(path).replace(ARCHIVE, ''), files: [{ path, file }] });
    if (baseOf(path) !== RUN) continue;
    const folder = folderOf(path);
    const own = files.filter((f) => folderOf(f.path) === folder && !ARCHIVE.test(f.path));
    found.push({ name: baseOf(folder) === '' ? 'capture' : baseOf(folder), files: own });
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Reads them; throws in words when they are too many or too large. */
export async function readCandidate({ files }: Candidate): Promise<{ name: string; bytes: Uint8Array }[]> {
  const total = files.reduce((n, f) => n + f.file.size, 0);
  if (files.length > MAX_CAPTURE_FILES) throw new Error(`A capture has at most ${MAX_CAPTURE_FILES} files.`);
  if (total > MAX_CAPTURE_BYTES) throw new Error(`A window takes captures up to ${sizeText(MAX_CAPTURE_BYTES)}.`);
  return Promise.all(
    files.map(async ({ path, file }) => ({ name: path, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
}

/** Asks for a folder or (`files`) for files; undefined when the person gave up. */
export function pickCapture(what: 'folder' | 'files'): Promise<ChosenFile[] | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    if (what === 'folder') input.webkitdirectory = true;
    input.hidden = true;
    input.setAttribute('aria-label', what === 'folder' ? 'Capture folder' : 'Capture files');
    document.body.append(input);
    input.addEventListener('change', () => {
      const chosen = [...(input.files ?? [])];
      input.remove();
      resolve(chosen.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    });
    input.addEventListener('cancel', () => {
      input.remove();
      resolve(undefined);
    });
    input.click();
  });
}

/** What was dropped: files, and the files of folders, as deep as they go. */
export async function droppedFiles(data: DataTransfer): Promise<ChosenFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...data.files].map((file) => ({ path: file.name, file }));
  const out: ChosenFile[] = [];
  for (const entry of entries) await walk(entry, '', out);
  return out;
}

async function walk(entry: FileSystemEntry, folder: string, out: ChosenFile[]): Promise<void> {
  if (out.length > MAX_CAPTURE_FILES * 8) return;
  const path = `${folder}${entry.name}`;
  if (entry instanceof FileSystemFileEntry) {
    out.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return;
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, `${path}/`, out);
  }
}

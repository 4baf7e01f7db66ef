/** Files: choosing one, and offering what the host or the page made. */
import type { Result } from '../../protocol/messages.ts';

/** A file a person chose or dropped. */
export interface LocalFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export async function readFile(file: File): Promise<LocalFile> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** Asks for a file; undefined when the person gave up. */
export function pickFile(accept: string): Promise<LocalFile | undefined> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.hidden = true;
    input.setAttribute('aria-label', 'File');
    document.body.append(input);
    const end = (file: File | undefined) => {
      input.remove();
      if (file === undefined) resolve(undefined);
      else readFile(file).then(resolve, reject);
    };
    input.addEventListener('change', () => end(input.files?.[0]));
    input.addEventListener('cancel', () => end(undefined));
    input.click();
  });
}

/** Starts the download a host offers; gives words about what became of the file. */
export function keepFile(saved: Result<'file.save'>): string | undefined {
  switch (saved.kind) {
    case 'saved':
      return `Saved ${saved.name}.`;
    case 'download': {
      const link = document.createElement('a');
      link.href = saved.url;
      link.download = saved.name;
      link.click();
      return `Downloading ${saved.name}.`;
    }
    case 'cancelled':
      return undefined;
  }
}

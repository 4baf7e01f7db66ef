/**
 * Reads tar archives (POSIX ustar, and the long names of GNU tar): the plain files in them. Everything else, such as
 * folders and links, is passed over.
 */
import { BadInput } from '../base/errors.ts';

const BLOCK = 512;
const NAME = { at: 0, length: 100 } as const;
const SIZE = { at: 124, length: 12 } as const;
const CHECKSUM = { at: 148, length: 8 } as const;
const TYPE = 156;
const PREFIX = { at: 345, length: 155 } as const;
const SPACE = 0x20;
/** Types of entries: plain files (two spellings), and a long name for the next entry. */
const PLAIN = new Set(['0', '\0']);
const LONG_NAME = 'L';

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The files of an archive in their order; BadInput with the offset where it breaks off or is no archive. */
export function readTar(archive: Uint8Array, file: string): TarFile[] {
  const files: TarFile[] = [];
  let longName: string | undefined;
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((b) => b === 0)) break;
    const field = ({ at: from, length }: { at: number; length: number }): Uint8Array =>
      header.subarray(from, from + length);
    const octal = (what: { at: number; length: number }): number => Number.parseInt(text(field(what)).trim() || '0', 8);
    let sum = 0;
    header.forEach((b, i) => {
      const own = i >= CHECKSUM.at && i < CHECKSUM.at + CHECKSUM.length;
      sum += own ? SPACE : b;
    });
    const size = octal(SIZE);
    if (octal(CHECKSUM) !== sum || !Number.isSafeInteger(size)) {
      throw new BadInput({
        file,
        offset: at,
        rule: 'is no header of a tar archive',
        remedy: 'Choose a .tar or .tar.gz file.',
      });
    }
    const from = at + BLOCK;
    if (from + size > archive.length) {
      throw new BadInput({
        file,
        offset: at,
        rule: 'ends in the middle of a file',
        remedy: 'The archive is not whole.',
      });
    }
    const bytes = archive.slice(from, from + size);
    const type = String.fromCharCode(header[TYPE] ?? 0);
    const prefix = text(field(PREFIX));
    const name = longName ?? (prefix === '' ? text(field(NAME)) : `${prefix}/${text(field(NAME))}`);
    longName = type === LONG_NAME ? text(bytes) : undefined;
    if (PLAIN.has(type)) files.push({ name, bytes });
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

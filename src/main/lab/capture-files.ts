/** Reads the folder of a capture: the files of `formats/capture`, their images unpacked. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BadInput } from '../../base/errors.ts';
import {
  parseIoctls,
  parseMemory,
  parseRun,
  type CaptureEntry,
  type CaptureMap,
  type CaptureRun,
} from '../../formats/capture.ts';

/** Largest unpacked image (chosen): recorders write a few hundred KiB. */
const MAX_UNPACKED = 1 << 28;

/** All GPU memory at one submission, before it executed. */
export interface MemoryImage {
  readonly submit: number;
  readonly maps: readonly CaptureMap[];
  readonly bytes: Uint8Array;
}

export interface Capture {
  readonly directory: string;
  readonly run: CaptureRun;
  readonly entries: readonly CaptureEntry[];
  /** In order of submission. */
  readonly images: readonly MemoryImage[];
  /** Undefined when there is nothing to compare with. */
  readonly expected: Uint8Array | undefined;
}

/** The files of a capture by name, wherever they are. */
export interface CaptureSource {
  /** What it is called in messages: a folder's path. */
  readonly name: string;
  readonly files: readonly string[];
  read(file: string): Uint8Array;
}

function readAt(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({ file, rule: `cannot be read: ${reason}`, remedy: 'A capture is a folder with this file.' });
  }
}

function unpack(packed: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({ file, rule: `cannot be unpacked: ${reason}`, remedy: 'It must be a gzip file.' });
  }
}

const IMAGE = /^mem_submit(\d{1,9})\.json$/;

/** Reads a capture from its folder; BadInput names the file and the rule it breaks. */
export function readCapture(directory: string): Capture {
  const files = (): string[] => {
    readAt(path.join(directory, 'run.json'));
    return readdirSync(directory);
  };
  return parseCapture({ name: directory, files: files(), read: (name) => readAt(path.join(directory, name)) });
}

/** As `readCapture`, from files that may lie anywhere. */
export function parseCapture(source: CaptureSource): Capture {
  const at = (name: string): string => path.join(source.name, name);
  const text = (name: string): string => new TextDecoder().decode(source.read(name));
  const unpacked = (name: string): Uint8Array => unpack(source.read(name), at(name));
  const run = parseRun(text('run.json'), at('run.json'));
  const entries = parseIoctls(text('ioctls.jsonl'), at('ioctls.jsonl'));
  const names = source.files;
  const images = names
    .flatMap((name) => {
      const match = IMAGE.exec(name);
      return match === null ? [] : [{ name, submit: Number(match[1]) }];
    })
    .toSorted((a, b) => a.submit - b.submit)
    .map(({ name, submit }) => {
      const bytes = unpacked(name.replace(/json$/, 'bin.gz'));
      return { submit, bytes, maps: parseMemory(text(name), bytes.length, at(name)) };
    });
  const expected = names.includes('expected.bin.gz') ? unpacked('expected.bin.gz') : undefined;
  if (expected === undefined && run.compare.mode !== 'none') {
    throw new BadInput({
      file: at('expected.bin.gz'),
      rule: `is missing, and compare.mode is "${run.compare.mode}"`,
      remedy: 'Add the expected buffers, or set the mode to "none".',
    });
  }
  for (const b of run.buffers) {
    if (run.compare.mode === 'none' || expected === undefined) break;
    if (b.expectedOffset + b.size <= expected.length) continue;
    throw new BadInput({
      file: at('expected.bin.gz'),
      offset: expected.length,
      rule: `ends before the last byte of buffer ${b.name}`,
      remedy: 'It holds all buffers of run.json.',
    });
  }
  return { directory: source.name, run, entries, images, expected };
}

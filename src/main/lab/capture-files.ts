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

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({ file, rule: `cannot be read: ${reason}`, remedy: 'A capture is a folder with this file.' });
  }
}

function unpack(file: string): Uint8Array {
  try {
    return gunzipSync(read(file), { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    if (error instanceof BadInput) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({ file, rule: `cannot be unpacked: ${reason}`, remedy: 'It must be a gzip file.' });
  }
}

const text = (file: string): string => new TextDecoder().decode(read(file));

const IMAGE = /^mem_submit(\d{1,9})\.json$/;

/** Reads a capture; BadInput names the file and the rule it breaks. */
export function readCapture(directory: string): Capture {
  const at = (name: string): string => path.join(directory, name);
  const run = parseRun(text(at('run.json')), at('run.json'));
  const entries = parseIoctls(text(at('ioctls.jsonl')), at('ioctls.jsonl'));
  const names = readdirSync(directory);
  const images = names
    .flatMap((name) => {
      const match = IMAGE.exec(name);
      return match === null ? [] : [{ name, submit: Number(match[1]) }];
    })
    .toSorted((a, b) => a.submit - b.submit)
    .map(({ name, submit }) => {
      const bytes = unpack(at(name.replace(/json$/, 'bin.gz')));
      return { submit, bytes, maps: parseMemory(text(at(name)), bytes.length, at(name)) };
    });
  const expected = names.includes('expected.bin.gz') ? unpack(at('expected.bin.gz')) : undefined;
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
  return { directory, run, entries, images, expected };
}

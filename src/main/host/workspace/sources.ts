/**
 * Source files that a symbol file names, from under the folder a person chose and from nowhere else. The name comes
 * from outside (a symbol file may say anything): it must have the ending of a source file, its last parts are looked
 * for below the folder, and what is found must really lie there, links followed.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';

/** Endings of files that are shown (chosen: what compilers for Arm cores read). */
const ENDINGS = /\.(c|h|s|S|asm|inc|cc|cpp|cxx|hh|hpp|hxx|rs|zig|d)$/;
/** Largest source file shown, in bytes, and parts of a name (chosen). */
const MOST_BYTES = 4 << 20;
const MOST_PARTS = 64;

export interface SourceName {
  readonly name: string;
  readonly directory: string;
}

export interface SourceText {
  readonly text: string;
  /** Where it was found, from the folder on. */
  readonly shown: string;
}

export class SourceFolder {
  readonly root: string;

  /** UsageError when there is no such folder. */
  constructor(folder: string) {
    let root: string | undefined;
    try {
      root = realpathSync(folder);
    } catch {
      root = undefined;
    }
    if (root === undefined || !statSync(root).isDirectory()) throw new UsageError(`there is no folder "${folder}"`);
    this.root = root;
  }

  /** The name of the folder, without where it lies. */
  get name(): string {
    return path.basename(this.root);
  }

  /** The text of a file; undefined when it is not below the folder. UsageError for names that no source file has. */
  read(source: SourceName): SourceText | undefined {
    const parts = partsOf(source);
    for (let from = 0; from < parts.length; from++) {
      const found = this.inside(path.join(this.root, ...parts.slice(from)));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private inside(candidate: string): SourceText | undefined {
    let real: string;
    try {
      real = realpathSync(candidate);
    } catch {
      return undefined;
    }
    const relative = path.relative(this.root, real);
    if (relative.startsWith('..') || path.isAbsolute(relative) || !ENDINGS.test(real)) return undefined;
    const stat = statSync(real);
    if (!stat.isFile()) return undefined;
    if (stat.size > MOST_BYTES) throw new UsageError(`${relative} has more than ${MOST_BYTES >> 20} MiB`);
    return { text: readFileSync(real, 'utf8'), shown: relative.split(path.sep).join('/') };
  }
}

/** The parts of a name, from the root down. */
function partsOf({ name, directory }: SourceName): string[] {
  const whole = `${directory}/${name}`.replaceAll('\\', '/');
  if (whole.includes('\0')) throw new UsageError('the name of the source file holds a NUL');
  const parts = whole.split('/').filter((p) => p !== '' && p !== '.' && !/^[A-Za-z]:$/.test(p));
  if (parts.includes('..') || parts.length > MOST_PARTS || !ENDINGS.test(name)) {
    throw new UsageError(`"${name.slice(0, 80)}" is not a name that a source file below a folder has`);
  }
  return parts;
}

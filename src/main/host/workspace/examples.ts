/** The examples that ship with the program; a page names one of the list, never a path. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import type { Result } from '../../../protocol/messages.ts';

type Example = Result<'example.list'>[number];

const KINDS: Readonly<Record<string, Example['kind']>> = { '.cs': 'stream', '.ts': 'scenario' };

export class Examples {
  private readonly folder: string;

  constructor(resources: string) {
    this.folder = path.join(resources, 'examples');
  }

  list(): Example[] {
    return readdirSync(this.folder)
      .filter((name) => Object.hasOwn(KINDS, path.extname(name)))
      .sort()
      .map((name) => ({ name, kind: KINDS[path.extname(name)]!, title: titleOf(this.text(name), name) }));
  }

  read(name: string): string {
    if (!this.list().some((e) => e.name === name)) throw new UsageError(`there is no example "${name}"`);
    return this.text(name);
  }

  private text(name: string): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }
}

/** The first line of comment that says something. */
function titleOf(text: string, name: string): string {
  for (const line of text.split('\n')) {
    const words = line
      .replace(/^\s*(\/\*\*?|\*\/?|\/\/(?!!)|#)\s*/, '')
      .replace(/\*\/\s*$/, '')
      .trim();
    if (words !== '' && !words.startsWith('//!')) return words;
  }
  return name;
}

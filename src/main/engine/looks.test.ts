/** What the window asks again after every `changed` must not be followed by one: it would ask for ever. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { engineRequests, type EngineRequestName } from '../../protocol/messages.ts';
import { isLook } from './service.ts';

const RENDERER = path.join(import.meta.dirname, '../../renderer');

describe('requests that only look', () => {
  it('are all that panes ask again and again', () => {
    const asked = new Set<string>();
    for (const e of readdirSync(RENDERER, { withFileTypes: true, recursive: true })) {
      if (!e.isFile() || !/\.tsx?$/.test(e.name)) continue;
      const text = readFileSync(path.join(e.parentPath, e.name), 'utf8');
      for (const [, name = ''] of text.matchAll(/\b(?:usePoll|useAsk)\(\s*'([\w.-]+)'/g)) asked.add(name);
    }
    expect(asked.size).toBeGreaterThan(20);
    const engines = [...asked].filter((n): n is EngineRequestName => Object.hasOwn(engineRequests, n));
    expect(engines.filter((name) => !isLook(name))).toEqual([]);
  });
});

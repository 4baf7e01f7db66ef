/**
 * A workspace among windows that behave badly, in process: leaving or losing the engine in the middle of a request,
 * not reading, and asking for all the protocol has with values of the right shape and no sense.
 */
import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TyrError } from '../../../base/errors.ts';
import { HOST_ONLY, requests, type RequestName } from '../../../protocol/messages.ts';
import { killEngine, openWindow, testWorkspace, told, type Window } from './testing/windows.ts';
import type { Workspace } from './workspace.ts';

/** Other work may share the machine; these bound a hang. */
const PATIENT = { timeout: 120_000 };
const WHOLE = { timeout: 300_000 };

let dir = '';
let workspace: Workspace;
const home = process.env['XDG_DATA_HOME'];
const open = (): Promise<Window> => openWindow(workspace, () => {});

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-hostile-'));
  process.env['XDG_DATA_HOME'] = dir;
  workspace = testWorkspace(() => {});
});
afterEach(async () => {
  await workspace.close();
  if (home === undefined) delete process.env['XDG_DATA_HOME'];
  else process.env['XDG_DATA_HOME'] = home;
  rmSync(dir, { recursive: true, force: true });
});

describe('a window that leaves in the middle of a request', WHOLE, () => {
  it('does not take the bench with it: another sees it made and booted', async () => {
    const [a, b] = [await open(), await open()];
    void a.client.call('bench.new', { name: 'left' });
    a.close();
    await expect.poll(() => told(b, 'bench'), PATIENT).toEqual([{ session: 'left' }]);
    const c = await open();
    void c.client.call('bench.boot', {});
    c.close();
    await expect.poll(async () => (await b.client.call('bench.status', {})).booted, PATIENT).toBe(true);
  });
});

describe('an engine that ends in the middle of requests', WHOLE, () => {
  it('has each of them answered, in every window, and another bench made after', async () => {
    const [a, b] = [await open(), await open()];
    await a.client.call('bench.new', { name: 'short' });
    const asked = [
      a.client.call('bench.boot', {}),
      b.client.call('register.peek', { names: ['GPU_ID'] }),
      b.client.call('bench.stateHash', {}),
    ];
    const answers = Promise.allSettled(asked);
    await killEngine(workspace);
    expect((await answers).map((r) => (r.status === 'rejected' ? String(r.reason) : 'answered'))).toEqual(
      asked.map(() => expect.stringMatching(/the engine is gone/)),
    );
    for (const w of [a, b]) {
      await expect.poll(() => JSON.stringify(told(w, 'bench')), PATIENT).toMatch(/the engine is gone/);
    }
    await b.client.call('bench.new', { name: 'next' });
    expect((await a.client.call('bench.boot', {})).ok).toBe(true);
  });
});

describe('a window that does not keep up', WHOLE, () => {
  it('is told the newest of what it missed, and everything that has to be known', async () => {
    const [a, b] = [await open(), await open()];
    await a.client.call('bench.new', {});
    await a.client.call('bench.boot', {});
    await expect.poll(() => told(b, 'changed').length, PATIENT).toBeGreaterThan(0);
    b.slow = true;
    b.heard.length = 0;
    for (let i = 0; i < 5; i++) {
      await a.client.call('register.poke', { name: 'GPU_INT_MASK', value: i });
      const { accesses } = await a.client.call('bench.status', {});
      await expect.poll(() => told(a, 'changed').at(-1), PATIENT).toMatchObject({ accesses });
    }
    await a.client.call('bench.new', { bare: true, name: 'other' });
    await expect.poll(() => told(b, 'bench'), PATIENT).toEqual([{ session: 'other' }]);
    expect(told(b, 'changed')).toEqual([]);
    b.slow = false;
    b.drained();
    await expect.poll(() => told(b, 'changed').length, PATIENT).toBe(1);
  });
});

/** Schemas as fast-check reads them. */
interface Schema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
}

/** Names that mean something somewhere, so that values get past the first look. */
const NAMES = ['', 'live', 'GPU_ID', 'GPU_CMD', 'CSF_DOORBELL_0', 'r66', 'sp', '[shared]', '../x', '*', "'", '0', '\0'];
const NUMBERS = [0, 1, 2, 4, 0xfff, 0x1000, 0x0400_0000, 0x8000_0000, 0xffff_ffff, 2 ** 32, Number.MAX_SAFE_INTEGER];

/** Values of a schema, its edges first. */
function valuesOf(s: Schema): fc.Arbitrary<unknown> {
  if (s.const !== undefined) return fc.constant(s.const);
  if (s.enum !== undefined) return fc.constantFrom(...s.enum);
  const choices = s.anyOf ?? s.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(valuesOf));
  switch (s.type) {
    case 'string':
      return fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 300 }));
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number': {
      const min = Math.max(s.minimum ?? 0, -0x1000);
      const max = Math.min(s.maximum ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      return fc.constantFrom(...[min, max, ...NUMBERS].filter((n) => n >= min && n <= max));
    }
    case 'array':
      return fc.array(valuesOf(s.items ?? {}), { maxLength: 3 });
    case 'object': {
      if (s.properties === undefined) {
        return fc.dictionary(fc.constantFrom(...NAMES), valuesOf(s.additionalProperties ?? {}), { maxKeys: 2 });
      }
      const fields: Record<string, fc.Arbitrary<unknown>> = {};
      for (const [key, value] of Object.entries(s.properties)) fields[key] = valuesOf(value);
      return fc.record(fields, { requiredKeys: [...(s.required ?? [])] });
    }
  }
  // Bytes are no part of JSON's schemas.
  return fc.uint8Array({ maxLength: 64 });
}

/** What a bug of ours ends with, and a request that was lost with its engine. */
const BUG = 4;

/** What may work for hours on purpose, or is tested elsewhere because it ends what this test works on. */
const LONG = /^(time|run|debug|streamdebug|shaderdebug|stream|input|history)\.|^bench\./;
const TRIES = 3;

describe('requests of the right shape', WHOLE, () => {
  it('are answered or refused in words, never by an error nobody thought of', async () => {
    const w = await open();
    await w.client.call('bench.new', { name: 'fuzzed' });
    await w.client.call('bench.boot', {});
    const bugs: string[] = [];
    const names = (Object.keys(requests) as RequestName[]).filter((n) => !HOST_ONLY.has(n) && !LONG.test(n));
    for (const name of names) {
      const schema = z.toJSONSchema(requests[name].params, { unrepresentable: 'any', io: 'input' }) as Schema;
      for (const params of fc.sample(valuesOf(schema), { seed: 20_261_122, numRuns: TRIES })) {
        const error: unknown = await workspace.handle(name, params).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined && !(error instanceof TyrError && error.exitCode !== BUG))
          bugs.push(`${name} ${JSON.stringify(params)}: ${String(error)}`);
      }
    }
    expect(bugs).toEqual([]);
    expect((await w.client.call('bench.status', {})).powered).toBe(true);
  });
});

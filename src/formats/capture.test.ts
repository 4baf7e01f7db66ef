import { anything, array, assert, constantFrom, jsonValue, property, string } from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../base/errors.ts';
import { parseIoctls, parseMemory, parseRun } from './capture.ts';

const FIXTURES = new URL('../main/lab/fixtures/captures/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8');
const names = readdirSync(FIXTURES).filter((n) => n !== 'shaders');

/** What a reader says of a bad text, or undefined. */
function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof BadInput) return error.message;
    throw error;
  }
}

describe('captures', () => {
  it.each(names)('%s is read', (name) => {
    const run = parseRun(text(`${name}/run.json`));
    expect(run.buffers).toHaveLength(5);
    const entries = parseIoctls(text(`${name}/ioctls.jsonl`));
    // PanVK submits three start-up streams before the program's, the GL driver one or two.
    const submits = entries.filter((e) => e.call.kind === 'groupSubmit');
    expect(submits.length).toBeGreaterThanOrEqual(name.startsWith('gl_') ? 2 : 4);
    for (const { call } of entries) if (call.kind === 'other') expect(call.name).toMatch(/^(VM|GROUP)_GET_STATE$/);
    const image = readdirSync(new URL(`${name}/`, FIXTURES)).filter((f) => /^mem_submit\d+\.json$/.test(f));
    expect(image.length).toBeGreaterThan(0);
    for (const file of image) expect(parseMemory(text(`${name}/${file}`), 1 << 20).length).toBeGreaterThan(3);
  });

  it('name file, line and rule of what is wrong', () => {
    const bad = (line: string): string | undefined => refusal(() => parseIoctls(`{"ioctl":"DRM_0x00"}\n${line}`, 'f'));
    expect(bad('{"ioctl":')).toMatch(/^f:2: is not JSON/);
    expect(bad('[]')).toMatch(/^f:2: must be an object/);
    expect(bad('{"ioctl":"BO_CREATE","size":-1,"out_handle":1}')).toMatch(/^f:2: size must be a number/);
    expect(bad('{"ioctl":"BO_CREATE","size":"0x100000000000","out_handle":1}')).toMatch(/size must be at most/);
    expect(bad('{"ioctl":"VM_BIND","vm":1,"ops":[{"flags":"zz"}]}')).toMatch(/ops\[0\]\.flags must be a number/);
    expect(bad('{"ioctl":"GROUP_SUBMIT","submit":0,"group":1}')).toMatch(/queue_submits is missing/);
    expect(bad('{"ioctl":"FUTURE_CALL","x":1}')).toBeUndefined();
  });

  it('have images whose bytes exist and lie in their mapping', () => {
    const image = (va: string, length: number, offset: number): string =>
      JSON.stringify({ maps: [{ va: '0x1000', size: 100, bo: 1, runs: [{ va, len: length, file_offset: offset }] }] });
    expect(refusal(() => parseMemory(image('0x1000', 4096, 0), 4096))).toBeUndefined();
    expect(refusal(() => parseMemory(image('0x1000', 4096, 1), 4096))).toMatch(/file_offset must lie in the image/);
    expect(refusal(() => parseMemory(image('0x1000', 4097, 0), 9999))).toMatch(/va must lie in its mapping/);
    expect(refusal(() => parseMemory('{"page_size":16384,"maps":[]}', 0))).toMatch(/page_size must be 4096/);
  });

  it('compare as they say', () => {
    const run = (compare: object): string => JSON.stringify({ kernel: 'k', buffers: [], compare });
    expect(parseRun(run({ mode: 'none' })).compare).toEqual({ mode: 'none', relative: 0 });
    expect(refusal(() => parseRun(run({ mode: 'nearly' })))).toMatch(/compare.mode must be one of exact/);
    expect(refusal(() => parseRun(run({ mode: 'tolerance' })))).toMatch(/compare.relative is missing/);
    expect(refusal(() => parseRun(run({ mode: 'tolerance', relative: 'x' })))).toMatch(/relative must be a number/);
  });

  it('never fail otherwise, whatever is in them', () => {
    const calls = ['BO_CREATE', 'VM_BIND', 'GROUP_CREATE', 'GROUP_SUBMIT', 'TILER_HEAP_CREATE', 'DRM_0xc3', 'x'];
    const readers = [parseRun, (t: string) => parseIoctls(t), (t: string) => parseMemory(t, 100)];
    assert(
      property(jsonValue(), constantFrom(...calls), array(string()), anything(), (value, ioctl, keys, other) => {
        const fields = Object.fromEntries(keys.map((k) => [k, value]));
        const ops = { ops: [value], queue_submits: [value], maps: [value], buffers: [value], compare: value };
        for (const document of [value, { ioctl, ...fields, ...ops }, String(other)]) {
          for (const read of readers) refusal(() => read(JSON.stringify(document)));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

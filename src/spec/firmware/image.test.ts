import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../../base/errors.ts';
import { REFUSALS } from './image-format.ts';
import { inspectImage, parseImage } from './image.ts';
import type { EntryContent, SectionContent } from './image.ts';
import { writeImage } from './image-writer.ts';

const SHARED_FLAGS = 0xc000_0003;

function section(vaStart: number, vaEnd: number, flags: number, data = new Uint8Array(0)): SectionContent {
  return { kind: 'section', optional: false, update: false, flags, vaStart, vaEnd, name: '', data };
}

const code = Uint8Array.from({ length: 40 }, (_, i) => i);
const SOUND: readonly EntryContent[] = [
  section(0, 0x1000, 5, code),
  section(0x0400_0000, 0x0402_0000, SHARED_FLAGS),
  { kind: 'build-info', optional: false, update: false, text: 'git_sha: 0123abcd\0' },
];
/** Offsets in the table of SOUND: two entries of 24 bytes, one of 12. */
const CODE = 20;
const SHARED = 44;
const INFO = 68;

function edited(edit: (view: DataView) => void, entries = SOUND): Uint8Array {
  const bytes = writeImage({ entries });
  edit(new DataView(bytes.buffer));
  return bytes;
}
const set32 = (at: number, value: number) => (v: DataView) => v.setUint32(at, value >>> 0, true);

describe('a sound image', () => {
  it('parses into sections, shared section and build information', () => {
    const image = parseImage(writeImage({ entries: SOUND, versionHash: 7 }));
    expect(image.header).toEqual({
      magic: 0xc3f1_3a6e,
      minor: 2,
      major: 0,
      padding1: 0,
      versionHash: 7,
      padding2: 0,
      size: 80,
    });
    expect(image.sections.map((s) => [s.vaStart, s.vaEnd, s.data.length])).toEqual([
      [0, 0x1000, 40],
      [0x0400_0000, 0x0402_0000, 0],
    ]);
    expect(image.shared.offset).toBe(SHARED);
    expect(image.entries[2]).toMatchObject({ kind: 'build-info', offset: INFO, gitSha: '0123abcd' });
    expect(image.warnings).toEqual([]);
  });

  it('ignores bytes behind the table and the data', () => {
    const bytes = writeImage({ entries: SOUND });
    const longer = new Uint8Array(bytes.length + 99).fill(0xff);
    longer.set(bytes);
    expect(parseImage(longer).sections).toHaveLength(2);
  });
});

/** Every refusal: what breaks it, and where the breach is reported. */
const REFUSED: readonly [id: keyof typeof REFUSALS, offset: number, bytes: Uint8Array][] = [
  ['header-short', 0, writeImage({ entries: SOUND }).subarray(0, 19)],
  ['magic', 0, edited(set32(0, 0x464c_457f))],
  ['major', 5, edited((v) => v.setUint8(5, 1))],
  ['table-truncated', 16, writeImage({ entries: SOUND }).subarray(0, 79)],
  ['entry-word', 80, edited(set32(16, 82))],
  ['entry-aligned', CODE, edited((v) => v.setUint8(CODE + 1, 23))],
  ['entry-long', CODE, edited((v) => v.setUint8(CODE + 1, 0))],
  ['entry-long', INFO, edited((v) => v.setUint8(INFO + 1, 16))],
  ['entry-short', 80, edited(() => {}, [...SOUND, raw(0, 16)])],
  ['entry-short', 80, edited(() => {}, [...SOUND, raw(6, 4)])],
  ['entry-unknown', 80, edited(() => {}, [...SOUND, raw(5, 0)])],
  ['data-reversed', CODE + 20, edited(set32(CODE + 20, 0x10))],
  ['va-reversed', SHARED + 12, edited(set32(SHARED + 12, 0x0300_0000))],
  ['data-truncated', CODE + 20, edited(set32(CODE + 20, 0x1_0000))],
  ['va-aligned', CODE + 8, edited(set32(CODE + 8, 4))],
  ['va-aligned', CODE + 12, edited(set32(CODE + 12, 0x1001))],
  ['flags-unknown', CODE + 4, edited(set32(CODE + 4, 0x45))],
  ['shared-flag', SHARED + 4, edited(set32(SHARED + 4, 0x8000_0003))],
  ['data-large', CODE + 20, edited(() => {}, [section(0, 0x1000, 5, new Uint8Array(0x1001)), ...SOUND])],
  ['shared-missing', 16, edited(() => {}, SOUND.slice(0, 1))],
  // An empty section is no shared section.
  ['shared-missing', 16, edited(set32(SHARED + 12, 0x0400_0000))],
];

function raw(type: number, payload: number, optional = false): EntryContent {
  return { kind: 'raw', optional, update: false, type, payload: new Uint8Array(payload) };
}

function refusal(bytes: Uint8Array, strictPadding = false): BadInput['detail'] | undefined {
  try {
    parseImage(bytes, { strictPadding });
    return undefined;
  } catch (error) {
    if (error instanceof BadInput) return error.detail;
    throw error;
  }
}

describe('refusals', () => {
  it.each(REFUSED)('%s at %i', (id, offset, bytes) => {
    expect(refusal(bytes)).toMatchObject({ offset, rule: expect.stringContaining(REFUSALS[id].rule) });
    const { problems } = inspectImage(bytes);
    expect(problems[0]).toMatchObject({ id, offset });
  });

  it('every rule is broken by a case above, padding by the next', () => {
    const covered = new Set<string>([...REFUSED.map(([id]) => id), 'padding']);
    expect(Object.keys(REFUSALS).filter((id) => !covered.has(id))).toEqual([]);
  });

  it('padding is refused by Tyr only', () => {
    const bytes = edited((v) => v.setUint16(6, 1, true));
    expect(refusal(bytes)).toBeUndefined();
    expect(refusal(bytes, true)).toMatchObject({ offset: 6 });
    expect(parseImage(bytes).warnings.map((w) => w.id)).toEqual(['padding-warn']);
  });

  it('of several broken rules the first in the order of the driver counts', () => {
    // Unaligned addresses are looked at before flags, flags before the size of the data.
    const bytes = edited((v) => {
      v.setUint32(CODE + 12, 0x11, true);
      v.setUint32(CODE + 4, 0x45, true);
    });
    expect(refusal(bytes)).toMatchObject({ offset: CODE + 12 });
    expect(inspectImage(bytes).problems.map((p) => p.id)).toEqual(['va-aligned', 'flags-unknown', 'data-large']);
  });
});

describe('what a driver passes over', () => {
  it('optional unknown types, the metadata types however short, and sections for protected mode', () => {
    const image = parseImage(
      writeImage({
        entries: [
          ...SOUND,
          raw(5, 4, true),
          raw(9, 8, true),
          raw(1, 0),
          raw(2, 0),
          raw(3, 4),
          section(0, 0x1000, 0x25),
        ],
      }),
    );
    expect(image.sections).toHaveLength(2);
    expect(image.warnings.map((w) => w.id)).toEqual(['metadata-short', 'metadata-short', 'protected']);
  });

  it('a PROT section at the interface address needs no SHARED flag and is not the shared section', () => {
    const bytes = writeImage({ entries: [section(0x0400_0000, 0x0400_1000, 0x23), ...SOUND] });
    expect(parseImage(bytes).shared.offset).toBe(20 + 24 + 24);
  });

  it('build information out of bounds or without NUL', () => {
    for (const break_ of [set32(INFO + 4, 0x7fff_ffff), set32(INFO + 8, 4), set32(INFO + 8, 0xffff_ffff)]) {
      const image = parseImage(edited(break_));
      expect(image.warnings.map((w) => w.id)).toEqual(['build-info']);
      expect(image.entries[2]).toMatchObject({ gitSha: undefined });
    }
  });

  it('an empty file range: nothing is copied', () => {
    expect(parseImage(writeImage({ entries: SOUND })).shared.data).toHaveLength(0);
  });
});

describe('inspection', () => {
  it('finds sections that share addresses, at the later entry', () => {
    const entries = [section(0x2000, 0x6000, 1), section(0x3000, 0x4000, 1), section(0x5000, 0x7000, 1), ...SOUND];
    const { problems } = inspectImage(writeImage({ entries }));
    expect(problems.map((p) => [p.id, p.offset])).toEqual([
      ['overlap', 44],
      ['overlap', 68],
    ]);
  });

  it('lists what it can of a cut file', () => {
    const bytes = writeImage({ entries: SOUND }).subarray(0, 60);
    const found = inspectImage(bytes);
    expect(found.header?.size).toBe(80);
    expect(found.entries.map((e) => e.typeName)).toEqual(['IFACE']);
    expect(found.problems.map((p) => p.id)).toContain('table-truncated');
  });

  it('huge sizes cost nothing', () => {
    const bytes = edited((v) => {
      v.setUint32(16, 0xffff_ffff, true);
      v.setUint32(CODE + 20, 0xffff_ffff, true);
      v.setUint32(CODE + 12, 0xffff_f000, true);
    });
    expect(inspectImage(bytes).problems.map((p) => p.id)).toContain('data-truncated');
    expect(refusal(bytes)).toMatchObject({ offset: 16 });
  });
});

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const name = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 40 });
const flags = { optional: fc.boolean(), update: fc.boolean() };
const page = fc.integer({ min: 1, max: 0x3fff });
const anySection = fc
  .tuple(page, page, fc.integer({ min: 0, max: 31 }), fc.uint8Array({ maxLength: 64 }), name, word, fc.boolean())
  .map(([a, b, low, data, text, exec, hasExec]): SectionContent => {
    const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
    const base = section(from * 0x1000, to * 0x1000, low, data);
    return hasExec ? { ...base, name: text, execStart: exec } : { ...base, name: text };
  });
const anyEntry: fc.Arbitrary<EntryContent> = fc.oneof(
  anySection,
  fc.record({ kind: fc.constant('config' as const), ...flags, address: word, min: word, max: word, name }),
  fc.record({
    kind: fc.constant('trace-buffer' as const),
    ...flags,
    bufferType: word,
    sizeAddress: word,
    insertAddress: word,
    extractAddress: word,
    dataAddress: word,
    traceEnableAddress: word,
    traceEnableEntryCount: word,
    name,
  }),
  fc.record({ kind: fc.constant('timeline' as const), ...flags, name, data: fc.uint8Array({ maxLength: 50 }) }),
  fc.record({ kind: fc.constant('build-info' as const), ...flags, text: name }),
  fc.record({
    kind: fc.constant('raw' as const),
    update: fc.boolean(),
    optional: fc.constant(true),
    type: fc.constantFrom(5, 7, 8, 9, 200),
    payload: fc.integer({ min: 0, max: 62 }).map((n) => new Uint8Array(n * 4).fill(n)),
  }),
);

describe('properties', () => {
  it('parse(write(x)) = x', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 12 }), word, (entries, versionHash) => {
        const all = [...entries, SOUND[1]!];
        const image = parseImage(writeImage({ entries: all, versionHash }));
        expect(image.header.versionHash).toBe(versionHash);
        image.entries.forEach((entry, i) => expect(entry).toMatchObject(all[i]!));
        expect(image.entries).toHaveLength(all.length);
        // And written again it is the same file.
        expect(writeImage({ entries: image.entries, versionHash })).toEqual(writeImage({ entries: all, versionHash }));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('damage never crashes the reader, and a refused image leaves nothing', () => {
    const sound = writeImage({ entries: [...SOUND, raw(5, 8, true)] });
    const edits = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(edits, fc.nat(sound.length), fc.boolean(), (bytes, cut, shorten) => {
        const damaged = Uint8Array.from(sound);
        for (const [at, value] of bytes) damaged[at] = value;
        const file = shorten ? damaged.subarray(0, cut) : damaged;
        const seen = inspectImage(file);
        const refused = refusal(file);
        const problems = seen.problems.filter((p) => p.id !== 'overlap');
        expect(refused === undefined).toBe(problems.length === 0);
        if (refused !== undefined) {
          expect(problems[0]).toMatchObject({ offset: refused.offset, rule: refused.rule });
          return;
        }
        for (const s of parseImage(file).sections) {
          expect(s.data.length).toBe(s.fileEnd - s.fileStart);
          expect(s.data.length).toBeLessThanOrEqual(s.vaEnd - s.vaStart);
          expect(s.vaStart % 0x1000).toBe(0);
        }
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('random bytes behind the magic are handled', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
        const file = Uint8Array.from([0x6e, 0x3a, 0xf1, 0xc3, ...tail]);
        inspectImage(file);
        refusal(file);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe('the writer', () => {
  it('refuses entries that do not fit', () => {
    const long = { ...section(0, 0x1000, 1), name: 'x'.repeat(240) };
    expect(() => writeImage({ entries: [long] })).toThrow(RangeError);
    expect(() => writeImage({ entries: [raw(5, 3)] })).toThrow(RangeError);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectImage } from './image.ts';
import { stretchAt, stretches } from './image-bytes.ts';
import { writeImage } from './image-writer.ts';
import { SECTION_FLAG } from './image-format.ts';

const section = (vaStart: number, flags: number, data: Uint8Array, name: string) =>
  ({ kind: 'section', optional: false, update: false, flags, vaStart, vaEnd: vaStart + 0x1000, name, data }) as const;
const image = writeImage({
  versionHash: 7,
  entries: [
    section(0, SECTION_FLAG.RD | SECTION_FLAG.EX, Uint8Array.of(1, 2, 3, 4), 'code'),
    section(0x0400_0000, SECTION_FLAG.RD | SECTION_FLAG.WR | SECTION_FLAG.SHARED, new Uint8Array(0), 'shared'),
    { kind: 'config', optional: true, update: false, address: 0x0400_0100, min: 0, max: 2, name: 'Log verbosity' },
  ],
});

describe('the bytes of an image', () => {
  const all = stretches(image, inspectImage(image));

  it('are named: header, words of entries, names, data', () => {
    expect(stretchAt(all, 5)).toMatchObject({ name: 'major', value: '0x0', kind: 'header' });
    expect(stretchAt(all, 20)).toMatchObject({ name: 'IFACE entry', entry: 20 });
    const data = all.find((s) => s.kind === 'data');
    expect(data).toMatchObject({ name: 'data of code', entry: 20 });
    expect(image.subarray(data?.from, data?.to)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(all.find((s) => s.name === 'max')).toMatchObject({ value: '0x00000002', kind: 'entry' });
    expect(all.find((s) => s.value === 'Log verbosity')?.name).toBe('name');
  });

  it('are all covered, and those of hostile images stay in the file', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.tuple(fc.nat(image.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.boolean(),
        (random, changes, whole) => {
          const file = whole ? Uint8Array.from(image) : random;
          for (const [at, value] of changes) if (at < file.length) file[at] = value;
          const found = stretches(file, inspectImage(file));
          for (let i = 0; i < file.length; i++) expect(stretchAt(found, i)).toBeDefined();
          for (const s of found) {
            expect(s.from).toBeLessThan(s.to);
            expect(s.to).toBeLessThanOrEqual(file.length);
          }
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { assert, constantFrom, nat, property } from 'fast-check';
import { DESCRIPTORS, descriptorField, ENUMS, rawField, readField, writeRaw } from './descriptors.ts';

describe('descriptors', () => {
  it('keeps every field inside its struct and every name it refers to defined', () => {
    const names = new Set<string>(DESCRIPTORS.map((d) => d.name));
    for (const d of DESCRIPTORS) {
      for (const f of d.fields) {
        expect(f.bit + f.width, `${d.name}.${f.name}`).toBeLessThanOrEqual(d.size * 8);
        if (f.kind === 'enum') expect(Object.keys(ENUMS), f.name).toContain(f.of);
        if (f.kind === 'struct') expect(names, f.name).toContain(f.of);
      }
    }
  });

  it('reads what was written, and touches nothing else', () => {
    const plain = DESCRIPTORS.flatMap((d) => d.fields.filter((f) => f.width <= 48).map((f) => ({ d, f })));
    assert(
      property(constantFrom(...plain), nat(2 ** 30 - 1), ({ d, f }, x) => {
        const value = Math.floor((x / 2 ** 30) * 2 ** f.width);
        for (const background of [0, -1]) {
          const words = new Int32Array(d.size / 4 + 2).fill(background);
          writeRaw(words, 1, f, value);
          expect(rawField(words, 1, f)).toBe(value);
          writeRaw(words, 1, f, rawField(new Int32Array(words.length).fill(background), 1, f));
          expect(words.every((w) => w === background)).toBe(true);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('decodes the encodings', () => {
    const words = new Int32Array(8);
    words[1] = 10 << 8;
    words[0] = -2147483648;
    expect(readField(words, 0, descriptorField('Local Storage', 'WLS Size Scale'))).toBe(10);
    expect(readField(words, 0, descriptorField('Shader Program', 'Register allocation'))).toBe(2);
    words[0] = 0x100403;
    expect(readField(words, 0, descriptorField('Compute size workgroup', 'Workgroup size X'))).toBe(4);
    words[0] = 0x48;
    words[1] = 0x1234;
    expect(readField(words, 0, descriptorField('Framebuffer pointer', 'Pointer'))).toBe(0x1234_0000_0040);
  });
});

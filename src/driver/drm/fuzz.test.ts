/** Hostile clients: any number, any bytes, any order. Nothing may throw, nothing may be left behind. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { isPending } from '../kernel/char-device.ts';
import { SEC } from '../kernel/time.ts';
import { FakeClient, TestObject, drmBench } from './testing.ts';

const word = fc.oneof(
  fc.nat(8),
  fc.constantFrom(0xffff_ffff, 0x8000_0000, 0x10_0000, 0x10_0ff8, 0x7fff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const specs = [...Object.values(CORE_IOCTLS), ...Object.values(PANTHOR_IOCTLS)];
const call = fc.record({
  cmd: fc.oneof(fc.constantFrom(...specs.map((s) => s.number)), fc.integer({ min: 0, max: 0xffff_ffff })),
  words: fc.array(word, { minLength: 16, maxLength: 16 }),
  length: fc.constantFrom(0, 8, 16, 64, 64, 64, 64, 0x4000),
});

describe('a hostile client', () => {
  it('gets errors, and its file takes everything along', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), fc.uint8Array({ maxLength: 256 }), (calls, memory) => {
        const { dev, kernel } = drmBench();
        const client = new FakeClient();
        client.memory.place(0x10_0000, memory.length === 0 ? new Uint8Array(256) : memory);
        const file = dev.open(client);
        const object = new TestObject(dev, 4096);
        object.pages();
        file.createHandle(object);
        object.put();
        let waits = 0;
        for (const { cmd, words, length } of calls) {
          const arg = new Uint8Array(length);
          arg.set(new Uint8Array(Uint32Array.from(words).buffer).subarray(0, length));
          const reply = file.ioctl(cmd, arg, client.memory);
          if (isPending(reply)) waits++;
          else {
            expect(reply.ret).toBeLessThanOrEqual(0);
            expect(reply.arg.length).toBeLessThanOrEqual(length);
          }
        }
        kernel.runUntil(6 * SEC);
        expect(client.answers.size + dev.waiters.count).toBe(waits);
        file.close();
        expect([kernel.dma.pagesUsed, dev.allObjects.length, dev.syncobjs.count, dev.waiters.count]).toEqual([
          0, 0, 0, 0,
        ]);
        expect([kernel.timers.count, kernel.cpu.depth]).toEqual([0, 0]);
      }),
      { seed: 2026, numRuns: 300 },
    );
  });
});

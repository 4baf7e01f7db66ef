/** Perfetto traces, read back by a decoder of its own after the public schema, and the wire format at its edges. */
import { describe, expect, it } from 'vitest';
import { PerfettoWriter } from './perfetto.ts';
import { ProtoWriter } from './protobuf.ts';

type Value = bigint | Uint8Array;
type Message = ReadonlyMap<number, readonly Value[]>;

/** A decoder of the wire format that knows nothing of the writer. */
function decode(bytes: Uint8Array): Message {
  const out = new Map<number, Value[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('cut short');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Number(key >> 3n);
    let value: Value;
    switch (Number(key & 7n)) {
      case 0:
        value = varint();
        break;
      case 1:
        value = view.getBigUint64(at, true);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > bytes.length) throw new Error('cut short');
        value = bytes.subarray(at, at + length);
        at += length;
        break;
      }
      default:
        throw new Error(`wire type ${key & 7n}`);
    }
    out.set(field, [...(out.get(field) ?? []), value]);
  }
  return out;
}

const all = (m: Message, field: number): readonly Value[] => m.get(field) ?? [];
const sub = (m: Message, field: number): Message[] => all(m, field).map((v) => decode(v as Uint8Array));
const num = (m: Message, field: number): number | undefined => {
  const [v] = all(m, field);
  return v === undefined ? undefined : Number(v as bigint);
};
const str = (m: Message, field: number): string | undefined => {
  const [v] = all(m, field);
  return v === undefined ? undefined : new TextDecoder().decode(v as Uint8Array);
};

/** A trace as a reader would see it: tracks, and events with their names put in. */
export function readTrace(bytes: Uint8Array): {
  tracks: Map<
    number,
    { name: string | undefined; process: string | undefined; parent: number | undefined; counter: boolean }
  >;
  events: {
    time: number | undefined;
    type: number | undefined;
    track: number | undefined;
    name: string | undefined;
    category: string | undefined;
    counter: number | undefined;
    flows: number[];
    lastFlows: number[];
    args: Record<string, string | number>;
  }[];
} {
  const tracks: ReturnType<typeof readTrace>['tracks'] = new Map();
  const events: ReturnType<typeof readTrace>['events'] = [];
  const names = [new Map<number, string>(), new Map<number, string>(), new Map<number, string>()];
  sub(decode(bytes), 1).forEach((packet, i) => {
    // trusted_packet_sequence_id, sequence_flags: state cleared once, needed always.
    expect(num(packet, 10)).toBe(1);
    expect(num(packet, 13)).toBe(i === 0 ? 3 : 2);
    for (const interned of sub(packet, 12)) {
      for (const kind of [1, 2, 3]) {
        for (const entry of sub(interned, kind)) names[kind - 1]!.set(num(entry, 1)!, str(entry, 2)!);
      }
    }
    for (const d of sub(packet, 60)) {
      const [process] = sub(d, 3);
      tracks.set(num(d, 1)!, {
        name: str(d, 2),
        process: process === undefined ? undefined : str(process, 6),
        parent: num(d, 5),
        counter: d.has(8),
      });
    }
    for (const e of sub(packet, 11)) {
      const args = sub(e, 4).map((a): [string, string | number] => {
        const key = names[2]!.get(num(a, 1)!)!;
        const [signed] = all(a, 4);
        return [key, str(a, 6) ?? num(a, 3) ?? Number(BigInt.asIntN(64, signed as bigint))];
      });
      const [counter] = all(e, 30);
      events.push({
        time: num(packet, 8),
        type: num(e, 9),
        track: num(e, 11),
        name: names[1]!.get(num(e, 10) ?? -1),
        category: names[0]!.get(num(e, 3) ?? -1),
        counter: counter === undefined ? undefined : Number(BigInt.asIntN(64, counter as bigint)),
        flows: all(e, 47).map(Number),
        lastFlows: all(e, 48).map(Number),
        args: Object.fromEntries(args),
      });
    }
  });
  return { tracks, events };
}

describe('the wire format', () => {
  it('writes what its description gives as examples', () => {
    expect([...new ProtoWriter().uint(1, 150).bytes]).toEqual([0x08, 0x96, 0x01]);
    expect([...new ProtoWriter().text(2, 'testing').bytes]).toEqual([0x12, 7, ...new TextEncoder().encode('testing')]);
    expect([...new ProtoWriter().int(1, -2).bytes]).toEqual([8, 0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
  });

  it('carries integers up to 2^53 and messages of any size', () => {
    for (const n of [0, 1, 127, 128, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
      const m = decode(new ProtoWriter().uint(9, n).fixed64(47, n).int(30, -n).bytes);
      expect([num(m, 9), num(m, 47)]).toEqual([n, n]);
      expect(Number(BigInt.asIntN(64, all(m, 30)[0] as bigint))).toBe(n === 0 ? 0 : -n);
    }
    const big = 'x'.repeat(100_000);
    expect(str(decode(new ProtoWriter().text(3, big).bytes), 3)).toBe(big);
  });
});

describe('a trace', () => {
  const write = (fill: (w: PerfettoWriter) => void): ReturnType<typeof readTrace> => {
    const parts: number[] = [];
    fill(new PerfettoWriter((packet) => void parts.push(...packet)));
    return readTrace(Uint8Array.from(parts));
  };

  it('holds tracks in a tree, slices, instants, counters and flows', () => {
    const { tracks, events } = write((w) => {
      const p = w.process('Queues');
      const t = w.track('Group 1', p);
      const c = w.counterTrack('In flight', 'jobs', p);
      w.instant(t, 5, 'submit', { category: 'job', flows: [7], args: { id: 7, where: 'here', error: -22 } });
      w.begin(t, 10, 'run', { category: 'job', flows: [7] });
      w.counter(c, 10, 1);
      w.end(t, 2 ** 40, { lastFlows: [7] });
      w.counter(c, 2 ** 40, -1);
    });
    expect([...tracks.values()]).toEqual([
      { name: undefined, process: 'Queues', parent: undefined, counter: false },
      { name: 'Group 1', process: undefined, parent: 1, counter: false },
      { name: 'In flight', process: undefined, parent: 1, counter: true },
    ]);
    expect(events.map((e) => [e.time, e.type, e.track, e.name, e.category, e.counter, e.flows, e.lastFlows])).toEqual([
      [5, 3, 2, 'submit', 'job', undefined, [7], []],
      [10, 1, 2, 'run', 'job', undefined, [7], []],
      [10, 4, 3, undefined, undefined, 1, [], []],
      [2 ** 40, 2, 2, undefined, undefined, undefined, [], [7]],
      [2 ** 40, 4, 3, undefined, undefined, -1, [], []],
    ]);
    expect(events[0]!.args).toEqual({ id: 7, where: 'here', error: -22 });
  });

  it('writes each name once', () => {
    let size = 0;
    let after = 0;
    const w = new PerfettoWriter((packet) => (size += packet.length));
    const t = w.track('t', 0);
    const name = 'a name that is long enough to be seen when it comes twice';
    w.instant(t, 1, name);
    after = size;
    w.instant(t, 2, name);
    expect(size - after).toBeLessThan(name.length);
  });
});

/**
 * A trace of a real session, read with another's decoder (protobufjs) after the published schema: nothing in it is
 * unknown to the schema, all references lead somewhere, slices nest, flows begin and end.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportSession } from '../session/export/index.ts';
import { runQuery } from '../session/query.ts';
import { openSession, type SessionReader } from '../session/reader.ts';
import { makeRecording, RECORDINGS } from './testing-matrix.ts';

interface Named {
  readonly iid: number;
  readonly name: string;
}

interface Packet {
  readonly timestamp?: number;
  readonly trustedPacketSequenceId: number;
  readonly sequenceFlags: number;
  readonly trackEvent?: {
    readonly type: string;
    readonly trackUuid: number;
    readonly nameIid?: number;
    readonly categoryIids?: readonly number[];
    readonly debugAnnotations?: readonly { readonly nameIid: number }[];
    readonly counterValue?: number;
    readonly flowIds?: readonly number[];
    readonly terminatingFlowIds?: readonly number[];
  };
  readonly trackDescriptor?: {
    readonly uuid: number;
    readonly name?: string;
    readonly parentUuid?: number;
    readonly counter?: object;
    readonly process?: { readonly processName: string };
  };
  readonly internedData?: {
    readonly eventCategories?: readonly Named[];
    readonly eventNames?: readonly Named[];
    readonly debugAnnotationNames?: readonly Named[];
  };
}

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-perfetto-'));
const schema = readFileSync(new URL('fixtures/perfetto.proto', import.meta.url), 'utf8');
const Trace = protobuf.parse(schema).root.lookupType('perfetto.protos.Trace');
let session: SessionReader;
let bytes: Uint8Array;
let packets: readonly Packet[];

beforeAll(() => {
  const recording = RECORDINGS.find((r) => r.name === 'first-light.cs');
  if (recording === undefined) throw new Error('first-light.cs is gone');
  session = openSession(makeRecording(recording, dir));
  const file = path.join(dir, 'trace');
  exportSession(session, 'perfetto', file);
  bytes = new Uint8Array(readFileSync(file));
  const decoded = Trace.decode(bytes);
  packets = (Trace.toObject(decoded, { longs: Number, enums: String }) as { packet: Packet[] }).packet;
}, 60_000);
afterAll(() => {
  session.close();
  rmSync(dir, { recursive: true, force: true });
});

const events = (): { readonly at: number; readonly event: NonNullable<Packet['trackEvent']> }[] =>
  packets.flatMap((p) => (p.trackEvent === undefined ? [] : [{ at: p.timestamp ?? -1, event: p.trackEvent }]));

describe('a Perfetto trace', () => {
  it('has no field that the schema lacks', () => {
    expect(packets.length).toBeGreaterThan(500);
    // What the schema does not know is dropped by the decoder, and would be missing here.
    expect(Trace.encode(Trace.decode(bytes)).finish().length).toBe(bytes.length);
  });

  it('refers only to tracks and names that are there', () => {
    const tracks = new Map(
      packets.flatMap((p) => (p.trackDescriptor ? [[p.trackDescriptor.uuid, p.trackDescriptor]] : [])),
    );
    for (const t of tracks.values()) {
      if (t.parentUuid !== undefined) expect(tracks.has(t.parentUuid), t.name).toBe(true);
    }
    const known = { categories: new Set<number>(), names: new Set<number>(), arguments: new Set<number>() };
    for (const p of packets) {
      for (const n of p.internedData?.eventCategories ?? []) known.categories.add(n.iid);
      for (const n of p.internedData?.eventNames ?? []) known.names.add(n.iid);
      for (const n of p.internedData?.debugAnnotationNames ?? []) known.arguments.add(n.iid);
      expect(p.trustedPacketSequenceId).toBe(1);
      const e = p.trackEvent;
      if (e === undefined) continue;
      const track = tracks.get(e.trackUuid);
      expect(track).toBeDefined();
      expect(e.type === 'TYPE_COUNTER').toBe(track?.counter !== undefined);
      if (e.nameIid !== undefined) expect(known.names.has(e.nameIid)).toBe(true);
      for (const iid of e.categoryIids ?? []) expect(known.categories.has(iid)).toBe(true);
      for (const a of e.debugAnnotations ?? []) expect(known.arguments.has(a.nameIid)).toBe(true);
    }
  });

  it('has slices that nest, and flows with two ends', () => {
    const open = new Map<number, number>();
    const flows = new Map<number, number>();
    // A reader puts packets into the order of time; those of one instant stay as they are.
    for (const { event } of events().toSorted((a, b) => a.at - b.at)) {
      const step = event.type === 'TYPE_SLICE_BEGIN' ? 1 : event.type === 'TYPE_SLICE_END' ? -1 : 0;
      const depth = (open.get(event.trackUuid) ?? 0) + step;
      expect(depth).toBeGreaterThanOrEqual(0);
      open.set(event.trackUuid, depth);
      for (const id of [...(event.flowIds ?? []), ...(event.terminatingFlowIds ?? [])]) {
        flows.set(id, (flows.get(id) ?? 0) + 1);
      }
    }
    expect([...open.values()].every((depth) => depth === 0)).toBe(true);
    expect(flows.size).toBeGreaterThan(0);
    for (const [id, ends] of flows) expect(ends, `flow ${id}`).toBeGreaterThan(1);
  });

  it('says what the session says', () => {
    const count = (type: string): number => events().filter(({ event }) => event.type === type).length;
    const [[accesses]] = runQuery(session, 'SELECT count(*) FROM register_access').rows as [[number]];
    expect(count('TYPE_INSTANT')).toBeGreaterThanOrEqual(accesses);
    expect(count('TYPE_SLICE_BEGIN')).toBe(count('TYPE_SLICE_END'));
    expect(count('TYPE_COUNTER')).toBeGreaterThan(0);
  });
});

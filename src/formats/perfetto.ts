/**
 * Writes Perfetto traces (native protobuf): tracks in a tree, slices, instants, counters, flows between events, with
 * names interned. One packet sequence; packets are handed out one by one, so that a trace of any length needs
 * little memory.
 *
 * Source: the public schema, protos/perfetto/trace (TracePacket, TrackDescriptor, TrackEvent, InternedData,
 * DebugAnnotation); the numbers below are its field numbers.
 */
import { ProtoWriter } from './protobuf.ts';

const TRACE_PACKET = 1;
const PACKET = { timestamp: 8, sequenceId: 10, trackEvent: 11, internedData: 12, flags: 13, trackDescriptor: 60 };
const CLEARED = 1;
const NEEDS = 2;
const DESCRIPTOR = { uuid: 1, name: 2, process: 3, parent: 5, counter: 8 };
const PROCESS = { pid: 1, name: 6 };
const COUNTER = { unitName: 6 };
const EVENT = { annotations: 4, category: 3, type: 9, name: 10, track: 11, counter: 30, flows: 47, lastFlows: 48 };
const TYPE = { begin: 1, end: 2, instant: 3, counter: 4 };
const ANNOTATION = { nameIid: 1, intValue: 4, stringValue: 6, uintValue: 3 };
const INTERNED = { category: 1, event: 2, annotation: 3 };
const ENTRY = { iid: 1, name: 2 };

/** Any number, as long as it is the same in all packets. */
const SEQUENCE = 1;

export interface EventDetail {
  readonly category?: string;
  /** Ids of flows that pass through this event. */
  readonly flows?: readonly number[];
  /** Ids of flows that end here. */
  readonly lastFlows?: readonly number[];
  readonly args?: Readonly<Record<string, number | string>>;
}

type Kind = 'category' | 'event' | 'annotation';

export class PerfettoWriter {
  private readonly out: (packet: Uint8Array) => void;
  private readonly names: Record<Kind, Map<string, number>> = {
    category: new Map(),
    event: new Map(),
    annotation: new Map(),
  };
  private readonly packet = new ProtoWriter();
  private readonly event = new ProtoWriter();
  private readonly part = new ProtoWriter();
  private readonly interned = new ProtoWriter();
  private readonly framed = new ProtoWriter();
  private nextTrack = 1;
  private first = true;

  /** `out` gets the bytes of each packet, framed; valid only during the call. */
  constructor(out: (packet: Uint8Array) => void) {
    this.out = out;
  }

  /** A process: the root of tracks. Gives the number of its track. */
  process(name: string): number {
    const uuid = this.nextTrack++;
    const process = new ProtoWriter().uint(PROCESS.pid, uuid).text(PROCESS.name, name);
    this.describe(new ProtoWriter().uint(DESCRIPTOR.uuid, uuid).message(DESCRIPTOR.process, process));
    return uuid;
  }

  track(name: string, parent: number): number {
    const uuid = this.nextTrack++;
    this.describe(
      new ProtoWriter().uint(DESCRIPTOR.uuid, uuid).text(DESCRIPTOR.name, name).uint(DESCRIPTOR.parent, parent),
    );
    return uuid;
  }

  counterTrack(name: string, unit: string, parent: number): number {
    const uuid = this.nextTrack++;
    const counter = new ProtoWriter().text(COUNTER.unitName, unit);
    this.describe(
      new ProtoWriter()
        .uint(DESCRIPTOR.uuid, uuid)
        .text(DESCRIPTOR.name, name)
        .uint(DESCRIPTOR.parent, parent)
        .message(DESCRIPTOR.counter, counter),
    );
    return uuid;
  }

  /** Slices of one track may nest, not overlap. Times in ns. */
  begin(track: number, timeNs: number, name: string, detail: EventDetail = {}): void {
    this.put(track, timeNs, TYPE.begin, name, detail);
  }

  end(track: number, timeNs: number, detail: EventDetail = {}): void {
    this.put(track, timeNs, TYPE.end, undefined, detail);
  }

  instant(track: number, timeNs: number, name: string, detail: EventDetail = {}): void {
    this.put(track, timeNs, TYPE.instant, name, detail);
  }

  counter(track: number, timeNs: number, value: number): void {
    this.event.clear().uint(EVENT.type, TYPE.counter).uint(EVENT.track, track).int(EVENT.counter, value);
    this.send(timeNs);
  }

  private put(track: number, timeNs: number, type: number, name: string | undefined, detail: EventDetail): void {
    const { event, interned } = this;
    event.clear().uint(EVENT.type, type).uint(EVENT.track, track);
    interned.clear();
    if (detail.category !== undefined) event.uint(EVENT.category, this.intern('category', detail.category));
    if (name !== undefined) event.uint(EVENT.name, this.intern('event', name));
    for (const [key, value] of Object.entries(detail.args ?? {})) {
      const part = this.part.clear().uint(ANNOTATION.nameIid, this.intern('annotation', key));
      if (typeof value === 'string') part.text(ANNOTATION.stringValue, value);
      else if (value < 0) part.int(ANNOTATION.intValue, value);
      else part.uint(ANNOTATION.uintValue, value);
      event.message(EVENT.annotations, part);
    }
    for (const id of detail.flows ?? []) event.fixed64(EVENT.flows, id);
    for (const id of detail.lastFlows ?? []) event.fixed64(EVENT.lastFlows, id);
    this.send(timeNs);
  }

  /** The number of a name; a new one goes into the interned data of the packet being made. */
  private intern(kind: Kind, name: string): number {
    const map = this.names[kind];
    const known = map.get(name);
    if (known !== undefined) return known;
    const iid = map.size + 1;
    map.set(name, iid);
    this.interned.message(INTERNED[kind], new ProtoWriter().uint(ENTRY.iid, iid).text(ENTRY.name, name));
    return iid;
  }

  private describe(descriptor: ProtoWriter): void {
    this.packet.clear().message(PACKET.trackDescriptor, descriptor);
    this.finish();
  }

  private send(timeNs: number): void {
    this.packet.clear().uint(PACKET.timestamp, timeNs);
    if (this.interned.size > 0) this.packet.message(PACKET.internedData, this.interned);
    this.packet.message(PACKET.trackEvent, this.event);
    this.interned.clear();
    this.finish();
  }

  private finish(): void {
    this.packet.uint(PACKET.sequenceId, SEQUENCE).uint(PACKET.flags, this.first ? CLEARED | NEEDS : NEEDS);
    this.first = false;
    this.out(this.framed.clear().message(TRACE_PACKET, this.packet).bytes);
  }
}

/**
 * Where the interface blocks of the running firmware lie and what it says of itself, with every check the
 * driver makes before it trusts it (Panthor `panthor_init_csg_iface`, `panthor_init_cs_iface`,
 * `panthor_fw_init_ifaces`; Tyr S `fw/interfaces.rs`). The layout is read once after the first boot and kept as
 * plain data; the views over it are built from there.
 */
import {
  CSG_CONTROL,
  CSG_CONTROL_SIZE,
  CSG_INPUT,
  CSG_INPUT_SIZE,
  CSG_OUTPUT,
  CSG_OUTPUT_SIZE,
  CS_CONTROL,
  CS_CONTROL_SIZE,
  CS_INPUT,
  CS_INPUT_SIZE,
  CS_OUTPUT,
  CS_OUTPUT_SIZE,
  GLB_CONTROL,
  GLB_CONTROL_SIZE,
  GLB_INPUT,
  GLB_INPUT_SIZE,
  GLB_OUTPUT,
  GLB_OUTPUT_SIZE,
  GROUP_NUM_MAX,
  GROUP_NUM_MIN,
  SHARED_BASE,
  STREAM_NUM_MAX,
  STREAM_NUM_MIN,
  csControlOffset,
  csgControlOffset,
} from '../../../spec/firmware/interface.ts';
import { fail } from '../../kernel/errno.ts';
import type { Log } from '../../kernel/log.ts';
import { BlockView, RequestPair } from './protocol.ts';
import type { SharedWords } from './protocol.ts';

/** Offsets in the shared section. */
export type CsLayout = { readonly features: number; readonly input: number; readonly output: number };

export type CsgLayout = {
  readonly features: number;
  readonly input: number;
  readonly output: number;
  readonly suspendSize: number;
  readonly protmSuspendSize: number;
  readonly streams: readonly CsLayout[];
};

export type InterfaceLayout = {
  readonly version: number;
  readonly features: number;
  readonly instrFeatures: number;
  /** Bytes of a counter sample: of the hardware in the low half, of the firmware in the high, in units of 256. */
  readonly perfcntSize: number;
  readonly input: number;
  readonly output: number;
  readonly groups: readonly CsgLayout[];
};

/** Reads and checks the layout in a shared section of `size` bytes. KernelError EINVAL with a log line. */
export function readLayout(words: SharedWords, size: number, log: Log): InterfaceLayout {
  return new LayoutReader(words, size, log).read();
}

class LayoutReader {
  private readonly words: SharedWords;
  private readonly size: number;
  private readonly log: Log;

  constructor(words: SharedWords, size: number, log: Log) {
    this.words = words;
    this.size = size;
    this.log = log;
  }

  private refuse(message: string): never {
    this.log.err(message);
    fail('EINVAL', message);
  }

  /** A block at an offset of the section, whole inside it. */
  private inside(offset: number, bytes: number, what: string): BlockView {
    if (offset < 0 || offset + bytes > this.size) {
      this.refuse(`${what} at 0x${(SHARED_BASE + offset).toString(16)} lies outside the shared section`);
    }
    return new BlockView(this.words, offset);
  }

  /** Offset of the block an interface names by MCU address. */
  private target(va: number, bytes: number, what: string): number {
    this.inside(va - SHARED_BASE, bytes, what);
    return va - SHARED_BASE;
  }

  read(): InterfaceLayout {
    const control = this.inside(0, GLB_CONTROL_SIZE, 'GLB control');
    const version = control.read(GLB_CONTROL.VERSION);
    if (version === 0) this.refuse("Firmware version is 0. Firmware may've failed to boot");
    const input = this.target(control.read(GLB_CONTROL.INPUT_VA), GLB_INPUT_SIZE, 'GLB input');
    const output = this.target(control.read(GLB_CONTROL.OUTPUT_VA), GLB_OUTPUT_SIZE, 'GLB output');
    const count = control.field(GLB_CONTROL.GROUP_NUM, 'count');
    if (count < GROUP_NUM_MIN || count > GROUP_NUM_MAX) this.refuse(`Unsupported number of group slots: ${count}`);
    const stride = control.read(GLB_CONTROL.GROUP_STRIDE);
    const groups: CsgLayout[] = [];
    for (let csg = 0; csg < count; csg++) groups.push(this.group(csg, stride, groups[0]));
    return {
      version,
      features: control.read(GLB_CONTROL.FEATURES),
      instrFeatures: control.read(GLB_CONTROL.INSTR_FEATURES),
      perfcntSize: control.read(GLB_CONTROL.PERFCNT_SIZE),
      input,
      output,
      groups,
    };
  }

  private group(csg: number, stride: number, first: CsgLayout | undefined): CsgLayout {
    const at = csgControlOffset(csg, stride);
    const control = this.inside(at, CSG_CONTROL_SIZE, `CSG ${csg} control`);
    const layout = {
      features: control.read(CSG_CONTROL.FEATURES),
      input: this.target(control.read(CSG_CONTROL.INPUT_VA), CSG_INPUT_SIZE, `CSG ${csg} input`),
      output: this.target(control.read(CSG_CONTROL.OUTPUT_VA), CSG_OUTPUT_SIZE, `CSG ${csg} output`),
      suspendSize: control.read(CSG_CONTROL.SUSPEND_SIZE),
      protmSuspendSize: control.read(CSG_CONTROL.PROTM_SUSPEND_SIZE),
    };
    const count = control.field(CSG_CONTROL.STREAM_NUM, 'count');
    if (count < STREAM_NUM_MIN || count > STREAM_NUM_MAX) {
      this.refuse(`CSG ${csg}: unsupported number of stream slots: ${count}`);
    }
    if (
      first !== undefined &&
      (first.features !== layout.features ||
        first.suspendSize !== layout.suspendSize ||
        first.protmSuspendSize !== layout.protmSuspendSize ||
        first.streams.length !== count)
    ) {
      this.refuse('Expecting identical CSG slots');
    }
    const streamStride = control.read(CSG_CONTROL.STREAM_STRIDE);
    const streams: CsLayout[] = [];
    for (let cs = 0; cs < count; cs++) {
      streams.push(this.stream(csg, stride, cs, streamStride, (first?.streams ?? streams)[0]));
    }
    return { ...layout, streams };
  }

  private stream(csg: number, stride: number, cs: number, streamStride: number, first: CsLayout | undefined): CsLayout {
    const what = `CSG ${csg} CS ${cs}`;
    const control = this.inside(csControlOffset(csg, stride, cs, streamStride), CS_CONTROL_SIZE, `${what} control`);
    const features = control.read(CS_CONTROL.FEATURES);
    const input = this.target(control.read(CS_CONTROL.INPUT_VA), CS_INPUT_SIZE, `${what} input`);
    const output = this.target(control.read(CS_CONTROL.OUTPUT_VA), CS_OUTPUT_SIZE, `${what} output`);
    if (first !== undefined && first.features !== features) this.refuse('Expecting identical CS slots');
    return { features, input, output };
  }
}

/** One command stream of a group slot. */
export class CsInterface {
  readonly features: number;
  readonly input: BlockView;
  readonly output: BlockView;
  readonly requests: RequestPair;

  constructor(words: SharedWords, layout: CsLayout) {
    this.features = layout.features;
    this.input = new BlockView(words, layout.input);
    this.output = new BlockView(words, layout.output);
    this.requests = new RequestPair(this.input, CS_INPUT.REQ, this.output, CS_OUTPUT.ACK);
  }
}

/** One group slot. */
export class CsgInterface {
  readonly layout: CsgLayout;
  readonly input: BlockView;
  readonly output: BlockView;
  readonly requests: RequestPair;
  /** DOORBELL_REQ against DOORBELL_ACK: which streams to look at. */
  readonly doorbells: RequestPair;
  /** CS_IRQ_ACK against CS_IRQ_REQ: which streams have events; the driver is the answering side. */
  readonly csEvents: RequestPair;
  readonly streams: readonly CsInterface[];

  constructor(words: SharedWords, layout: CsgLayout) {
    this.layout = layout;
    this.input = new BlockView(words, layout.input);
    this.output = new BlockView(words, layout.output);
    this.requests = new RequestPair(this.input, CSG_INPUT.REQ, this.output, CSG_OUTPUT.ACK);
    this.doorbells = new RequestPair(this.input, CSG_INPUT.DOORBELL_REQ, this.output, CSG_OUTPUT.DOORBELL_ACK);
    this.csEvents = new RequestPair(this.input, CSG_INPUT.CS_IRQ_ACK, this.output, CSG_OUTPUT.CS_IRQ_REQ);
    this.streams = layout.streams.map((stream) => new CsInterface(words, stream));
  }
}

/** The global interface and all slots. */
export class GlobalInterface {
  readonly layout: InterfaceLayout;
  readonly input: BlockView;
  readonly output: BlockView;
  readonly requests: RequestPair;
  /** DOORBELL_REQ against DOORBELL_ACK: which group slots to look at. */
  readonly doorbells: RequestPair;
  readonly groups: readonly CsgInterface[];

  constructor(words: SharedWords, layout: InterfaceLayout) {
    this.layout = layout;
    this.input = new BlockView(words, layout.input);
    this.output = new BlockView(words, layout.output);
    this.requests = new RequestPair(this.input, GLB_INPUT.REQ, this.output, GLB_OUTPUT.ACK);
    this.doorbells = new RequestPair(this.input, GLB_INPUT.DOORBELL_REQ, this.output, GLB_OUTPUT.DOORBELL_ACK);
    this.groups = layout.groups.map((group) => new CsgInterface(words, group));
  }

  get version(): number {
    return this.layout.version;
  }

  /** Features word of every stream (they are checked to be the same). */
  get csFeatures(): number {
    return this.layout.groups[0]?.streams[0]?.features ?? 0;
  }

  get streamCount(): number {
    return this.layout.groups[0]?.streams.length ?? 0;
  }
}

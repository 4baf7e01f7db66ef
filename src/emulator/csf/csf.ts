/**
 * The command-stream hardware as the machine holds it: the pins of wiring.ts joined to the parts of this folder,
 * events, save and load. Plug machines for jobs in with `registerUnit`; until then jobs end after a fixed time.
 */
import type { Plain, PlainObject } from '../../base/stateful.ts';
import { CS_STATE, JOB_CLASS } from '../../spec/registers/mcu-private.ts';
import type { ShaderInspection } from '../shader/watch.ts';
import type { Csf, CsfHost, EventTarget } from '../wiring.ts';
import { TILER_CORE } from './choices.ts';
import { checkCommand } from './command-end.ts';
import { applyCommand, resetStream } from './commands.ts';
import * as Control from './control.ts';
import { InstantUnit, type CoreUnit } from './core-unit.ts';
import { flushEnded, flushStream } from './deferred.ts';
import { finishSlice, PERFORMERS, runSlice, wakeSync } from './execute.ts';
import { CSF_ID, Hardware, KIND } from './hardware.ts';
import { peekInterface, readInterface, writeInterface } from './interfaces.ts';
import { coresChanged, makePort } from './iterators.ts';

/** A class of jobs: compute, fragment or tiler. */
export type JobClass = (typeof JOB_CLASS)[keyof typeof JOB_CLASS];

export interface CsfWithUnits extends Csf {
  /** Plugs in the machine that runs the tasks of a class, before any job runs. It is saved and loaded with this. */
  registerUnit(cls: JobClass, unit: CoreUnit): void;
}

export function createCsf(host: CsfHost): CsfWithUnits {
  return new CommandStreams(host);
}

/** Numbers of a SHADER and of a TILER block that units supply. */
const SHADER_COUNTERS = 4;
const TILER_COUNTERS = 2;

class CommandStreams implements CsfWithUnits, EventTarget {
  readonly id = CSF_ID;
  private readonly h: Hardware;
  private inspection: ShaderInspection | undefined;
  private readonly latches: Control.Latches = { readAt: -1, readHigh: 0, heldAt: -1, heldLow: 0 };

  constructor(host: CsfHost) {
    this.h = new Hardware(host, PERFORMERS);
    host.clock.register(this);
    host.power.onChange(() => coresChanged(this.h));
    const { clock, gpuClock } = host;
    this.registerUnit(JOB_CLASS.COMPUTE, new InstantUnit('csf-instant-compute', clock, gpuClock));
    this.registerUnit(JOB_CLASS.FRAGMENT, new InstantUnit('csf-instant-fragment', clock, gpuClock));
    this.registerUnit(JOB_CLASS.TILER, new InstantUnit('csf-instant-tiler', clock, gpuClock));
  }

  registerUnit(cls: JobClass, unit: CoreUnit): void {
    this.h.units[cls] = unit;
    if (cls === JOB_CLASS.COMPUTE) this.inspection = unit.inspection;
    unit.connect(makePort(this.h));
  }

  fire(kind: number, payload: number): void {
    const { h } = this;
    if (kind === KIND.FLUSHED) {
      const s = h.streams[flushStream(payload)]!;
      if (flushEnded(h, s, payload)) checkCommand(h, s);
      return;
    }
    const s = h.streams[payload]!;
    if (kind === KIND.SLICE) runSlice(h, s);
    else if (kind === KIND.WAKE) wakeSync(h, s);
    else applyCommand(h, s);
  }

  readControl(offset: number): number {
    return Control.readControlWord(this.h, this.latches, offset);
  }

  writeControl(offset: number, value: number): void {
    Control.writeControlWord(this.h, this.latches, offset, value);
  }

  peekControl(offset: number): number {
    return Control.peekControlWord(this.h, offset);
  }

  readStream(n: number, offset: number): number {
    return readInterface(this.h, this.h.streams[n]!, offset);
  }

  writeStream(n: number, offset: number, value: number): void {
    writeInterface(this.h, this.h.streams[n]!, offset, value);
  }

  peekStream(n: number, offset: number): number {
    return peekInterface(this.h.streams[n]!, offset);
  }

  get cut(): boolean {
    return this.h.cut.stream >= 0 || this.shaders?.cut === true;
  }

  finishCut(): void {
    finishSlice(this.h);
    if (this.shaders?.cut === true) this.h.units[JOB_CLASS.COMPUTE]!.finishCut?.();
  }

  get shaders(): ShaderInspection | undefined {
    return this.inspection;
  }

  setRegister(n: number, index: number, value: number): void {
    this.h.streams[n]!.r[index] = value;
  }

  reset(): void {
    const { h, latches } = this;
    // Held first, so that no core freed on the way takes a task of the next stream.
    for (const s of h.streams) s.held = 1;
    for (const s of h.streams) resetStream(h, s);
    h.control.fill(0);
    h.starved.fill(0);
    latches.readAt = -1;
    latches.heldAt = -1;
    h.refreshEndpointLine();
  }

  get busy(): boolean {
    const { h } = this;
    for (const s of h.streams) {
      if (s.command !== 0 || s.flushing !== 0) return true;
      if (s.state !== CS_STATE.STOPPED && s.live && s.quiet === 0) return true;
    }
    return h.coreJob.some((job) => job >= 0);
  }

  counters(block: 'csf' | 'shader' | 'tiler', index: number): readonly number[] {
    const { h } = this;
    if (block === 'csf') return Array.from(h.counters);
    if (block === 'tiler') return Control.coreCounters(h, TILER_CORE, TILER_COUNTERS);
    return [...Control.coreCounters(h, index, SHADER_COUNTERS), h.coreTasks[index] ?? 0];
  }

  save(): Plain {
    const { h } = this;
    const floats = [h.counters, h.coreSince, h.coreBusy, h.coreTasks, h.jobPc].map((a) => Array.from(a));
    return {
      streams: h.streams.map((s) => s.save()),
      control: h.control.slice(),
      pending: [h.pendingLo, h.pendingHi],
      latches: { ...this.latches },
      coreJob: h.coreJob.slice(),
      groupUse: h.groupUse.slice(),
      starved: h.starved.slice(),
      cut: h.cut.stream >= 0 ? { ...h.cut } : undefined,
      floats,
      units: h.units.map((unit) => unit.save()),
    };
  }

  load(state: Plain): void {
    const { h, latches } = this;
    const from = state as unknown as SavedState;
    h.streams.forEach((s, n) => s.load(from.streams[n]!));
    h.control.set(from.control);
    [h.pendingLo, h.pendingHi] = from.pending;
    Object.assign(latches, from.latches);
    h.coreJob.set(from.coreJob);
    h.groupUse.set(from.groupUse);
    h.starved.set(from.starved);
    Object.assign(h.cut, from.cut ?? { stream: -1 });
    [h.counters, h.coreSince, h.coreBusy, h.coreTasks, h.jobPc].forEach((a, i) => a.set(from.floats[i]!));
    h.units.forEach((unit, i) => unit.load(from.units[i]));
  }
}

/** What `save` gives; `load` takes nothing else. */
interface SavedState {
  readonly streams: readonly PlainObject[];
  readonly control: Int32Array;
  readonly pending: readonly [number, number];
  readonly latches: Control.Latches;
  readonly coreJob: Int32Array;
  readonly groupUse: Int32Array;
  readonly starved: Uint8Array;
  readonly cut: Hardware['cut'] | undefined;
  readonly floats: readonly (readonly number[])[];
  readonly units: readonly Plain[];
}

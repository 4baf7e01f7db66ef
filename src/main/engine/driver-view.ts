/**
 * What the bench shows of the driver and of the streams its groups run on: looked up in the live objects, never
 * mirrored. Faults are noted when the hardware reports them, because the group loses its slot soon after.
 */
import { Bug } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { Client } from '../../driver/kernel/char-device.ts';
import { ERRNO, toRet } from '../../driver/kernel/errno.ts';
import type { Kernel } from '../../driver/kernel/kernel.ts';
import type { Group } from '../../driver/tyr/group.ts';
import { loadDevice, saveDevice, type TyrState } from '../../driver/tyr/state.ts';
import { writeAttribute } from '../../driver/tyr/sysfs.ts';
import { boundDevice } from '../../driver/tyr/tyr.ts';
import { versionText } from '../../spec/firmware/interface.ts';
import { MCU_CONTROL } from '../../spec/registers/index.ts';
import { MCU_CS } from '../../spec/registers/mcu-private.ts';
import type { Board } from './board.ts';
import { STREAMS } from './stream-events.ts';

const GIT_SHA = 'Firmware git sha: ';
/** Faults kept of a queue: the first and the latest ones (chosen). */
const MOST_FAULTS = 16;

export interface StreamFault {
  /** `fault` (recoverable) or `fatal`. */
  readonly kind: string;
  readonly detail: string;
  readonly timeNs: number;
  /** Registers of the stream at that moment. */
  readonly registers: readonly number[];
}

export class DriverView {
  private readonly kernel: Kernel;
  private readonly board: Board;
  /** By group and queue, oldest first: what comes after the first is often only what that one led to. */
  private readonly faults = new Map<string, StreamFault[]>();
  faultCount = 0;

  constructor(kernel: Kernel, board: Board) {
    this.kernel = kernel;
    this.board = board;
    board.streams.onEvent = (cs, kind, detail) => this.noteFault(cs, kind, detail);
    board.streams.groupIn = (slot) => this.groupIn(slot)?.id ?? -1;
  }

  get bound(): boolean {
    return boundDevice(this.kernel) !== undefined;
  }

  /** Whether registers answer, and why. Without a driver nobody turns the GPU off. */
  get gpuPower(): 'none' | 'on' | 'asleep' | 'kept on' | 'lost' {
    const pm = boundDevice(this.kernel)?.pm;
    if (pm === undefined) return 'none';
    if (pm.isLost) return 'lost';
    if (!pm.isActive) return 'asleep';
    return pm.isForbidden ? 'kept on' : 'on';
  }

  /** 0 when a device is bound, else the errno its probe gave. */
  get probeErrno(): number {
    const [device] = this.kernel.bus.devices;
    return device === undefined ? 0 : (this.kernel.bus.probeErrors.get(device.name) ?? 0);
  }

  /** Resets of the device since the probe. */
  get resets(): number {
    return boundDevice(this.kernel)?.reset.count ?? 0;
  }

  /** Name of the value MCU_STATUS has. */
  get mcuStatus(): string {
    const value = this.board.machine.peek(MCU_CONTROL.MCU_STATUS.offset);
    const field = MCU_CONTROL.MCU_STATUS.fields[0];
    return field?.nameOf(field.get(value)) ?? String(value);
  }

  /** Interface version as the driver parsed it from the shared section, and the build's name from the image. */
  get firmware(): { version: string; gitSha: string } {
    const device = boundDevice(this.kernel);
    const line = this.board.logLines.findLast((l) => l.startsWith(GIT_SHA));
    return {
      version: device === undefined ? '' : versionText(device.fw.glb.version),
      gitSha: line?.slice(GIT_SHA.length) ?? '',
    };
  }

  private group(client: number, handle: number): Group | undefined {
    const device = boundDevice(this.kernel);
    const file = device?.drm.openFiles.find((f) => f.client.pid === client);
    return file?.driverData.groups.get(handle);
  }

  private noteFault(cs: number, kind: string, detail: string): void {
    if (kind !== 'fault' && kind !== 'fatal') return;
    this.faultCount++;
    const group = this.groupIn(Math.floor(cs / STREAMS));
    if (group === undefined) return;
    const key = `${group.id}:${cs % STREAMS}`;
    const list = this.faults.get(key) ?? [];
    list.push({ kind, detail, timeNs: this.board.time.now(), registers: this.registers(cs) });
    if (list.length > MOST_FAULTS) list.splice(1, 1);
    this.faults.set(key, list);
  }

  /** What the hardware first reported for a queue of a group (by its id) at `sinceNs` or later. */
  faultSince(group: number, queue: number, sinceNs: number): string | undefined {
    const fault = this.faults.get(`${group}:${queue}`)?.find((f) => f.timeNs >= sinceNs);
    return fault === undefined ? undefined : `${fault.kind}: ${fault.detail}`;
  }

  /** Id of a group by the client's handle; undefined when there is no such group. */
  groupId(client: number, handle: number): number | undefined {
    return this.group(client, handle)?.id;
  }

  /** Slot of a group by its id, -1 while it has none; undefined when there is no such group. */
  slotOf(group: number): number | undefined {
    return boundDevice(this.kernel)?.sched.groups.get(group)?.csgId;
  }

  private groupIn(slot: number): Group | undefined {
    return [...(boundDevice(this.kernel)?.sched.groups.values() ?? [])].find((g) => g.csgId === slot);
  }

  private registers(cs: number): number[] {
    const { csf } = this.board.machine;
    return Array.from({ length: MCU_CS.CS_REG.count }, (_, i) => csf.peekStream(cs, MCU_CS.CS_REG.at(i).offset) >>> 0);
  }

  /** The first fault of a queue; undefined when there was none. */
  faultOf(client: number, handle: number, queue: number): StreamFault | undefined {
    const group = this.group(client, handle);
    return group === undefined ? undefined : this.faults.get(`${group.id}:${queue}`)?.[0];
  }

  /** r0.. of a queue's stream: live while its group has a slot, else as they were at its fault. */
  streamRegisters(client: number, handle: number, queue: number): readonly number[] | undefined {
    const group = this.group(client, handle);
    if (group === undefined) return undefined;
    // After a fault it recovers from a stream goes on: what it has come to counts.
    if (group.csgId >= 0) return this.registers(group.csgId * STREAMS + queue);
    return this.faults.get(`${group.id}:${queue}`)?.at(-1)?.registers;
  }

  /** Writes an attribute of the device under /sys; 0 or -errno. */
  writeAttribute(path: string, value: string): number {
    const device = boundDevice(this.kernel);
    if (device === undefined) return -ERRNO.ENODEV;
    return this.kernel.run(`write ${path}`, () => toRet(() => writeAttribute(device, path, value)));
  }

  /** Everything the driver remembers; undefined while no device is bound. */
  save(): (TyrState & Plain) | undefined {
    const device = boundDevice(this.kernel);
    return device === undefined ? undefined : saveDevice(device);
  }

  /** Into a kernel in which the device is bound. */
  load(state: TyrState, client: (pid: number) => Client): void {
    const device = boundDevice(this.kernel);
    if (device === undefined) throw new Bug('driver state loaded without a bound device');
    loadDevice(device, state, client);
  }

  /** The faults seen so far: what the bench shows, no part of what happens. */
  saveFaults(): Plain {
    return {
      count: this.faultCount,
      faults: [...this.faults].map(([key, list]) => [key, list.map((fault) => ({ ...fault }))]),
    };
  }

  loadFaults(state: Plain): void {
    const { count, faults } = state as unknown as { count: number; faults: [string, readonly StreamFault[]][] };
    this.faultCount = count;
    this.faults.clear();
    for (const [key, list] of faults) this.faults.set(key, [...list]);
  }
}

/**
 * The CSF firmware: loading its image into the MCU's VM, booting and stopping the MCU, the global interface, and
 * the watchdog (Panthor `panthor_fw.c`, Tyr `fw.rs`). The MCU's VM is pinned to address space 0.
 */
import { invariant } from '../../base/errors.ts';
import { BadInput } from '../../base/errors.ts';
import { SECTION_FLAG, cacheModeOf } from '../../spec/firmware/image-format.ts';
import { parseImage } from '../../spec/firmware/image.ts';
import type { Section as ImageSection } from '../../spec/firmware/image.ts';
import {
  DOORBELL_GLOBAL,
  GLB_INPUT,
  GLB_REQ,
  SHARED_BASE,
  VERSION_GLB_STATE,
  encodeTimer,
  requestMask,
  versionText,
} from '../../spec/firmware/interface.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { KernelError, fail } from '../kernel/errno.ts';
import type { IoMem } from '../kernel/io.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import { MSEC, SEC, USEC, readPollTimeout } from '../kernel/time.ts';
import { WaitQueue } from '../kernel/wait.ts';
import { DelayedWork } from '../kernel/workqueue.ts';
import { GlobalInterface, readLayout } from './fw/interfaces.ts';
import type { InterfaceLayout } from './fw/interfaces.ts';
import { spin } from './fw/protocol.ts';
import type { RequestPair } from './fw/protocol.ts';
import type { KernelBo, KernelBoState, KernelBos } from './gem.ts';
import type { GpuInfo } from './gpu-info.ts';
import { GpuIrq } from './irq.ts';
import type { GpuIrqState } from './irq.ts';
import type { Reset } from './reset.ts';
import type { Vm } from './vm.ts';

const BOOT_LIMIT = 1000 * MSEC;
const STOP_POLL = 10 * USEC;
const STOP_LIMIT = 100 * MSEC;
const HALT_LIMIT = 1 * SEC;
const PING_PERIOD = 12_000 * MSEC;
const PING_LIMIT = 100 * MSEC;
const POWEROFF_US = 10_000;
const IDLE_US = 800;
/** 5 * 500 * 1024 * 1024 GPU cycles without progress, in units of 1024. */
const PROGRESS_TIMER = 2_560_000;

const ALL = 0xffff_ffff;
const GLOBAL_IF = JOB_CONTROL.JOB_INT_RAWSTAT.encode({ GLOBAL_IF: true });
const PING = requestMask(GLB_REQ, 'PING');
const HALT = requestMask(GLB_REQ, 'HALT');
const STATE = requestMask(GLB_REQ, 'STATE');
const STATE_HALT = GLB_REQ.STATE.enum.HALT * 2 ** GLB_REQ.STATE.lsb;
const CONFIG = requestMask(GLB_REQ, 'CFG_ALLOC_EN', 'CFG_POWEROFF_TIMER', 'CFG_PROGRESS_TIMER');
const ENABLES = requestMask(GLB_REQ, 'IDLE_EN', 'COUNTER_EN');
const ACK_IRQS = (CONFIG | requestMask(GLB_REQ, 'PING', 'IDLE_EN', 'IDLE')) >>> 0;

interface Section {
  readonly memory: KernelBo;
  readonly data: Uint8Array;
  readonly zero: boolean;
}

export interface FirmwareParts {
  readonly kernel: Kernel;
  readonly io: IoMem;
  readonly log: Log;
  readonly info: GpuInfo;
  /** The MCU's VM. */
  readonly vm: Vm;
  readonly bos: KernelBos;
  readonly reset: Reset;
  /** Core clock, Hz. */
  readonly coreHz: () => number;
}

export class Firmware {
  readonly vm: Vm;
  readonly irq: GpuIrq;
  /** Woken by every job interrupt. */
  readonly acks: WaitQueue;
  private readonly parts: FirmwareParts;
  private readonly ping: DelayedWork;
  private sections: Section[] = [];
  private shared: KernelBo | undefined;
  private interfaces: GlobalInterface | undefined;
  private booted = false;
  private fast = false;
  /** Who gets the events of the interfaces, once there is a scheduler. */
  events: ((bits: number) => void) | undefined;

  constructor(parts: FirmwareParts) {
    this.parts = parts;
    this.vm = parts.vm;
    this.acks = new WaitQueue(parts.kernel, 'firmware');
    this.irq = new GpuIrq(parts.io, 'job', ALL, (status) => this.handle(status));
    this.ping = new DelayedWork(parts.reset.queue, 'fw/ping', () => this.sendPing());
  }

  /** The interfaces; there are none before the first boot. */
  get glb(): GlobalInterface {
    invariant(this.interfaces !== undefined, 'the firmware interfaces have not been read yet');
    return this.interfaces;
  }

  get isBooted(): boolean {
    return this.booted;
  }

  /** Path given to the firmware loader. */
  static path(gpuId: number): string {
    const id = GPU_CONTROL.GPU_ID;
    return `arm/mali/arch${id.get('arch_major', gpuId)}.${id.get('arch_minor', gpuId)}/mali_csffw.bin`;
  }

  /** Loads the image into the MCU's VM. KernelError ENOENT, EINVAL, ENOMEM; what was mapped goes with `dispose`. */
  load(): void {
    const { kernel, log, info } = this.parts;
    const path = Firmware.path(info.gpu_id);
    kernel.service(`request_firmware ${path}`);
    const bytes = kernel.platform.firmware(path);
    if (bytes === undefined) {
      log.err("Failed to load firmware image 'mali_csffw.bin'");
      return fail('ENOENT', `no firmware ${path}`);
    }
    const image = this.parse(bytes, path);
    for (const entry of image.entries) {
      if (entry.kind === 'section' && (entry.flags & SECTION_FLAG.PROT) !== 0) {
        log.warn('Firmware protected mode entry is not supported, ignoring');
      } else if (entry.kind === 'build-info' && entry.gitSha !== undefined) {
        log.info(`Firmware git sha: ${entry.gitSha}`);
      }
    }
    for (const section of image.sections) this.loadSection(section);
  }

  private parse(bytes: Uint8Array, path: string): ReturnType<typeof parseImage> {
    try {
      return parseImage(bytes);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      const { message } = error.in(path);
      this.parts.log.err(message);
      return fail('EINVAL', message);
    }
  }

  private loadSection(section: ImageSection): void {
    const { flags, vaStart, vaEnd } = section;
    const memory = this.parts.bos.create(
      this.vm,
      vaEnd - vaStart,
      {
        readOnly: (flags & SECTION_FLAG.WR) === 0,
        noExec: (flags & SECTION_FLAG.EX) === 0,
        uncached: cacheModeOf(flags) !== 'cached',
      },
      `FW section ${section.name}`,
      vaStart,
    );
    const loaded = { memory, data: section.data.slice(), zero: (flags & SECTION_FLAG.ZERO) !== 0 };
    this.sections.push(loaded);
    if (vaStart === SHARED_BASE) this.shared = memory;
    fillSection(loaded);
  }

  /** Requests the interrupt, boots, reads the interfaces. KernelError ETIMEDOUT, EINVAL. */
  boot(): void {
    const { log } = this.parts;
    this.vm.activate();
    this.start();
    invariant(this.shared !== undefined, 'an image without shared section was loaded');
    const layout = readLayout(this.shared, this.shared.size, log);
    this.interfaces = new GlobalInterface(this.shared, layout);
    log.info(
      `CSF FW using interface v${versionText(layout.version)}, Features 0x${layout.features.toString(16)} ` +
        `Instrumentation features 0x${layout.instrFeatures.toString(16)}`,
    );
    this.initGlobal();
  }

  private start(): void {
    const { io, log } = this.parts;
    this.booted = false;
    this.irq.resume();
    io.writeFields(MCU_CONTROL.MCU_CONTROL, { req: 'AUTO' });
    this.acks.waitEventTimeout(() => this.booted, BOOT_LIMIT);
    if (!this.booted && this.irq.raw(GLOBAL_IF)) this.booted = true;
    if (this.booted) return;
    const status = MCU_CONTROL.MCU_STATUS.field('value');
    const value = io.field(MCU_CONTROL.MCU_STATUS, 'value');
    log.err(`Failed to boot MCU (status=${(status.nameOf(value) ?? 'unknown').toLowerCase()})`);
    fail('ETIMEDOUT', 'the MCU did not boot');
  }

  /** Tells the firmware what it may use and how long things take; no answer is waited for. */
  private initGlobal(): void {
    const { kernel, info, coreHz } = this.parts;
    const { input, requests, version } = this.glb;
    const clocks = { systemTimerHz: kernel.platform.timerHz, gpuHz: coreHz() };
    input.write64(GLB_INPUT.CORE_EN_MASK, info.shader_present);
    input.write(GLB_INPUT.POWEROFF_TIMER, encodeTimer(POWEROFF_US, clocks));
    input.write(GLB_INPUT.PROGRESS_TIMER, PROGRESS_TIMER);
    input.write(GLB_INPUT.IDLE_TIMER, encodeTimer(IDLE_US, clocks));
    input.write(GLB_INPUT.ACK_IRQ_MASK, version >= VERSION_GLB_STATE ? ACK_IRQS | STATE : ACK_IRQS);
    requests.update(ENABLES, ENABLES);
    requests.toggle(CONFIG);
    this.ringDoorbell(DOORBELL_GLOBAL);
    this.ping.mod(PING_PERIOD);
  }

  private handle(status: number): void {
    this.parts.io.write(JOB_CONTROL.JOB_INT_CLEAR, status);
    if ((status & GLOBAL_IF) !== 0) this.booted = true;
    this.acks.wakeUp();
    if (this.booted && this.interfaces !== undefined) this.events?.(status);
  }

  ringDoorbell(page: number): void {
    this.parts.io.write(CSF_DOORBELL.CSF_DOORBELL.at(page), 1);
  }

  /** Makes the firmware look at the slots of `mask`. */
  ringCsgDoorbells(mask: number): void {
    this.glb.doorbells.toggle(mask);
    this.ringDoorbell(DOORBELL_GLOBAL);
  }

  /** Bits of `mask` the firmware has acknowledged within `timeoutNs`. */
  waitAcks(pair: RequestPair, mask: number, timeoutNs: number): number {
    return pair.waitAcks(this.parts.kernel, this.acks, mask, timeoutNs);
  }

  private sendPing(): void {
    const { reset, log } = this.parts;
    if (reset.isPending) return;
    this.glb.requests.toggle(PING);
    this.ringDoorbell(DOORBELL_GLOBAL);
    if (this.waitAcks(this.glb.requests, PING, PING_LIMIT) === PING) {
      this.ping.mod(PING_PERIOD);
      return;
    }
    log.err('FW ping timeout, scheduling a reset');
    reset.schedule();
  }

  /** Turns the MCU off. */
  stop(): void {
    const { kernel, io, log } = this.parts;
    io.writeFields(MCU_CONTROL.MCU_CONTROL, { req: 'DISABLE' });
    try {
      readPollTimeout(
        kernel,
        () => io.field(MCU_CONTROL.MCU_STATUS, 'value'),
        (value) => value === 0,
        STOP_POLL,
        STOP_LIMIT,
      );
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      log.err('Failed to stop MCU');
    }
  }

  /** Asks the firmware to stop by itself; false when it does not. The CPU spins, it does not sleep. */
  private halt(): boolean {
    const { kernel, io } = this.parts;
    const { requests, version } = this.glb;
    const withState = version >= VERSION_GLB_STATE;
    if (withState) requests.update(STATE_HALT, STATE);
    else requests.update(HALT, HALT);
    this.ringDoorbell(DOORBELL_GLOBAL);
    const halted = MCU_CONTROL.MCU_STATUS.field('value').valueOf('HALT');
    for (const end = kernel.now() + HALT_LIMIT; kernel.now() < end; spin(kernel, STOP_POLL)) {
      const stopped = io.field(MCU_CONTROL.MCU_STATUS, 'value') === halted;
      if (stopped && (!withState || (requests.ack & STATE) === STATE_HALT)) return true;
    }
    return false;
  }

  /** The firmware has halted in order: its memory may be kept. */
  get isFast(): boolean {
    return this.fast;
  }

  /** The next start loads everything again. */
  forget(): void {
    this.fast = false;
  }

  /** A start failed: back to where the device is off. */
  abort(): void {
    this.ping.cancel();
    this.irq.suspend();
    this.stop();
  }

  /** Before a reset or a suspend. After a hang nothing of the firmware's memory is trusted. */
  preReset(onHang: boolean): void {
    this.ping.cancel();
    this.fast = false;
    if (!onHang) {
      this.fast = this.halt();
      if (!this.fast) this.parts.log.warn('Failed to cleanly suspend MCU');
    }
    this.irq.suspend();
    this.stop();
  }

  /** After a reset: with the memory kept if the firmware had halted, else loaded again. */
  postReset(): void {
    this.vm.activate();
    if (this.fast) {
      const { requests, version } = this.glb;
      requests.update(0, version >= VERSION_GLB_STATE ? STATE : HALT);
    } else {
      for (const section of this.sections) fillSection(section);
    }
    this.start();
    this.initGlobal();
  }

  /** Stops everything; the sections stay mapped until `dispose`. */
  unplug(): void {
    this.ping.cancel();
    this.irq.suspend();
    this.stop();
    this.vm.idle();
  }

  dispose(): void {
    this.ping.dispose();
    for (const section of this.sections.splice(0).reverse()) section.memory.dispose();
  }

  save(): FirmwareState {
    return {
      irq: this.irq.save(),
      booted: this.booted,
      fast: this.fast,
      layout: this.interfaces?.layout,
      sections: this.sections.map((s) => ({ memory: s.memory.save(), data: s.data, zero: s.zero })),
    };
  }

  restore(state: FirmwareState): void {
    this.irq.load(state.irq);
    this.booted = state.booted;
    this.fast = state.fast;
    this.sections = state.sections.map((s) => ({ ...s, memory: this.parts.bos.restore(s.memory) }));
    this.shared = this.sections.find((s) => s.memory.va === SHARED_BASE)?.memory;
    if (state.layout !== undefined && this.shared !== undefined) {
      this.interfaces = new GlobalInterface(this.shared, state.layout);
    }
  }
}

export type FirmwareState = {
  readonly irq: GpuIrqState;
  readonly booted: boolean;
  readonly fast: boolean;
  readonly layout: InterfaceLayout | undefined;
  readonly sections: readonly { readonly memory: KernelBoState; readonly data: Uint8Array; readonly zero: boolean }[];
};

/** Initial contents: data, and zeros behind them if asked. A section without either is not touched. */
function fillSection(section: Section): void {
  const { memory, data, zero } = section;
  if (data.length > 0) memory.writeBytes(0, data);
  if (zero && data.length < memory.size) memory.fill(data.length, memory.size - data.length);
}

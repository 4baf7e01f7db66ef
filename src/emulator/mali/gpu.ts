/**
 * The GPU put together: every block, the MCU with its core, the stream hardware, and the resets that reach across
 * them. machine.ts adds time and the outside world.
 */
import { popcount32 } from '../../base/bits.ts';
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import { CSF_USER } from '../../spec/registers/csf-user.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { IPA_CONTROL } from '../../spec/registers/ipa-control.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MCU_CORE, MCU_CSG, MCU_GPU, MCU_PRF, MCU_REG_SIZE, MCU_WINDOW } from '../../spec/registers/mcu-private.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { sourceId } from '../../spec/faults.ts';
import { UsageError } from '../../base/errors.ts';
import type { GpuClockDomain } from '../clock-domain.ts';
import type { VirtualClock } from '../clock.ts';
import { Core, type CoreOptions } from '../mcu/core.ts';
import type { Ram } from '../memory.ts';
import { RegisterFile, type Oddity, type Overrides } from '../register-file.ts';
import type { Csf, CsfHost, CsfTrace } from '../wiring.ts';
import { FlushEngine } from './caches.ts';
import type { Chip } from './chip.ts';
import { Counters } from './counters.ts';
import { Doorbells } from './doorbell.ts';
import { GpuControl } from './gpu-control.ts';
import { IrqBlock } from './irq.ts';
import { MaliMcuBus } from './mcu-bus.ts';
import { McuAccessLog } from './mcu-registers/access-log.ts';
import { CoreControl, survivesBoot, type Cause } from './mcu-registers/core-control.ts';
import { Maintenance } from './mcu-registers/maintenance.ts';
import { Samples } from './mcu-registers/samples.ts';
import { Timers } from './mcu-registers/timers.ts';
import { Watchdog } from './mcu-registers/watchdog.ts';
import { Windows } from './mcu-registers/windows.ts';
import { Mcu } from './mcu.ts';
import { GpuMmu } from './mmu.ts';
import { PowerControl } from './power.ts';

/** The three interrupt lines, by their device-tree names. */
export type IrqLine = 'job' | 'mmu' | 'gpu';

/** Bytes of the host's window. */
export const HOST_WINDOW = 0x20_0000;

const MCU_INSTRUCTIONS = 5;
const BYTES_PER_WORD = 4;

/** Blocks of the host window on architecture 10; PWR_CONTROL exists from 14 on and reads 0 here. */
const HOST_BLOCKS = [
  GPU_CONTROL,
  GPU_POWER,
  MCU_CONTROL,
  JOB_CONTROL,
  MMU_CONTROL,
  CSF_USER,
  IPA_CONTROL,
  CSF_DOORBELL,
];
const INNER_BLOCKS = [MCU_GPU, MCU_CORE, MCU_WINDOW, MCU_PRF];

export interface GpuConfig {
  readonly csf: (host: CsfHost) => Csf;
  readonly overrides: Overrides;
  readonly core: CoreOptions;
}

/** What the GPU tells the outside. */
export interface GpuOutputs {
  readonly line: (line: IrqLine, high: boolean) => void;
  /** An access of the host that the model does not have. */
  readonly odd: (what: Oddity | 'refused', offset: number, write: boolean, value: number) => void;
  readonly mcuEvent: (kind: string, pc: number, detail: string) => void;
  readonly logChar: (ch: number) => void;
  readonly trace: CsfTrace;
}

export class Gpu implements Stateful<PlainObject> {
  readonly host: RegisterFile;
  readonly inner: RegisterFile;
  readonly power: PowerControl;
  readonly mmu: GpuMmu;
  readonly mcu: Mcu;
  readonly bus: MaliMcuBus;
  readonly core: Core;
  readonly csf: Csf;
  readonly coreControl: CoreControl;
  readonly log: McuAccessLog;
  readonly counters: Counters;
  private readonly chip: Chip;
  private readonly caches: FlushEngine;
  private readonly control: GpuControl;
  private readonly doorbells: Doorbells;
  private readonly maintenance: Maintenance;
  private readonly timers: Timers;
  private readonly watchdog: Watchdog;
  private readonly samples: Samples;
  /** Everything with state, by the name it is saved under. */
  private readonly parts: Readonly<Record<string, { save(): unknown; load(state: never): void }>>;

  constructor(clock: VirtualClock, gpuClock: GpuClockDomain, memory: Ram, config: GpuConfig, out: GpuOutputs) {
    const { odd } = out;
    this.host = new RegisterFile({ size: HOST_WINDOW, latched: false, odd });
    this.inner = new RegisterFile({
      size: MCU_REG_SIZE,
      latched: true,
      odd: (what, ...rest) => this.oddInner(what, ...rest),
    });
    const overrides = new Map(Object.entries(config.overrides));
    this.host.add(HOST_BLOCKS, overrides);
    this.inner.add(INNER_BLOCKS, overrides);
    const [unknown] = overrides.keys();
    if (unknown !== undefined)
      throw new UsageError(`no register ${unknown} to override; names are as in tyr registers`);

    const irq = (line: IrqLine, rawstat: string, cleared?: (bits: number) => void): IrqBlock =>
      new IrqBlock(this.host, irqRegisters(rawstat), {
        line: (high) => out.line(line, high),
        ...(cleared === undefined ? {} : { cleared }),
      });
    this.chip = {
      clock,
      gpuClock,
      memory,
      host: this.host,
      inner: this.inner,
      gpuIrq: irq('gpu', 'GPU'),
      mmuIrq: irq('mmu', 'MMU', (bits) => this.mmu.rearm(bits)),
      jobIrq: irq('job', 'JOB'),
      log: { report: (_kind, offset, write, _bytes, value) => odd('refused', offset, write, value) },
      setLine: (line, level) => this.mcu.setLine(line, level),
    };
    const { chip } = this;
    this.mcu = new Mcu(chip);
    this.log = new McuAccessLog(this.inner);
    const innerChip: Chip = { ...chip, log: this.log };
    this.caches = new FlushEngine(chip);
    this.counters = new Counters(chip);
    this.power = new PowerControl(chip);
    this.mmu = new GpuMmu(chip, this.caches);
    this.maintenance = new Maintenance(innerChip, this.caches, this.mmu);
    this.timers = new Timers(chip, this.counters);
    this.doorbells = new Doorbells(chip, () => this.mcu.halted);
    this.csf = config.csf({
      clock,
      gpuClock,
      memory,
      mmu: this.mmu,
      caches: this.caches,
      power: this.power,
      log: this.log,
      timestamp: () => this.counters.timestamp(),
      cycles: () => gpuClock.cycles(),
      setLine: chip.setLine,
      trace: out.trace,
    });
    this.samples = new Samples(innerChip, this.mmu, this.counters, (block) => this.blockCounters(block));
    const windows = new Windows(chip, this.mmu);
    this.bus = new MaliMcuBus(chip, this.mmu, this.csf, windows, this.log, this.mcu);
    this.core = new Core(this.bus, config.core);
    this.log.pc = () => this.core.pc;
    this.coreControl = new CoreControl(innerChip, {
      stop: (state) => this.mcu.stopCore(state),
      logChar: out.logChar,
    });
    this.watchdog = new Watchdog(chip, {
      nmi: (level) => this.mcu.setNmi(level),
      fatal: () => this.mcu.stopCore(this.mcu.fatalState),
      cycle: () => this.mcu.position(),
    });
    this.control = new GpuControl(chip, {
      caches: this.caches,
      counters: this.counters,
      reset: (keepPower) => this.reset(keepPower),
      active: () => this.mcu.busy || this.csf.busy,
      powerChanging: () => this.power.changing,
      pageFault: () => this.mmu.faulted !== 0,
    });
    this.power.busyCores = (half) => this.csf.peekControl(MCU_CSG.EP_CORES.offset + 4 * half);
    this.power.onL2 = (on) => this.mcu.l2Changed(on);
    this.mmu.onFault = (as, fault, source) => this.maintenance.onFault(as, fault, source);
    this.mmu.onBusFault = (as, fault, source) =>
      this.control.raiseFault(fault.code, fault.access, fault.va, as, sourceId(source.unit, source.cs));
    this.mcu.connect(this.core, this.bus, {
      l2Ready: () => this.power.l2Ready,
      resetBlock: (cause) => this.resetBlock(cause),
      disabled: () => this.mcuDisabled(),
      statusChanged: () => this.doorbells.update(),
      awake: (awake) => this.watchdog.setAwake(awake),
      event: (kind, detail) => out.mcuEvent(kind, this.core.pc, detail),
    });
    gpuClock.onChange = () => {
      this.timers.rearm();
      this.watchdog.rearm();
    };
    this.parts = {
      host: this.host,
      inner: this.inner,
      gpuIrq: chip.gpuIrq,
      mmuIrq: chip.mmuIrq,
      jobIrq: chip.jobIrq,
      caches: this.caches,
      counters: this.counters,
      power: this.power,
      mmu: this.mmu,
      control: this.control,
      timers: this.timers,
      watchdog: this.watchdog,
      samples: this.samples,
      log: this.log,
      mcu: this.mcu,
      core: this.core,
      csf: this.csf,
    };
  }

  irq(line: IrqLine): boolean {
    const { jobIrq, mmuIrq, gpuIrq } = this.chip;
    return { job: jobIrq, mmu: mmuIrq, gpu: gpuIrq }[line].asserted;
  }

  /** Soft reset: all registers and blocks as after power-on, except GPU_INT_MASK and what each block keeps. */
  reset(keepPower: boolean): void {
    const { gpuIrq, mmuIrq, jobIrq } = this.chip;
    // A driver waits for RESET_COMPLETED as an interrupt, so this one mask survives (chosen).
    gpuIrq.reset(true);
    mmuIrq.reset();
    jobIrq.reset();
    this.mcu.reset();
    this.csf.reset();
    this.host.reset();
    this.inner.reset();
    this.mmu.reset();
    this.caches.reset();
    this.counters.reset();
    this.doorbells.reset();
    this.resetInnerBlocks();
    if (keepPower) this.power.dropWants();
    else this.power.reset();
    this.control.reset();
  }

  /** As after power-on. */
  powerOn(): void {
    this.reset(false);
    this.chip.gpuIrq.reset();
    this.caches.powerOn();
  }

  save(): PlainObject {
    const state: Record<string, unknown> = { traffic: Array.from(this.bus.traffic) };
    for (const [name, part] of Object.entries(this.parts)) state[name] = part.save();
    return state as PlainObject;
  }

  load(state: PlainObject): void {
    for (const [name, part] of Object.entries(this.parts)) part.load(state[name] as never);
    this.bus.traffic.set(state['traffic'] as readonly number[]);
    this.bus.onPagesChanged();
  }

  /** A boot of the MCU: the private block as after power-on, except what survives. */
  private resetBlock(cause: Cause): void {
    this.inner.reset(survivesBoot);
    this.csf.reset();
    this.power.dropWants();
    this.resetInnerBlocks();
    this.coreControl.booted(cause);
  }

  private mcuDisabled(): void {
    this.csf.reset();
    this.power.dropWants();
    this.timers.reset();
    this.watchdog.reset();
    this.samples.reset();
  }

  private resetInnerBlocks(): void {
    this.maintenance.reset();
    this.timers.reset();
    this.watchdog.reset();
    this.samples.reset();
    this.power.updateLine();
    this.counters.update();
    this.doorbells.update();
  }

  private oddInner(what: Oddity, offset: number, write: boolean, value: number): void {
    // Kinds of AccessLog: 3 a reserved bit or value, 1 everything else.
    this.log.report(what === 'reserved' ? 3 : 1, offset + 0x4000_0000, write, BYTES_PER_WORD, value);
  }

  /** Values of a block of the samples: CSF, MEM, TILER, SHADER0.. of the cores that exist. */
  private blockCounters(block: number): readonly number[] {
    switch (block) {
      case 0: {
        const values = [...this.csf.counters('csf', 0)];
        values[MCU_INSTRUCTIONS] = this.core.instructions;
        return values;
      }
      case 1: {
        const [reads = 0, writes = 0] = this.bus.traffic;
        return [reads, writes, reads * BYTES_PER_WORD, writes * BYTES_PER_WORD, 0, 0];
      }
      case 2:
        return this.csf.counters('tiler', 0);
      default:
        return this.csf.counters('shader', this.coreNumber(block - 3));
    }
  }

  /** Bit number of the n-th shader core that exists. */
  private coreNumber(n: number): number {
    const present = this.host.get(GPU_POWER.GPU_SHADER_PRESENT);
    for (let bit = 0; bit < 32; bit++) {
      if (((present >>> bit) & 1) !== 0 && popcount32(present & ((1 << bit) - 1)) === n) return bit;
    }
    return n;
  }
}

function irqRegisters(block: string): ConstructorParameters<typeof IrqBlock>[1] {
  const registers = { ...GPU_CONTROL, ...MMU_CONTROL, ...JOB_CONTROL };
  const named = (word: string) => {
    const register = Object.values(registers).find(({ name }) => name === `${block}_INT_${word}`);
    if (register === undefined) throw new UsageError(`no register ${block}_INT_${word}`);
    return register;
  };
  return { rawstat: named('RAWSTAT'), clear: named('CLEAR'), mask: named('MASK'), stat: named('STAT') };
}

/**
 * Configuration items and trace buffers of the firmware image, written as the host of a real GPU writes them: words of
 * the shared section, then GLB_REQ.FWCFG_UPDATE and the global doorbell. Everything is an input of the engine.
 */
import { UsageError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { z } from 'zod';
import type { firmwareItemRequests } from '../../protocol/firmware-items.ts';
import {
  GLB_CONTROL,
  GLB_INPUT,
  GLB_OUTPUT,
  GLB_REQ,
  requestMask,
  SHARED_BASE,
} from '../../spec/firmware/interface.ts';
import { inspectImage, type Entry } from '../../spec/firmware/image.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import { MCU_CONTROL } from '../../spec/registers/index.ts';
import { MCU_CORE, MCU_REG_BASE } from '../../spec/registers/mcu-private.ts';
import type { Timeline } from './timeline.ts';

type Requests = typeof firmwareItemRequests;
type Item<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

/** What the handlers need of the service. */
export interface FirmwareItemService {
  readonly history: Timeline;
  /** Values to be written with the boot, by name. */
  readonly pendingConfig: Map<string, number>;
  /** An image that the boot will take. */
  readonly pending: { readonly bytes: Uint8Array } | undefined;
}

type Handlers = {
  readonly [K in keyof Requests]: (
    service: FirmwareItemService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

const PAGE = 4096;
/**
 * Where the memory of a trace buffer is: insert and extract word, then the bytes, in the upper half of the page that
 * holds its words (chosen: images built here leave it free, and it is mapped for the firmware already).
 */
const BUFFER_AT = PAGE / 2;
const HEAD = 8;
const BUFFER_BYTES = PAGE / 2 - HEAD;

function entries<K extends Entry['kind']>({ history, pending }: FirmwareItemService, kind: K): Item<K>[] {
  const { driverLoaded, powerOn } = history.engine;
  const firmware = driverLoaded ? powerOn.firmware : (pending?.bytes ?? powerOn.firmware);
  if (firmware === undefined) throw new UsageError('the bench has no firmware');
  return inspectImage(firmware).entries.filter((e): e is Item<K> => e.kind === kind);
}

function named<T extends { readonly name: string }>(all: readonly T[], kind: string, name: string): T {
  const found = all.find((e) => e.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    all.map((e) => e.name),
  );
  throw new UsageError(`the firmware has no ${kind} "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
}

const configItem = (s: FirmwareItemService, name: string): Item<'config'> =>
  named(entries(s, 'config'), 'configuration item', name);
const traceBuffer = (s: FirmwareItemService, name: string): Item<'trace-buffer'> =>
  named(entries(s, 'trace-buffer'), 'trace buffer', name);

function booted({ history }: FirmwareItemService): void {
  if (!history.engine.driver.bound) throw new UsageError('nothing runs on the MCU for the driver: boot first');
}

/** A word of the MCU's memory; undefined where nothing is mapped now. */
function peek({ history }: FirmwareItemService, address: number): number | undefined {
  const word = history.engine.board.machine.mcuPeek(address);
  return word === undefined ? undefined : word >>> 0;
}

function need(s: FirmwareItemService, address: number): number {
  const word = peek(s, address);
  if (word === undefined) throw new UsageError('the memory of the firmware is not mapped: boot, or use the GPU, first');
  return word;
}

function write({ history }: FirmwareItemService, address: number, ...words: number[]): void {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
  history.apply({ kind: 'memory-write', space: 'mcu', as: 0, address, bytes });
}

function setConfig(s: FirmwareItemService, item: Item<'config'>, value: number): void {
  write(s, item.address, value);
  request(s, 'FWCFG_UPDATE');
}

/** Writes what was set before the boot. */
export function applyPendingConfig(s: FirmwareItemService): void {
  for (const [name, value] of s.pendingConfig) setConfig(s, configItem(s, name), value);
  s.pendingConfig.clear();
}

/** Toggles a request of the global interface and rings for it. */
function request(s: FirmwareItemService, name: 'FWCFG_UPDATE' | 'PING' | 'HALT'): void {
  const at = requestWord(s);
  write(s, at, (need(s, at) ^ requestMask(GLB_REQ, name)) >>> 0);
  s.history.apply({ kind: 'poke', offset: CSF_DOORBELL.CSF_DOORBELL.at(0).offset, value: 1, by: 'user' });
}

const requestWord = (s: FirmwareItemService): number =>
  need(s, SHARED_BASE + GLB_CONTROL.INPUT_VA.offset) + GLB_INPUT.REQ.offset;
const answerWord = (s: FirmwareItemService): number =>
  need(s, SHARED_BASE + GLB_CONTROL.OUTPUT_VA.offset) + GLB_OUTPUT.ACK.offset;

/** Pieces of virtual time between two looks at an answer (chosen). */
const LOOK_NS = 1000;
/** How long the core may take to halt, and a reset of the device to be over (chosen: both take far less). */
const HALT_NS = 10_000_000;
const RESET_NS = 1_000_000_000;

/** Grants time until `done`; false when `limitNs` passed before. */
function until({ history }: FirmwareItemService, limitNs: number, done: () => boolean): boolean {
  const end = history.engine.now + limitNs;
  while (!done()) {
    if (history.engine.now >= end) return false;
    history.apply({ kind: 'advance', limitNs: LOOK_NS, until: 'time' });
  }
  return true;
}

function ping(s: FirmwareItemService, limitNs: number): { answered: boolean; ns: number } {
  const PING = requestMask(GLB_REQ, 'PING');
  const from = s.history.engine.now;
  request(s, 'PING');
  const answered = until(s, limitNs, () => ((need(s, requestWord(s)) ^ need(s, answerWord(s))) & PING) === 0);
  return { answered, ns: s.history.engine.now - from };
}

function mcuControl({ history }: FirmwareItemService, state: 'DISABLE' | 'AUTO'): void {
  const { offset, fields } = MCU_CONTROL.MCU_CONTROL;
  history.apply({ kind: 'poke', offset, value: Number(fields[0]?.valueOf(state) ?? 0), by: 'user' });
}

/** HALT, DISABLE, AUTO: the core begins anew with its memory as it is. */
function fastReset(s: FirmwareItemService): void {
  const { engine } = s.history;
  request(s, 'HALT');
  if (!until(s, HALT_NS, () => engine.driver.mcuStatus === 'HALT')) {
    throw new UsageError('the firmware does not halt when it is asked to: only a slow reset helps');
  }
  mcuControl(s, 'DISABLE');
  const at = requestWord(s);
  write(s, at, (need(s, at) & ~requestMask(GLB_REQ, 'HALT')) >>> 0);
  mcuControl(s, 'AUTO');
  until(s, HALT_NS, () => engine.driver.mcuStatus === 'ENABLED');
}

function slowReset({ history }: FirmwareItemService): void {
  history.apply({ kind: 'device-reset' });
  history.apply({ kind: 'advance', limitNs: RESET_NS, until: 'idle' });
}

/** What the core booted for, and how often. */
function bootFacts({ history }: FirmwareItemService): { mcu: string; cause: string; boots: number } {
  const { MCU_CAUSE } = MCU_CORE;
  const word = history.engine.board.machine.mcuPeek(MCU_REG_BASE + MCU_CAUSE.offset) ?? 0;
  const cause = MCU_CAUSE.get('cause', word);
  return {
    mcu: history.engine.driver.mcuStatus,
    cause: MCU_CAUSE.find('cause')?.nameOf(cause) ?? String(cause),
    boots: MCU_CAUSE.get('boots', word),
  };
}

export const FIRMWARE_ITEM_HANDLERS: Handlers = {
  'fw.ping': (s, { limitNs }) => {
    booted(s);
    return ping(s, limitNs);
  },
  'fw.reset': (s, { kind }) => {
    booted(s);
    if (kind === 'fast') fastReset(s);
    else slowReset(s);
    return bootFacts(s);
  },
  'fw.watchdog': (s) => ({
    ...bootFacts(s),
    loadCycles: (peek(s, MCU_REG_BASE + MCU_CORE.WDOG_LOAD.offset) ?? 0) >>> 0,
    resets: s.history.engine.driver.resets,
  }),
  'fw.items': (s) => ({
    config: entries(s, 'config').map(({ name, address, min, max }) => {
      const value = s.history.engine.driver.bound ? peek(s, address) : undefined;
      const pending = s.pendingConfig.get(name);
      return {
        name,
        address,
        min,
        max,
        ...(value === undefined ? {} : { value }),
        ...(pending === undefined ? {} : { pending }),
      };
    }),
    traceBuffers: entries(s, 'trace-buffer').map((t) => {
      const enabled = s.history.engine.driver.bound && ((peek(s, t.traceEnableAddress) ?? 0) & 1) !== 0;
      return { name: t.name, type: t.bufferType, enabled };
    }),
  }),
  'fw.config': (s, { name, value }) => {
    const item = configItem(s, name);
    if (value < item.min || value > item.max) {
      throw new UsageError(`"${name}" takes ${item.min} to ${item.max}, not ${value}`);
    }
    if (s.history.engine.driver.bound) setConfig(s, item, value);
    else s.pendingConfig.set(name, value);
  },
  'fw.trace': (s, { name, on }) => {
    const t = traceBuffer(s, name);
    need(s, t.traceEnableAddress);
    if (!on) return write(s, t.traceEnableAddress, 0);
    const base = t.sizeAddress - (t.sizeAddress % PAGE) + BUFFER_AT;
    for (const { address } of entries(s, 'config')) {
      if (address >= base && address < base + BUFFER_AT)
        throw new UsageError(`"${name}": there is no free memory for it`);
    }
    write(s, base, 0, 0);
    write(s, t.insertAddress, base);
    write(s, t.extractAddress, base + 4);
    write(s, t.dataAddress, base + HEAD);
    write(s, t.sizeAddress, BUFFER_BYTES);
    write(s, t.traceEnableAddress, 1);
  },
  'fw.log': (s, { name }) => {
    const t = traceBuffer(s, name);
    if ((need(s, t.traceEnableAddress) & 1) === 0) throw new UsageError(`"${name}" is not enabled: fw.trace does`);
    const [size, data, insertAt, extractAt] = [t.sizeAddress, t.dataAddress, t.insertAddress, t.extractAddress].map(
      (address) => need(s, address),
    ) as [number, number, number, number];
    const insert = need(s, insertAt) % size;
    let text = '';
    for (let at = need(s, extractAt) % size; at !== insert; at = (at + 1) % size) {
      const address = data + at;
      text += String.fromCharCode((need(s, address - (address % 4)) >>> ((address % 4) * 8)) & 0xff);
    }
    if (text !== '') write(s, extractAt, insert);
    return { text };
  },
};

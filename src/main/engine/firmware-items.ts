/**
 * Configuration items and trace buffers of the firmware image, written as the host of a real GPU writes them: words of
 * the shared section, then GLB_REQ.FWCFG_UPDATE and the global doorbell. Everything is an input of the engine.
 */
import { UsageError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { z } from 'zod';
import type { firmwareItemRequests } from '../../protocol/firmware-items.ts';
import { GLB_CONTROL, GLB_INPUT, GLB_REQ, requestMask, SHARED_BASE } from '../../spec/firmware/interface.ts';
import { inspectImage, type Entry } from '../../spec/firmware/image.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import type { Timeline } from './timeline.ts';

type Requests = typeof firmwareItemRequests;
type Item<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

/** What the handlers need of the service. */
export interface FirmwareItemService {
  readonly history: Timeline;
  /** Values to be written with the boot, by name. */
  readonly pendingConfig: Map<string, number>;
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

function entries<K extends Entry['kind']>({ history }: FirmwareItemService, kind: K): Item<K>[] {
  const { firmware } = history.engine.powerOn;
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
  const request = need(s, SHARED_BASE + GLB_CONTROL.INPUT_VA.offset) + GLB_INPUT.REQ.offset;
  write(s, item.address, value);
  write(s, request, (need(s, request) ^ requestMask(GLB_REQ, 'FWCFG_UPDATE')) >>> 0);
  s.history.apply({ kind: 'poke', offset: CSF_DOORBELL.CSF_DOORBELL.at(0).offset, value: 1, by: 'user' });
}

/** Writes what was set before the boot. */
export function applyPendingConfig(s: FirmwareItemService): void {
  for (const [name, value] of s.pendingConfig) setConfig(s, configItem(s, name), value);
  s.pendingConfig.clear();
}

export const FIRMWARE_ITEM_HANDLERS: Handlers = {
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

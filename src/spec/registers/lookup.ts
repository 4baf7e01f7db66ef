/**
 * From a name or an address to a register. Every word of the host window and of the MCU view is entered in a map
 * once, when this module is loaded or, for the 64 stream interfaces, at the first question.
 */

import { nearestWords } from '../../base/nearest.ts';
import { allBlocks, type BlockInfo, hostBlocks, mcuBlocks, streamBlocks } from './blocks.ts';
import type { Register } from './define.ts';
import { MCU_REG_BASE, MCU_REG_SIZE, PRIVATE_RANGES, STREAM_BASE, STREAM_COUNT, STREAM_STRIDE } from './mcu-private.ts';

/** A 32-bit word of a register: 0 the low one, 1 the high one. */
export interface RegisterWord {
  readonly register: Register;
  readonly word: 0 | 1;
}

/** A word in the MCU's address map; `stream` is the number of the interface, if it belongs to one. */
export interface McuRegisterWord extends RegisterWord {
  readonly view: 'host' | 'mcu' | 'stream';
  readonly stream: number | undefined;
}

function wordsOf(blocks: readonly BlockInfo[]): Map<number, RegisterWord> {
  const map = new Map<number, RegisterWord>();
  for (const block of blocks) {
    for (const register of block.registers.flatMap((r) => r.elements())) {
      map.set(register.offset, { register, word: 0 });
      if (register.width === 64) map.set(register.offset + 4, { register, word: 1 });
    }
  }
  return map;
}

const hostWords = wordsOf(hostBlocks);
const privateWords = wordsOf(mcuBlocks);
const streamWords = wordsOf(streamBlocks);

/** Word at a byte offset of the host window; undefined where nothing is (reads 0, writes are ignored). */
export function registerAt(offset: number): RegisterWord | undefined {
  return hostWords.get(offset);
}

const mcuCache = new Map<number, McuRegisterWord>();

/** Word at an address of the MCU: a private register, a stream interface, or a public one (read only from there). */
export function mcuRegisterAt(address: number): McuRegisterWord | undefined {
  const known = mcuCache.get(address);
  if (known !== undefined) return known;
  const found = lookUpMcu(address);
  if (found !== undefined) mcuCache.set(address, found);
  return found;
}

function lookUpMcu(address: number): McuRegisterWord | undefined {
  const inStreams = address - STREAM_BASE;
  if (inStreams >= 0 && inStreams < STREAM_COUNT * STREAM_STRIDE) {
    const at = streamWords.get(inStreams % STREAM_STRIDE);
    return at && { ...at, view: 'stream', stream: Math.floor(inStreams / STREAM_STRIDE) };
  }
  const offset = address - MCU_REG_BASE;
  if (offset < 0 || offset >= MCU_REG_SIZE) return undefined;
  const hidden = PRIVATE_RANGES.some(([first, end]) => offset >= first && offset < end);
  const at = hidden ? privateWords.get(offset) : hostWords.get(offset);
  return at && { ...at, view: hidden ? 'mcu' : 'host', stream: undefined };
}

/** Printed name of a word: the register's own, with `_HI` for the high half and the stream in front. */
export function wordName(at: RegisterWord | McuRegisterWord): string {
  const name = at.word === 1 ? `${at.register.name}_HI` : at.register.name;
  return 'stream' in at && at.stream !== undefined ? `CS${at.stream}.${name}` : name;
}

const byName = new Map<string, Register>();
for (const register of allBlocks.flatMap((b) => b.registers)) {
  byName.set(register.key, register);
  byName.set(register.name, register);
  for (const element of register.elements()) {
    byName.set(element.name, element);
    byName.set(
      element.indices.reduce((name, index) => `${name}[${index}]`, register.key),
      element,
    );
  }
  if (register.dims.length > 1)
    for (let i = 0; i < register.count; i++) byName.set(register.at(i).name, register.at(i));
}

/**
 * Register of exactly this name in any view. Elements answer to both forms, `AS3_TRANSTAB` and `AS_TRANSTAB[3]`;
 * the bare key gives the whole array.
 */
export function findRegister(name: string): Register | undefined {
  return byName.get(name);
}

/** Up to `count` known names of registers most like `name`, best first; none when nothing is near. */
export function suggest(name: string, count = 3): readonly string[] {
  return nearestWords(name, byName.keys(), count);
}

/** Names of all register words, for tables that list them (session schema, completions). */

import { hostBlocks, mcuBlocks, streamBlocks, type BlockInfo } from './blocks.ts';
import { wordName } from './lookup.ts';
import { MCU_REG_BASE, STREAM_COUNT, streamBase } from './mcu-private.ts';

export interface WordName {
  /** Byte offset in the host window, or address in the MCU's map. */
  readonly offset: number;
  readonly block: string;
  /** Name of the register, `_HI` appended for a high word, `CS9.` in front for stream interfaces. */
  readonly name: string;
}

function* words(blocks: readonly BlockInfo[], base: number, stream: number | undefined): Generator<WordName> {
  for (const block of blocks) {
    for (const register of block.registers.flatMap((r) => r.elements())) {
      for (let word: 0 | 1 = 0; ; word = 1) {
        const name = wordName({ register, word, view: block.view, stream });
        yield { offset: base + register.offset + word * 4, block: block.name, name };
        if (word === 1 || register.width === 32) break;
      }
    }
  }
}

/** All words of the host window. */
export function hostRegisterNames(): Generator<WordName> {
  return words(hostBlocks, 0, undefined);
}

/** All private words of the MCU's map, stream interfaces included (64 of them, some 40,000 words). */
export function* mcuRegisterNames(): Generator<WordName> {
  yield* words(mcuBlocks, MCU_REG_BASE, undefined);
  for (let n = 0; n < STREAM_COUNT; n++) yield* words(streamBlocks, streamBase(n), n);
}

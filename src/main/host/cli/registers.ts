/** `tyr registers [--block B] [--format F]`: the register specification as text (docs/registers.md). */
import { parseArgs } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import { nearest } from '../../../base/nearest.ts';
import { allBlocks, type BlockInfo, findBlock } from '../../../spec/registers/blocks.ts';
import { exportMcuHeader, registerFormats } from '../../../spec/registers/export/index.ts';
import type { Io } from './io.ts';

const USAGE = 'usage: tyr registers [--block B]... [--format table|json|svd|c|rust|html|mcu-header]';

/** Formats of whole blocks, and the header for firmware, which has its own choice of blocks. */
const formats: Readonly<Record<string, (blocks: readonly BlockInfo[]) => string>> = {
  ...registerFormats,
  'mcu-header': exportMcuHeader,
};

/** Prints the blocks asked for, or all of them. UsageError for unknown words. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      block: { type: 'string', multiple: true },
      format: { type: 'string', default: 'table' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 0) throw new UsageError(`unexpected "${positionals.join(' ')}". ${USAGE}`);
  const format = values.json ? 'json' : values.format;
  const write = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (write === undefined) {
    throw new UsageError(`no format "${format}"${hint(format, Object.keys(formats))}. ${USAGE}`);
  }
  if (format === 'mcu-header' && values.block !== undefined) {
    throw new UsageError(`the header for firmware always holds all blocks; leave --block out. ${USAGE}`);
  }
  io.out(write(values.block?.map(blockNamed) ?? allBlocks));
  return 0;
}

function blockNamed(name: string): BlockInfo {
  const names = allBlocks.map((b) => b.name);
  const block = findBlock(name) ?? findBlock(name.toUpperCase());
  if (block === undefined) {
    throw new UsageError(`no block "${name}"${hint(name, names)}; known: ${names.join(', ')}`);
  }
  return block;
}

function hint(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

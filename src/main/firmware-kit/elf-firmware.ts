/** What a firmware image needs of an ELF file: loadable segments of an ARM executable, and named symbols. */
import { BadInput } from '../../base/errors.ts';
import { EM_ARM, PT_LOAD, readElf, STT_FUNC, STT_OBJECT } from '../../formats/elf.ts';
import type { ElfSegment } from '../../formats/elf.ts';
import type { FirmwareSymbol } from '../../spec/firmware/function-diff.ts';

export interface FirmwareElf {
  /** Segments with memory, in the order of the file. */
  readonly segments: readonly ElfSegment[];
  /** Functions and objects by address. */
  readonly symbols: readonly FirmwareSymbol[];
}

const ELF_TYPE_AT = 0x10;
const ELF_MACHINE_AT = 0x12;
const TYPE_EXEC = 2;
const KINDS: Readonly<Record<number, FirmwareSymbol['kind']>> = { [STT_OBJECT]: 'object', [STT_FUNC]: 'function' };

/** BadInput when the file is damaged or no linked executable for ARM. */
export function readFirmwareElf(bytes: Uint8Array): FirmwareElf {
  const elf = readElf(bytes);
  if (elf.type !== TYPE_EXEC) refuse(ELF_TYPE_AT, 'The file must be a linked executable');
  if (elf.machine !== EM_ARM) refuse(ELF_MACHINE_AT, 'The file must be for ARM');
  return {
    segments: elf.segments.filter((s) => s.type === PT_LOAD && s.memSize > 0),
    symbols: elf.symbols
      .flatMap((s): FirmwareSymbol[] => {
        const kind = KINDS[s.type];
        if (kind === undefined || s.name === '') return [];
        return [{ name: s.name, address: kind === 'function' ? s.value - (s.value & 1) : s.value, size: s.size, kind }];
      })
      .toSorted((a, b) => a.address - b.address || (a.name < b.name ? -1 : 1)),
  };
}

function refuse(offset: number, rule: string): never {
  throw new BadInput({ file: 'ELF file', offset, rule, remedy: 'Link the firmware with arm-none-eabi-gcc.' });
}

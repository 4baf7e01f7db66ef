/** From a linked ELF file to a firmware image: segments become sections, symbols say where metadata point. */
import { alignUp } from '../../base/bits.ts';
import { BadInput } from '../../base/errors.ts';
import type { ElfSegment } from '../../formats/elf.ts';
import { CACHE_MODE, CACHE_MODE_SHIFT, SECTION_ALIGN, SECTION_FLAG } from '../../spec/firmware/image-format.ts';
import { GIT_SHA_PREFIX } from '../../spec/firmware/image-format.ts';
import type { EntryContent, SectionContent } from '../../spec/firmware/image.ts';
import { writeImage } from '../../spec/firmware/image-writer.ts';
import { SHARED_BASE } from '../../spec/firmware/interface.ts';
import type { FirmwareDescription } from './description.ts';
import { BARE_DESCRIPTION } from './description.ts';
import { readFirmwareElf } from './elf-firmware.ts';
import type { FirmwareElf } from './elf-firmware.ts';

type ImagePart = Pick<FirmwareDescription, 'sections' | 'config' | 'traceBuffers'>;

const PF_EXECUTE = 1;
const PF_WRITE = 2;
const PF_READ = 4;

const PLAIN = { optional: false, update: false } as const;

/**
 * The image of an ELF file. `sha` is what BUILD_INFO says (the driver prints it); its first 8 digits are the
 * version hash. BadInput when a segment cannot be a section or a symbol is missing.
 */
export function imageFromElf(bytes: Uint8Array, sha: string, about: ImagePart = BARE_DESCRIPTION): Uint8Array {
  const elf = readFirmwareElf(bytes);
  const entries: EntryContent[] = [
    ...elf.segments.map((segment) => sectionOf(segment, about)),
    ...about.config.map((item): EntryContent => {
      const address = addressOf(elf, item.symbol) + item.offset;
      return { ...PLAIN, kind: 'config', address, min: item.min, max: item.max, name: item.name };
    }),
    ...about.traceBuffers.map((buffer): EntryContent => {
      const base = addressOf(elf, buffer.symbol);
      return {
        ...PLAIN,
        kind: 'trace-buffer',
        bufferType: buffer.type,
        sizeAddress: base + buffer.offsets.size,
        insertAddress: base + buffer.offsets.insert,
        extractAddress: base + buffer.offsets.extract,
        dataAddress: base + buffer.offsets.data,
        traceEnableAddress: base + buffer.offsets.traceEnable,
        traceEnableEntryCount: buffer.traceEnableEntries,
        name: buffer.name,
      };
    }),
    { ...PLAIN, kind: 'build-info', text: `${GIT_SHA_PREFIX}${sha}\0` },
  ];
  return writeImage({ versionHash: Number.parseInt(sha.slice(0, 8), 16) >>> 0, entries });
}

function sectionOf(segment: ElfSegment, about: ImagePart): SectionContent {
  if (segment.vaddr % SECTION_ALIGN !== 0) {
    throw new BadInput({
      file: 'ELF file',
      offset: segment.offset,
      rule: `A segment must begin at a multiple of 4 KiB; this one is at 0x${segment.vaddr.toString(16)}`,
      remedy: 'Align it in the linker script.',
    });
  }
  const row = about.sections.find((s) => s.address === segment.vaddr);
  const flags = row === undefined ? flagsOf(segment) : described(row);
  return {
    ...PLAIN,
    kind: 'section',
    flags,
    vaStart: segment.vaddr,
    vaEnd: alignUp(segment.vaddr + segment.memSize, SECTION_ALIGN),
    name: row?.name ?? '',
    data: segment.data,
  };
}

function described(row: ImagePart['sections'][number]): number {
  const flags = row.flags.reduce((sum, name) => sum | SECTION_FLAG[name], 0);
  return (flags | (CACHE_MODE[row.cache] << CACHE_MODE_SHIFT)) >>> 0;
}

/** Memory beyond the bytes of the file must be zero; the interface is shared and uncached. */
function flagsOf(segment: ElfSegment): number {
  const shared = segment.vaddr === SHARED_BASE;
  const flags =
    ((segment.flags & PF_READ) !== 0 ? SECTION_FLAG.RD : 0) |
    ((segment.flags & PF_WRITE) !== 0 ? SECTION_FLAG.WR : 0) |
    ((segment.flags & PF_EXECUTE) !== 0 ? SECTION_FLAG.EX : 0) |
    (segment.memSize > segment.data.length ? SECTION_FLAG.ZERO : 0) |
    (shared ? SECTION_FLAG.SHARED : CACHE_MODE.cached << CACHE_MODE_SHIFT);
  return flags >>> 0;
}

function addressOf(elf: FirmwareElf, name: string): number {
  const symbol = elf.symbols.find((s) => s.name === name);
  if (symbol === undefined) {
    throw new BadInput({
      file: 'firmware.json',
      rule: `The symbol ${name} must exist in the linked firmware`,
      remedy: 'Name an object of the sources.',
    });
  }
  return symbol.address;
}

/**
 * Builds firmware from a folder: writes the generated headers, runs the cross compiler directly, turns the ELF
 * file into an image. The result depends on the sources and the compiler's version only: no dates, no paths.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BadInput, UsageError } from '../../base/errors.ts';
import { parseDescription } from './description.ts';
import type { FirmwareDescription } from './description.ts';
import { isElf } from '../../formats/elf.ts';
import { parseImage } from '../../spec/firmware/image.ts';
import { imageFromElf } from './elf-image.ts';
import { readFirmwareElf } from './elf-firmware.ts';
import type { FirmwareSymbol } from '../../spec/firmware/function-diff.ts';
import { interfaceHeader, mcuHeader } from './headers.ts';

export const COMPILER = 'arm-none-eabi-gcc';

/** CPU and ABI of the MCU, and what makes the output free of the machine it was built on. */
const FIXED_FLAGS = [
  '-mcpu=cortex-m7',
  '-mthumb',
  '-mfloat-abi=soft',
  '-ffreestanding',
  '-nostdlib',
  '-g',
  '-Wl,--build-id=none',
  '-Wl,--no-warn-rwx-segments',
];

/** What stands beside an image, for people and debuggers. */
export interface SymbolFile {
  /** First line of the compiler's version; another one makes another image. */
  readonly compiler: string;
  /** What BUILD_INFO says. */
  readonly gitSha: string;
  readonly symbols: readonly FirmwareSymbol[];
}

export interface BuiltFirmware {
  readonly image: Uint8Array;
  readonly elf: Uint8Array;
  readonly symbols: SymbolFile;
}

/** First line of `--version`, or undefined when the compiler is not installed. */
export async function compilerVersion(): Promise<string | undefined> {
  try {
    return (await run(COMPILER, ['--version'], '.')).split('\n', 1)[0];
  } catch {
    return undefined;
  }
}

/** Compiles and links the folder `dir`, which holds a firmware.json. */
export async function buildFirmware(dir: string): Promise<BuiltFirmware> {
  const compiler = await compilerVersion();
  if (compiler === undefined) {
    throw new UsageError(`${COMPILER} is not installed. Install it (Debian: gcc-arm-none-eabi), or build from an ELF.`);
  }
  const file = path.join(dir, 'firmware.json');
  const about = parseDescription(await readText(file), file);
  if (about.headers !== undefined) await writeHeaders(path.join(dir, about.headers));
  const sha = await sourcesSha(dir, about);
  const elf = await link(dir, about);
  const image = imageFromElf(elf, sha, about);
  return { image, elf, symbols: { compiler, gitSha: sha, symbols: readFirmwareElf(elf).symbols } };
}

/** An image of a ready ELF file. */
export function buildFromElf(elf: Uint8Array): BuiltFirmware {
  const sha = createHash('sha256').update(elf).digest('hex').slice(0, SHA_DIGITS);
  return {
    image: imageFromElf(elf, sha),
    elf,
    symbols: { compiler: 'unknown', gitSha: sha, symbols: readFirmwareElf(elf).symbols },
  };
}

/** As many digits as a git object name has. */
const SHA_DIGITS = 40;

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new BadInput({ file, rule: 'A firmware folder must hold this file', remedy: 'See docs/firmware.md.' });
  }
}

async function writeHeaders(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const headers = { 'mali_mcu.h': mcuHeader(), 'csf_interface.h': interfaceHeader() };
  for (const [name, text] of Object.entries(headers)) {
    const file = path.join(dir, name);
    const old = await readFile(file, 'utf8').catch(() => undefined);
    if (old !== text) await writeFile(file, text);
  }
}

async function filesOf(dir: string, folder: string): Promise<string[]> {
  const names = await readdir(path.join(dir, folder));
  return names.toSorted().map((name) => path.posix.join(folder, name));
}

/** A hash of names and contents of all that goes into the build. */
async function sourcesSha(dir: string, about: FirmwareDescription): Promise<string> {
  const folders = [...new Set([...about.sources, ...about.include])].toSorted();
  const files = (await Promise.all(folders.map((folder) => filesOf(dir, folder)))).flat();
  const hash = createHash('sha256');
  for (const file of ['firmware.json', about.linker, ...files]) {
    const text = (await readFile(path.join(dir, file), 'utf8')).replaceAll('\r\n', '\n');
    hash.update(`${file}\0${text}\0`);
  }
  return hash.digest('hex').slice(0, SHA_DIGITS);
}

async function link(dir: string, about: FirmwareDescription): Promise<Uint8Array> {
  const sources = (await Promise.all(about.sources.map((folder) => filesOf(dir, folder))))
    .flat()
    .filter((file) => /\.[cS]$/.test(file));
  const work = await mkdtemp(path.join(tmpdir(), 'tyr-firmware-'));
  try {
    const out = path.join(work, 'firmware.elf');
    const root = path.resolve(dir);
    const args = [
      ...FIXED_FLAGS,
      `-ffile-prefix-map=${root}=.`,
      ...about.flags,
      ...about.include.map((folder) => `-I${folder}`),
      '-T',
      about.linker,
      ...sources,
      '-o',
      out,
    ];
    await run(COMPILER, args, root);
    return new Uint8Array(await readFile(out));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs a program without a shell; BadInput with its first message when it fails. */
function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C', SOURCE_DATE_EPOCH: '0' };
    execFile(program, [...args], { cwd, env, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const rule = stderr.trim().split('\n').slice(0, 5).join('; ') || error.message;
      reject(new BadInput({ file: cwd, rule, remedy: 'Correct the sources.' }));
    });
  });
}

/** What a loader takes: an image as it is, an ELF file as the image made of it. BadInput when it is neither. */
export function imageOf(bytes: Uint8Array): Uint8Array {
  const image = isElf(bytes) ? buildFromElf(bytes).image : bytes;
  parseImage(image);
  return image;
}

/** `tyr fw`: look at firmware images, check them as the driver would, compare them, build them. */
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { buildFirmware, buildFromElf } from '../../firmware-kit/build.ts';
import type { BuiltFirmware, SymbolFile } from '../../firmware-kit/build.ts';
import { isElf } from '../../../formats/elf.ts';
import { imageReport, imageText, problemText } from '../../firmware-kit/report.ts';
import { functionDifferences, type FirmwareSymbol } from '../../../spec/firmware/function-diff.ts';
import { imageDifferences } from '../../../spec/firmware/image-diff.ts';
import { inspectImage } from '../../../spec/firmware/image.ts';
import type { Inspection } from '../../../spec/firmware/image.ts';
import { checkFolder } from './files.ts';
import type { Io } from './io.ts';
import { readInput } from './options.ts';

interface Options {
  readonly json: boolean;
  readonly output: string | undefined;
  readonly elf: string | undefined;
  readonly files: readonly string[];
}

const USAGE = `usage: tyr fw info FILE [--json]
       tyr fw check FILE [--json]
       tyr fw diff A B [--json]
       tyr fw build DIR|ELF -o FILE [--elf FILE] [--json]`;

const COMMANDS: Readonly<Record<string, { files: number; run(o: Options, io: Io): Promise<number> }>> = {
  info: { files: 1, run: info },
  check: { files: 1, run: check },
  diff: { files: 2, run: diff },
  build: { files: 1, run: build },
};

/** Runs `tyr fw ARGS`; returns the exit code. UsageError and BadInput are thrown. */
export async function run(args: string[], io: Io): Promise<number> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`fw: no command "${name}"\n${USAGE}`);
  const options = parse(rest);
  if (options.files.length !== command.files) {
    const count = command.files === 1 ? 'one file' : `${command.files} files`;
    throw new UsageError(`fw ${name} takes ${count}, not ${options.files.length}\n${USAGE}`);
  }
  if (name !== 'build' && (options.output !== undefined || options.elf !== undefined)) {
    throw new UsageError(`fw ${name} writes nothing\n${USAGE}`);
  }
  return command.run(options, io);
}

function parse(args: readonly string[]): Options {
  const files: string[] = [];
  const named: Record<string, string> = {};
  let json = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--json') {
      json = true;
    } else if (arg === '-o' || arg === '--output' || arg === '--elf') {
      const value = args[++i];
      if (value === undefined) throw new UsageError(`fw: ${arg} needs a file name`);
      named[arg === '--elf' ? 'elf' : 'output'] = value;
    } else if (arg.startsWith('-') && arg !== '-') {
      throw new UsageError(`fw: no option ${arg}\n${USAGE}`);
    } else {
      files.push(arg);
    }
  }
  return { json, files, output: named['output'], elf: named['elf'] };
}

/** Rules a file breaks that is something else or only a part: it is not looked at further. */
const NO_IMAGE: ReadonlySet<string> = new Set(['header-short', 'magic', 'table-truncated', 'data-truncated']);

/** A whole image; anything else is a bad input. */
async function readImage(file: string): Promise<Inspection> {
  const found = inspectImage(readInput(file));
  const wrong = found.problems.find((p) => NO_IMAGE.has(p.id));
  if (wrong !== undefined) throw new BadInput({ ...wrong, file });
  return found;
}

function print(io: Io, json: boolean, document: unknown, lines: readonly string[]): void {
  io.out(json ? `${JSON.stringify(document, undefined, 2)}\n` : lines.map((line) => `${line}\n`).join(''));
}

async function info(options: Options, io: Io): Promise<number> {
  const file = options.files[0] ?? '';
  const found = await readImage(file);
  print(io, options.json, { file, ...imageReport(found) }, [file, ...imageText(found)]);
  return 0;
}

async function check(options: Options, io: Io): Promise<number> {
  const file = options.files[0] ?? '';
  const { problems, warnings } = inspectImage(readInput(file));
  const verdict = problems.length === 0 ? 'a driver loads this image' : 'a driver refuses this image';
  const lines = [
    ...problems.map((p) => `${file}: ${problemText(p)}`),
    ...warnings.map((p) => `${file}: warning: ${problemText(p)}`),
    `${file}: ${verdict}`,
  ];
  print(io, options.json, { file, sound: problems.length === 0, problems, warnings }, lines);
  return problems.length === 0 ? 0 : 1;
}

async function diff(options: Options, io: Io): Promise<number> {
  const [a = '', b = ''] = options.files;
  const [left, right] = [await readImage(a), await readImage(b)];
  const [symbolsA, symbolsB] = [await symbolsOf(a, left), await symbolsOf(b, right)];
  const differences = imageDifferences(left, right);
  if (symbolsA !== undefined && symbolsB !== undefined) {
    differences.push(...functionDifferences({ image: left, symbols: symbolsA }, { image: right, symbols: symbolsB }));
  }
  const identical = differences.length === 0;
  const lines = identical
    ? ['the images mean the same']
    : differences.map((d) => `${d.what}: ${d.a ?? 'absent'} | ${d.b ?? 'absent'}`);
  print(io, options.json, { identical, differences }, lines);
  return identical ? 0 : 1;
}

/** Symbols of an image that `fw build` made: they lie beside it and carry the same sha. */
async function symbolsOf(file: string, image: Inspection): Promise<readonly FirmwareSymbol[] | undefined> {
  const text = await readFile(symbolsFileOf(file), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const info = image.entries.find((e) => e.kind === 'build-info');
  try {
    const { gitSha, symbols } = JSON.parse(text) as SymbolFile;
    return info?.gitSha === gitSha && Array.isArray(symbols) ? symbols : undefined;
  } catch {
    // Whatever it is, it is not ours: the comparison does without.
    return undefined;
  }
}

async function built(source: string): Promise<BuiltFirmware> {
  const isFolder = await stat(source).then(
    (s) => s.isDirectory(),
    () => false,
  );
  if (isFolder) return buildFirmware(source);
  const bytes = readInput(source);
  if (!isElf(bytes)) {
    throw new BadInput({
      file: source,
      offset: 0,
      rule: 'An image is built from a folder with firmware.json or from an ELF file',
      remedy: 'Name one of them.',
    });
  }
  return buildFromElf(bytes);
}

/** `reference.bin` -> `reference`: the symbols and the hash lie beside the image. */
function stem(file: string): string {
  return file.endsWith('.bin') ? file.slice(0, -'.bin'.length) : file;
}

function symbolsFileOf(file: string): string {
  return `${stem(file)}.symbols.json`;
}

async function build(options: Options, io: Io): Promise<number> {
  const { output } = options;
  if (output === undefined) throw new UsageError(`fw build needs -o FILE\n${USAGE}`);
  checkFolder(output);
  const source = options.files[0] ?? '';
  const firmware = await built(source);
  const { problems } = inspectImage(firmware.image);
  const first = problems[0];
  if (first !== undefined) {
    throw new BadInput({ file: source, rule: `The image would be refused: ${first.rule}`, remedy: first.remedy });
  }
  const sha256 = createHash('sha256').update(firmware.image).digest('hex');
  const symbolsFile = symbolsFileOf(output);
  await writeFile(output, firmware.image);
  await writeFile(symbolsFile, `${JSON.stringify(firmware.symbols, undefined, 1)}\n`);
  await writeFile(`${stem(output)}.sha256`, `${sha256}  ${path.basename(output)}\n`);
  // The linked file, with lines and unwind rules, is what a debugger reads.
  await writeFile(options.elf ?? `${stem(output)}.elf`, firmware.elf);
  const { compiler, gitSha } = firmware.symbols;
  const document = { file: output, size: firmware.image.length, sha256, symbolsFile, gitSha, compiler };
  print(io, options.json, document, [`${output}: ${firmware.image.length} bytes, sha256 ${sha256}`]);
  return 0;
}

/**
 * What a debugger needs of files: the symbol file that belongs to the firmware (the reference firmware's lies beside
 * its image; firmware given as an ELF file is its own), and the text of the source files it names.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { isElf } from '../../../formats/elf.ts';
import type { Client } from '../../../protocol/client.ts';
import type { EngineRequestName, Result } from '../../../protocol/messages.ts';
import type { Outside } from './outside.ts';
import { SourceFolder } from './sources.ts';

const REFERENCE = 'reference.elf';

interface Symbols {
  readonly bytes: Uint8Array;
  readonly name: string;
}

export class DebugFiles {
  private readonly outside: Outside;
  private chosen: SourceFolder | undefined;
  /** The sources that ship with the program belong to the firmware that runs. */
  private shipped = false;
  /** Symbols of the firmware that the next power-cycle loads; `bytes` undefined for none. */
  private pending: Symbols | 'none' | undefined;

  constructor(outside: Outside) {
    this.outside = outside;
    if (outside.sources !== undefined) this.chosen = new SourceFolder(outside.sources);
  }

  get state(): Result<'source.state'> {
    return { shipped: this.shipped, ...(this.chosen === undefined ? {} : { folder: this.chosen.name }) };
  }

  /** Gives a new bench the symbols of its firmware; `firmware` undefined is the reference one. */
  async begin(client: Client, firmware: Uint8Array | undefined, bare = false): Promise<void> {
    this.pending = undefined;
    this.shipped = firmware === undefined && !bare;
    if (this.shipped) await this.give(client, this.reference());
    else if (firmware !== undefined && isElf(firmware)) await this.give(client, { bytes: firmware, name: 'firmware' });
  }

  /** Follows what was asked of the engine: other firmware has other symbols. */
  async after(client: Client, name: EngineRequestName, params: unknown): Promise<void> {
    if (name === 'firmware.select') {
      const choice = params as { readonly bytes: Uint8Array; readonly name: string };
      this.pending = isElf(choice.bytes) ? { bytes: choice.bytes, name: choice.name } : 'none';
    } else if (name === 'debug.loadSymbols') {
      this.shipped = false;
    } else if ((name === 'bench.power-cycle' || name === 'bench.boot') && this.pending !== undefined) {
      const { pending } = this;
      this.pending = undefined;
      this.shipped = false;
      await this.give(client, pending === 'none' ? undefined : pending);
    }
  }

  async choose(): Promise<Result<'source.choose'>> {
    const folder = await this.outside.askFolder();
    if (folder !== undefined) this.chosen = new SourceFolder(folder);
    return this.chosen === undefined ? {} : { folder: this.chosen.name };
  }

  /** Text of a source file by its number in the symbol file. */
  async read(client: Client, file: number): Promise<Result<'source.read'>> {
    const { files } = await client.call('debug.symbols', {});
    const source = files[file];
    if (source === undefined) throw new UsageError(`the symbol file names no source file ${file}`);
    const folders = [this.chosen, this.shipped ? new SourceFolder(this.shippedFolder) : undefined];
    for (const folder of folders) {
      const found = folder?.read(source);
      if (found !== undefined) return found;
    }
    const where = this.chosen === undefined ? 'no source folder is chosen' : `it is not below ${this.chosen.name}`;
    throw new UsageError(`${source.name}: ${where}`);
  }

  private get shippedFolder(): string {
    return path.join(this.outside.resources, 'firmware');
  }

  private reference(): Symbols | undefined {
    try {
      return { bytes: new Uint8Array(readFileSync(path.join(this.shippedFolder, REFERENCE))), name: REFERENCE };
    } catch {
      return undefined;
    }
  }

  /** A damaged symbol file must not keep its firmware from running. */
  private async give(client: Client, symbols: Symbols | undefined): Promise<void> {
    try {
      await client.call('debug.loadSymbols', symbols ?? {});
    } catch (error) {
      this.outside.note(`no symbols: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

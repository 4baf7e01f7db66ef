/**
 * Captures a page has opened, and the replay under way. A replay is a process on the bench like any other; where a
 * debugger stops the machine in a grant of its time, it waits until the machine goes on.
 */
import { gunzipSync } from 'node:zlib';
import { BadInput, CheckFailed, UsageError } from '../../../base/errors.ts';
import { readTar } from '../../../formats/tar.ts';
import { MAX_CAPTURE_BYTES, type CaptureEntryInfo, type CaptureVerdict } from '../../../protocol/capture.ts';
import type { Client } from '../../../protocol/client.ts';
import type { Input } from '../../../protocol/inputs.ts';
import { parseCapture, type Capture } from '../../lab/capture-files.ts';
import type { CaptureHost, CaptureReply } from '../../lab/capture-process.ts';
import { replayCapture, type CaptureResult } from '../../lab/capture-replay.ts';

/** Captures kept open (chosen). */
const MAX_OPEN = 32;
/** Numbers of the processes that replay: above those of other clients (chosen). */
const FIRST_CLIENT = 1000;
/** How often a replay looks whether a stopped machine goes on, in ms (chosen). */
const LOOK_MS = 25;
/** Largest unpacked archive (chosen). */
const MAX_UNPACKED = 1 << 28;

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Opened {
  readonly id: string;
  readonly name: string;
  readonly capture: Capture;
  state: CaptureEntryInfo['state'];
  verdict: CaptureVerdict | undefined;
}

/** Ends a replay that a person gave up. */
class Cancelled extends CheckFailed {
  constructor() {
    super('cancelled');
  }
}

/** The engine behind a link. */
type Caller = Pick<Client, 'call'>;

export type CaptureProgress = (what: string, done: number, total: number) => void;

export class Captures {
  private readonly opened = new Map<string, Opened>();
  private nextId = 1;
  private nextClient = FIRST_CLIENT;
  private running: { readonly entry: Opened; cancelled: boolean } | undefined;

  list(): CaptureEntryInfo[] {
    return [...this.opened.values()].map(describe);
  }

  /** Opens the files of a capture; BadInput tells what is wrong with them. */
  open(name: string, files: readonly File[]): CaptureEntryInfo {
    if (this.opened.size >= MAX_OPEN) throw new UsageError(`${MAX_OPEN} captures are open; close one first`);
    const total = files.reduce((n, f) => n + f.bytes.length, 0);
    if (total > MAX_CAPTURE_BYTES) throw new UsageError(`a capture of ${total} bytes is too large for a window`);
    const found = new Map(folderOf(unpacked(files)).map((f) => [baseOf(f.name), f.bytes]));
    const read = (file: string): Uint8Array => {
      const bytes = found.get(file);
      if (bytes !== undefined) return bytes;
      throw new BadInput({
        file,
        rule: 'is missing',
        remedy: 'A capture is a folder with this file: choose all of it.',
      });
    };
    const capture = parseCapture({ name, files: [...found.keys()], read });
    const entry: Opened = { id: `c${this.nextId++}`, name, capture, state: 'idle', verdict: undefined };
    this.opened.set(entry.id, entry);
    return describe(entry);
  }

  close(id: string): void {
    const entry = this.of(id);
    if (entry.state !== 'idle') throw new UsageError(`${entry.name} is being replayed`);
    this.opened.delete(id);
  }

  cancel(): void {
    if (this.running !== undefined) this.running.cancelled = true;
  }

  async replay(id: string, client: Caller, progress: CaptureProgress): Promise<CaptureVerdict> {
    const entry = this.of(id);
    if (this.running !== undefined)
      throw new UsageError(`${this.running.entry.name} is being replayed; cancel it first`);
    const status = await client.call('bench.status', {});
    if (status.bare) throw new UsageError('a bare bench has no driver to replay through');
    const run = { entry, cancelled: false };
    this.running = run;
    entry.state = 'running';
    try {
      if (!status.booted) await client.call('bench.boot', {});
      const host = hostOf(client, run);
      const what = `Replaying ${entry.name}`;
      const result = await replayCapture(entry.capture, host, this.nextClient++, (done, total) => {
        progress(what, done, total);
      });
      progress(what, 1, 1);
      await namePrograms(client, entry);
      return (entry.verdict = verdictOf(result, run.cancelled));
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      const { compare } = describe(entry);
      const none = { submits: 0, virtualNs: 0, differing: 0, buffers: [] };
      return (entry.verdict = { ok: false, cancelled: true, compare, ...none });
    } finally {
      entry.state = 'idle';
      this.running = undefined;
    }
  }

  private of(id: string): Opened {
    const entry = this.opened.get(id);
    if (entry === undefined) throw new UsageError(`no capture "${id}" is open`);
    return entry;
  }
}

/** The engine as the replay needs it, which may be stopped and moved back while the replay waits. */
function hostOf(client: Caller, run: { readonly entry: Opened; readonly cancelled: boolean }): CaptureHost {
  /** When the bench last took something of the replay that is no grant of time: nobody may go back before it. */
  let since = 0;
  let closing = false;
  const now = async (): Promise<number> => (await client.call('bench.status', {})).timeNs;
  const standing = async (): Promise<boolean> => (await client.call('shaderdebug.where', {})).state === 'stopped';
  const goesOn = async (): Promise<void> => {
    while (!run.cancelled && (await standing())) {
      run.entry.state = 'waiting';
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    run.entry.state = 'running';
    if ((await now()) < since) throw new CheckFailed('the bench went back to before the capture was submitted');
  };
  return {
    apply: async (input: Input) => {
      closing ||= input.kind === 'close';
      if (run.cancelled && !closing) throw new Cancelled();
      const reply = (await client.call('input.apply', { input })) as CaptureReply;
      if (input.kind === 'advance') await goesOn();
      else since = await now();
      return reply;
    },
    readUser: (user, address, length) => client.call('memory.readUser', { client: user, address, length }),
    now,
    faults: async () => (await client.call('bench.status', {})).faults,
  };
}

/** Programs without a name that have just been met are called after what the capture ran. */
async function namePrograms(client: Caller, { capture, name }: Opened): Promise<void> {
  const fresh = (await client.call('shaderdebug.programs', {})).filter((p) => p.name === '' && p.tasks > 0);
  const kernel = capture.run.kernel === '' ? name : capture.run.kernel;
  for (const [i, { id }] of fresh.entries()) {
    await client.call('shaderdebug.name', { program: id, name: i === 0 ? kernel : `${kernel} ${i + 1}` });
  }
}

function verdictOf(result: CaptureResult, cancelled: boolean): CaptureVerdict {
  return {
    ok: result.ok && !cancelled,
    cancelled,
    compare: result.compare,
    ...(result.fault === undefined ? {} : { fault: result.fault }),
    submits: result.submits,
    virtualNs: result.virtualNs,
    differing: result.mismatchCount,
    buffers: result.buffers.map(({ first, ...b }) =>
      first === undefined ? b : { ...b, first: { offset: first.offset, got: first.got, want: first.want } },
    ),
  };
}

function describe({ id, name, capture, state, verdict }: Opened): CaptureEntryInfo {
  const { run, entries } = capture;
  return {
    id,
    name,
    kernel: run.kernel,
    variant: run.variant,
    calls: entries.length,
    submits: entries.filter((e) => e.call.kind === 'groupSubmit').length,
    buffers: run.buffers.length,
    compare: run.compare.mode === 'tolerance' ? `tolerance ${run.compare.relative}` : run.compare.mode,
    state,
    ...(verdict === undefined ? {} : { verdict }),
  };
}

const baseOf = (name: string): string => name.split(/[/\\]/).at(-1) ?? name;

/** The files of an archive in place of the archive. */
function unpacked(files: readonly File[]): readonly File[] {
  const [archive] = files;
  if (files.length !== 1 || archive === undefined || !/\.(tar|tar\.gz|tgz)$/.test(archive.name)) return files;
  if (archive.name.endsWith('.tar')) return readTar(archive.bytes, archive.name);
  try {
    return readTar(gunzipSync(archive.bytes, { maxOutputLength: MAX_UNPACKED }), archive.name);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadInput({
      file: archive.name,
      rule: `cannot be unpacked: ${reason}`,
      remedy: 'It must be a gzip file.',
    });
  }
}

/** The folder that has run.json; the files as they are when none has. */
function folderOf(files: readonly File[]): readonly File[] {
  const folder = (name: string): string => name.slice(0, name.length - baseOf(name).length);
  const folders = files.filter((f) => baseOf(f.name) === 'run.json').map((f) => folder(f.name));
  const [only] = folders;
  if (folders.length > 1) throw new UsageError(`there are ${folders.length} captures in this; choose one of them`);
  return only === undefined ? files : files.filter((f) => folder(f.name) === only);
}

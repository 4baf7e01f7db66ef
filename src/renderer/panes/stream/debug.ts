/**
 * Debugging the stream in the editor: begin, continue, steps forth and back, breakpoints, registers. The engine does the
 * work (`streamdebug.*`); here is what a person's actions mean and what the window remembers between them.
 */
import type { StreamStop } from '../../../protocol/stream-debug.ts';
import { isClean } from '../../../spec/cs/assemble.ts';
import { dumpsOf, readDirectives } from '../../../spec/cs/directives.ts';
import { boot } from '../../engine/actions.ts';
import { messageOf } from '../../lib/errors.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { activeDocument, useDocuments } from './documents.ts';
import { addressOf, forgetDebugged, useStreamDebug, type Debugged } from './debug-state.ts';
import { keepResult, useStreamRun } from './run.ts';
import { assembled, littleEndian } from './words.ts';
import { SOURCES } from './sources.ts';

/** Virtual time of one request while it runs; between two of them a person can pause. */
const RUN_NS = 2_000_000;
const NS_PER_MS = 1_000_000;

/** What the debugger needs of the editor, while there is one. */
export interface PointEditor {
  /** Lines with breakpoints of a document, as they are in the text that was begun. */
  pointsOf(document: number): readonly number[];
  togglePoint(): void;
}

const instances = new WeakMap<Workspace, StreamDebugging>();

/** The one debugger of a workspace. */
export function debuggingOf(w: Workspace): StreamDebugging {
  const made = instances.get(w) ?? new StreamDebugging(w);
  instances.set(w, made);
  return made;
}

type Move = 'step' | 'over' | 'out' | 'back' | 'continueBack';

export class StreamDebugging {
  private readonly w: Workspace;
  /** Engine's ids of the breakpoints set, by address. */
  private readonly points = new Map<number, number>();
  editor: PointEditor | undefined;
  private wanted = false;
  /** Registers at the last stop: what changed is told against them. */
  private base: readonly number[] = [];

  constructor(w: Workspace) {
    this.w = w;
    w.client.on('streamStopped', (stop) => {
      if (useStreamDebug.getState().debugged !== undefined) void this.take(stop);
    });
    w.client.on('bench', () => this.forget());
    w.live.subscribe(() => void this.follow());
  }

  /** F5: begins when nothing is debugged or it has ended, else goes on. */
  async go(): Promise<void> {
    const { debugged, finished, running } = useStreamDebug.getState();
    if (running) return;
    if (debugged === undefined || finished) await this.begin();
    else await this.continue();
  }

  /** Submits the active text and stops before its first instruction. */
  async begin(): Promise<void> {
    const { w } = this;
    const document = activeDocument();
    if (document === undefined) return;
    const say = useUi.getState().say;
    const result = assembled(document.text, SOURCES);
    const { problems, ...directives } = readDirectives(document.text);
    const [problem] = problems;
    if (!isClean(result)) return say('error', `${document.name} does not assemble: the marked lines say why.`);
    if (problem !== undefined) return say('error', `${document.name}:${problem.line}: ${problem.rule}`);
    await this.end();
    if (w.live.status()?.booted !== true) await boot(w);
    // While it is debugged, time passes when the person says so.
    if (w.live.status()?.running === true) await w.act(w.client.call('run.pause', {}));
    const { queue } = useStreamRun.getState();
    const { map, set32 } = directives;
    const begun = await w.act(
      w.client.call('streamdebug.begin', {
        words: littleEndian(result.words),
        name: document.name,
        queue,
        map: [...map],
        set32: [...set32],
        dump: dumpsOf(directives),
      }),
    );
    if (begun === undefined) return;
    const { id, name, text } = document;
    const debugged = { document: id, name, text, lines: result.lines, directives, job: begun.job };
    this.base = [];
    useStreamDebug.setState({ debugged, before: [], finished: false });
    await this.syncBreakpoints();
    await this.take(begun.stop);
  }

  /** Begins anew with the text as it is now. */
  async restart(): Promise<void> {
    const { debugged } = useStreamDebug.getState();
    if (debugged !== undefined) useDocuments.setState({ active: debugged.document });
    await this.begin();
  }

  /** Runs until something stops it, nothing more will happen, or the limit of a run is used up. */
  async continue(): Promise<void> {
    const { client } = this.w;
    const { limitMs } = useStreamRun.getState();
    this.wanted = true;
    await this.move(async () => {
      const limitNs = limitMs * NS_PER_MS;
      for (let ns = 0; ; ns += RUN_NS) {
        const stop = await client.call('streamdebug.run', { ns: Math.min(RUN_NS, limitNs) });
        const last = stop.state === 'stopped' || stop.reason !== 'time' || ns + RUN_NS >= limitNs || !this.wanted;
        if (last) return stop;
        await this.look();
      }
    });
  }

  /** Ends a run after its present piece of time. */
  pause(): void {
    this.wanted = false;
  }

  async step(kind: Move): Promise<void> {
    const { debugged, running, finished } = useStreamDebug.getState();
    if (debugged === undefined || running || (finished && kind !== 'back' && kind !== 'continueBack')) return;
    const { cs } = debugged.job;
    await this.move(() => this.w.client.call(`streamdebug.${kind}`, { stream: { cs } }));
  }

  /** Ends it: its group and memory are destroyed, its breakpoints wait for the next one. */
  async end(): Promise<void> {
    const { debugged } = useStreamDebug.getState();
    if (debugged === undefined) return;
    const { client } = this.w;
    await Promise.all(
      [...this.points.values()].map((id) => client.call('streamdebug.unbreak', { id }).catch(() => {})),
    );
    await this.w.act(client.call('streamdebug.end', {}));
    this.forget();
  }

  async setRegister(register: number, value: number): Promise<void> {
    const { debugged } = useStreamDebug.getState();
    if (debugged === undefined) return;
    const stream = { cs: debugged.job.cs };
    await this.w.act(this.w.client.call('streamdebug.setRegister', { stream, register, value }));
    await this.look();
  }

  /** Sets in the engine what the editor shows; addresses of lines without an instruction wait. */
  async syncBreakpoints(): Promise<void> {
    const { debugged } = useStreamDebug.getState();
    if (debugged === undefined) return;
    const { client } = this.w;
    const { cs } = debugged.job;
    const wanted = new Set(
      (this.editor?.pointsOf(debugged.document) ?? [])
        .map((line) => addressOf(debugged, line))
        .filter((va) => va !== undefined),
    );
    for (const [va, id] of this.points) {
      if (wanted.has(va)) continue;
      this.points.delete(va);
      await this.w.act(client.call('streamdebug.unbreak', { id }));
    }
    for (const va of wanted) {
      if (this.points.has(va)) continue;
      const set = await this.w.act(client.call('streamdebug.break', { at: { va }, stream: { cs } }));
      if (set !== undefined) this.points.set(va, set.id);
    }
  }

  private async move(work: () => Promise<StreamStop>): Promise<void> {
    this.base = useStreamDebug.getState().state?.registers ?? [];
    useStreamDebug.setState({ running: true });
    const stop = await this.w.act(work());
    if (stop === undefined) useStreamDebug.setState({ running: false });
    // Let go on inside another request: that one, or a notice, tells where it stops.
    else if (stop.state !== 'running' || stop.reason !== 'running') await this.take(stop);
  }

  /** A stream stands, or its job has ended. */
  private async take(stop: StreamStop): Promise<void> {
    const { debugged } = useStreamDebug.getState();
    if (debugged === undefined) return;
    await this.look();
    const finished = stop.reason === 'finished' || (await this.hasEnded(stop));
    useStreamDebug.setState({ stop, running: false, finished, before: this.base });
    if (finished) await this.keepEnd(debugged);
  }

  private async hasEnded({ reason }: StreamStop): Promise<boolean> {
    if (reason !== 'idle' && reason !== 'ended') return false;
    return (await this.w.client.call('streamdebug.result', {}).catch(() => undefined))?.finished === true;
  }

  private async keepEnd(debugged: Debugged): Promise<void> {
    const result = await this.w.act(this.w.client.call('streamdebug.result', {}));
    if (result !== undefined) keepResult(debugged.document, debugged.name, debugged.directives, result);
  }

  /** Asks for the state of the stream. */
  private async look(): Promise<void> {
    const { debugged } = useStreamDebug.getState();
    if (debugged === undefined) return;
    try {
      const state = await this.w.client.call('streamdebug.state', { stream: { cs: debugged.job.cs } });
      if (useStreamDebug.getState().debugged === debugged) useStreamDebug.setState({ state });
    } catch (error) {
      useUi.getState().say('error', messageOf(error));
    }
  }

  /** The machine has changed, perhaps by somebody else: history may have gone back to before the job. */
  private async follow(): Promise<void> {
    const { debugged, running, stop } = useStreamDebug.getState();
    if (debugged === undefined || running) return;
    const { client } = this.w;
    const [job, now] = await Promise.all([
      client.call('streamdebug.job', {}).catch(() => debugged.job),
      client.call('streamdebug.where', {}).catch(() => stop),
    ]);
    const present = useStreamDebug.getState();
    if (present.debugged !== debugged || present.running) return;
    if (job === undefined) return this.forget();
    if (now === undefined || now.timeNs === present.stop?.timeNs) return;
    await this.take(now);
  }

  private forget(): void {
    this.points.clear();
    forgetDebugged();
  }
}

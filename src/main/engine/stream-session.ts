/**
 * A stream that is debugged from its first instruction on: its job (group, memory, syncobj) stays while the debugger
 * grants the time, and what came of it is taken when it ends, before its group loses the slot.
 */
import { UsageError } from '../../base/errors.ts';
import type { ParsedParams, StreamResult } from '../../protocol/messages.ts';
import type { StreamJobPlace, StreamStop } from '../../protocol/stream-debug.ts';
import { interfaceOf } from './stream-debug-state.ts';
import type { StreamDebugger } from './stream-debug.ts';
import { StreamJob } from './stream-run.ts';
import type { Timeline } from './timeline.ts';

/**
 * Virtual time that the driver must have been quiet for before the stream begins, how often it is looked at, and how
 * long at most (chosen: starting a group takes tens of microseconds).
 */
const QUIET_NS = 10_000;
const LOOK_NS = 2000;
const SETTLE_NS = 10_000_000;
const BEGIN_NS = 1_000_000_000;
const WORD_BYTES = 8;

export class StreamSession {
  private readonly history: () => Timeline;
  private readonly debugger: StreamDebugger;
  private current: { readonly job: StreamJob; readonly place: StreamJobPlace } | undefined;
  private ended: StreamResult | undefined;

  constructor(history: () => Timeline, streams: StreamDebugger) {
    this.history = history;
    this.debugger = streams;
  }

  /** Submits a stream and stops before its first instruction. */
  begin(request: ParsedParams<'streamdebug.begin'>): { job: StreamJobPlace; stop: StreamStop } {
    if (request.words.length === 0) throw new UsageError('the stream has no words: there is nothing to debug');
    if (request.words.length % WORD_BYTES !== 0) {
      throw new UsageError(`a stream is words of ${WORD_BYTES} bytes, not ${request.words.length} bytes`);
    }
    this.end();
    const history = this.history();
    const job = new StreamJob(history, request);
    try {
      const gate = job.submitGated();
      this.settle();
      const { group, queue, va } = job;
      if (group === undefined) throw new UsageError('the group is gone before it began');
      const cs = interfaceOf(history.engine, { group, queue });
      const place = { group, queue, cs, va, words: request.words.length / WORD_BYTES };
      this.current = { job, place };
      job.openGate();
      this.debugger.watch({ cs, va, gate, finished: () => job.finished });
      return { job: place, stop: this.after(this.debugger.to(cs, va, BEGIN_NS)) };
    } catch (error) {
      this.current = undefined;
      this.debugger.unwatch();
      job.close();
      throw error;
    }
  }

  /** Waits until the driver has started the group and has nothing more to do. */
  private settle(): void {
    const history = this.history();
    const until = history.engine.now + SETTLE_NS;
    for (let quiet = 0; quiet < QUIET_NS && history.engine.now < until; quiet += LOOK_NS) {
      history.apply({ kind: 'advance', limitNs: LOOK_NS, until: 'time' });
      if (!history.engine.kernel.quiet) quiet = -LOOK_NS;
    }
  }

  /** The job, unless there is none or history has gone back to before it. */
  get job(): StreamJobPlace | undefined {
    const { current } = this;
    if (current === undefined || current.job.group === current.place.group) return current?.place;
    this.forget();
    return undefined;
  }

  /** What came of the job so far. */
  result(): StreamResult {
    if (this.job === undefined || this.current === undefined) throw new UsageError('no stream is being debugged');
    return this.ended ?? this.current.job.result();
  }

  /** Destroys the group; without a job nothing. */
  end(): void {
    if (this.debugger.isInside)
      throw new UsageError('the stream is stopped inside another request: let it go on first');
    const { job, current } = this;
    this.forget();
    if (job !== undefined) this.debugger.quietly(() => current?.job.close());
  }

  /** History has gone back: the end of the job may be in the future again. */
  reopen(): void {
    if (this.current?.job.finished === false) this.ended = undefined;
  }

  /** Takes the result as soon as the job has ended. */
  after(stop: StreamStop): StreamStop {
    const { current } = this;
    if (
      this.ended === undefined &&
      stop.state === 'running' &&
      this.job !== undefined &&
      current?.job.finished === true
    ) {
      this.ended = current.job.result();
    }
    return stop;
  }

  private forget(): void {
    this.current = undefined;
    this.ended = undefined;
    this.debugger.unwatch();
  }
}

/** Asks the SQL process, one statement at a time; ends it when a statement is cancelled or takes too long. */
import { fork } from 'node:child_process';
import { LimitReached, UsageError } from '../../base/errors.ts';
import { fromWire } from '../../protocol/client.ts';
import type { Result, WireError } from '../../protocol/messages.ts';
import type { SqlJob } from './sql-process.ts';

/** A process that takes a job and answers it; how it is started is the host's matter. */
export interface SqlProcess {
  send(job: SqlJob): void;
  onAnswer(listener: (answer: unknown) => void): void;
  onExit(listener: () => void): void;
  kill(): void;
}

/** With Node itself, from `file` (a path of sql-process). */
export function forkSqlProcess(file: string): SqlProcess {
  const child = fork(file, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'json' });
  child.unref();
  child.channel?.unref();
  return {
    send: (job) => void child.send(job),
    onAnswer: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.once('exit', listener),
    kill: () => void child.kill('SIGKILL'),
  };
}

type SqlResult = Result<'log.sql'>;

export class SqlRunner {
  private readonly start: () => SqlProcess;
  private child: SqlProcess | undefined;
  private current: { finish(answer: unknown): void; fail(error: Error): void } | undefined;

  constructor(start: () => SqlProcess) {
    this.start = start;
  }

  run(job: SqlJob, limitMs: number): Promise<SqlResult> {
    if (this.current !== undefined) {
      return Promise.reject(new UsageError('another statement is still running; cancel it first'));
    }
    this.child ??= this.begin();
    const { child } = this;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.stop(new LimitReached(`stopped after ${limitMs} ms`)), limitMs);
      const over = (): void => {
        clearTimeout(timer);
        this.current = undefined;
      };
      this.current = {
        finish(answer) {
          over();
          const { result, error } = answer as { result?: SqlResult; error?: WireError };
          if (error !== undefined) reject(fromWire(error));
          else if (result !== undefined) resolve(result);
        },
        fail(error) {
          over();
          reject(error);
        },
      };
      child.send(job);
    });
  }

  /** Ends what runs now, if anything. */
  cancel(): void {
    if (this.current !== undefined) this.stop(new LimitReached('cancelled'));
  }

  close(): void {
    this.stop(new LimitReached('the host closed'));
  }

  private stop(error: Error): void {
    const { child } = this;
    this.child = undefined;
    child?.kill();
    this.current?.fail(error);
  }

  private begin(): SqlProcess {
    const child = this.start();
    child.onAnswer((answer) => {
      if (this.child === child) this.current?.finish(answer);
    });
    child.onExit(() => {
      if (this.child !== child) return;
      this.child = undefined;
      this.current?.fail(new LimitReached('the SQL process ended by itself'));
    });
    return child;
  }
}

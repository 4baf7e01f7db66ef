/**
 * The kernel log: `pr_*` and `dev_*` of the kernel with the level as a method. Lines go straight to the
 * platform, which stamps them with virtual time and records them; nothing is kept here.
 */
import type { LogLevel, Platform } from './platform.ts';

export class Log {
  private readonly platform: Platform;
  /** Printed in front: a module name (`panthor`) or driver and device (`panthor fb000000.gpu`). */
  readonly source: string;

  constructor(platform: Platform, source: string) {
    this.platform = platform;
    this.source = source;
  }

  /** A log with another source on the same platform. */
  as(source: string): Log {
    return new Log(this.platform, source);
  }

  print(level: LogLevel, message: string): void {
    this.platform.log(level, this.source, message);
  }
  emerg(message: string): void {
    this.print('emerg', message);
  }
  err(message: string): void {
    this.print('err', message);
  }
  warn(message: string): void {
    this.print('warn', message);
  }
  info(message: string): void {
    this.print('info', message);
  }
  debug(message: string): void {
    this.print('debug', message);
  }
}

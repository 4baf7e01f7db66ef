/** The remote server for GDB as a switch of the workspace: one at a time, on the loopback, ended with its bench. */
import type { Client } from '../../../protocol/client.ts';
import type { Result } from '../../../protocol/messages.ts';
import { UsageError } from '../../../base/errors.ts';
import { startGdbServer, type GdbServer } from '../../servers/gdb/server.ts';

export class GdbSwitch {
  private server: GdbServer | undefined;
  private said: string | undefined;
  private readonly note: (line: string) => void;

  constructor(note: (line: string) => void) {
    this.note = note;
  }

  get state(): Result<'gdb.state'> {
    const { server, said } = this;
    return {
      ...(server === undefined ? {} : { port: server.port }),
      ...(said === undefined ? {} : { said }),
    };
  }

  async start(client: Client, port: number): Promise<Result<'gdb.start'>> {
    if (this.server !== undefined) return this.state;
    this.said = undefined;
    try {
      this.server = await startGdbServer(client, port, (line) => {
        this.said = line;
        this.note(line);
      });
    } catch (error) {
      throw new UsageError(
        `port ${port} cannot be listened on: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    this.note(`GDB: target remote 127.0.0.1:${this.server.port}`);
    return this.state;
  }

  async stop(): Promise<Result<'gdb.stop'>> {
    const { server } = this;
    this.server = undefined;
    await server?.close();
    return this.state;
  }
}

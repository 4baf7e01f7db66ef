/** `tyr gdb`: a GDB remote server on the booted bench. */
import { startGdbServer } from '../../servers/gdb/server.ts';
import type { Io } from './io.ts';
import { benchFlagsOf, parse, parsePort, takesNoMore } from './options.ts';
import { loadSymbols, withBench } from './with-bench.ts';

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, {
    port: { type: 'string', default: '3333' },
    /** Lets the debugger attach before the driver boots the firmware. */
    'before-boot': { type: 'boolean', default: false },
  });
  takesNoMore(positionals);
  const port = parsePort(values.port);
  const flags = benchFlagsOf(values);
  return withBench(flags, io, async ({ client }) => {
    if (flags.symbols?.asked === false) await loadSymbols(client, flags);
    if (!values['before-boot'] && !flags.bare) await client.call('bench.boot', {});
    const server = await startGdbServer(client, port, (text) => io.err(`tyr: ${text}\n`));
    if (flags.json) io.out(`${JSON.stringify({ host: '127.0.0.1', port: server.port })}\n`);
    else io.out(`gdb-multiarch -ex 'target remote 127.0.0.1:${server.port}'\nCtrl+C ends the server.\n`);
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await server.close();
    return 0;
  });
}

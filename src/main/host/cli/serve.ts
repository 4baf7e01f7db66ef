/** `tyr serve`: the workspace in a browser, on this machine or through a tunnel. */
import { parseArgs } from 'node:util';
import { serve, untilStopped } from '../web/serve.ts';
import type { Io } from './io.ts';
import { parsePort } from './options.ts';

export async function run(args: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      source: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const port = parsePort(values.port);
  const stopped = untilStopped();
  const web = await serve({
    host: values.host,
    port,
    note: (line) => io.err(`tyr: ${line}\n`),
    ...(values.source === undefined ? {} : { sources: values.source }),
  });
  if (values.json) io.out(`${JSON.stringify({ url: web.url, host: values.host, port: web.port })}\n`);
  else io.out(`The workspace is at ${web.url}\nThe link works once. Ctrl+C ends it.\n`);
  await stopped;
  await web.close();
  return 0;
}

/** Finds and runs a command; prints the help. */
import { processIo, report, type Command, type Io } from './io.ts';
import { nearest } from '../../../base/nearest.ts';

interface Entry {
  readonly about: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  boot: { about: 'probe the driver and boot the MCU', load: async () => (await import('./boot.ts')).run },
  run: {
    about: 'run a command stream (FILE.cs) or a scenario (FILE.ts)',
    load: async () => (await import('./run.ts')).run,
  },
  registers: { about: 'the register specification', load: async () => (await import('./registers.ts')).run },
  peek: { about: 'a register without side effects', load: async () => (await import('./poke.ts')).peek },
  read: { about: 'a register as the hardware reads it', load: async () => (await import('./poke.ts')).read },
  poke: { about: 'write a register', load: async () => (await import('./poke.ts')).poke },
  fw: { about: 'firmware images: info, check, diff, build', load: async () => (await import('./fw.ts')).run },
  cs: { about: 'command streams: asm, dis, check, fmt', load: async () => (await import('./cs.ts')).run },
  shader: { about: 'Valhall shaders: asm, dis', load: async () => (await import('./shader.ts')).run },
  mcu: { about: 'the MCU core alone: vectors, run, dis', load: async () => (await import('./mcu.ts')).run },
  capture: { about: 'captured user-space runs: replay', load: async () => (await import('./capture.ts')).run },
  gdb: { about: 'a GDB remote server on the booted bench', load: async () => (await import('./gdb.ts')).run },
  session: {
    about: 'session files: info, verify, sql, replay, triage, export, import, diff, trim, trace, shrink, to-test',
    load: async () => (await import('./session.ts')).run,
  },
  serve: { about: 'the workspace in a browser: --host, --port', load: async () => (await import('./serve.ts')).run },
  bench: { about: 'the benchmarks', load: async () => (await import('./bench.ts')).run },
};

function help(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((n) => n.length));
  const lines = Object.entries(COMMANDS).map(([name, c]) => `  ${name.padEnd(width)}  ${c.about}`);
  return `usage: tyr COMMAND [ARGUMENTS] [--json]\n\n${lines.join('\n')}\n\ndocs/cli.md describes them all.\n`;
}

/** Runs `args`; the exit code. */
export async function main(args: string[], io: Io = processIo): Promise<number> {
  // `tyr ... | head` closes our output early: that is no error.
  process.stdout.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') process.exit(0);
    throw e;
  });
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    (name === undefined ? io.err : io.out)(help());
    return name === undefined ? 2 : 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const near = nearest(name, Object.keys(COMMANDS));
    io.err(`tyr: no command "${name}"${near !== undefined ? `; did you mean ${near}?` : ''}\n${help()}`);
    return 2;
  }
  try {
    const command = await entry.load();
    return await command(rest, io);
  } catch (error) {
    return report(error, io);
  }
}

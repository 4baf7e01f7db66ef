/** Finds and runs a command; prints the help. */
import packageFacts from '../../../../package.json' with { type: 'json' };
import { nearest } from '../../../base/nearest.ts';
import { usageOf } from './help.ts';
import { failureDocument, processIo, report, type Command, type Io } from './io.ts';

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
  return `usage: tyr COMMAND [ARGUMENTS] [--json]\n\n${lines.join('\n')}\n\ntyr help COMMAND says what it takes; docs/cli.md describes them all.\n`;
}

/** `tyr ... | head` closes our output early: that is no error, but a recording that is under way must be closed whole. */
function onClosedPipe(e: NodeJS.ErrnoException): void {
  if (e.code !== 'EPIPE') throw e;
  if (process.listenerCount('SIGINT') === 0) process.exit(0);
  process.emit('SIGINT');
}

const HELP: ReadonlySet<string> = new Set(['help', '--help', '-h']);

/** Help and version, where `options` (the words before `--`) ask for them; undefined when they ask for something else. */
function information(options: readonly string[]): string | undefined {
  const [name = '', word] = options;
  if (name === '--version') return `${packageFacts.version}\n`;
  if (HELP.has(name)) return word === undefined ? help() : usageOf(word);
  return word === '-h' || options.includes('--help') ? usageOf(name) : undefined;
}

/** Text of standard error kept for the document of a failure. */
const MOST_TOLD = 1 << 16;

/** Runs `args`; the exit code. With `--json` exactly one document is printed, also when the command fails. */
export async function main(args: string[], io: Io = processIo): Promise<number> {
  for (const pipe of [process.stdout, process.stderr]) {
    if (!pipe.listeners('error').includes(onClosedPipe)) pipe.on('error', onClosedPipe);
  }
  const end = args.indexOf('--');
  const options = args.slice(0, end < 0 ? args.length : end);
  const known = information(options);
  if (known !== undefined) {
    io.out(known);
    return 0;
  }
  const json = options.includes('--json');
  let printed = false;
  let told = '';
  const heard: Io = {
    out: (text) => {
      printed = true;
      io.out(text);
    },
    err: (text) => {
      if (told.length < MOST_TOLD) told += text;
      io.err(text);
    },
  };
  let code: number;
  let failure: unknown;
  try {
    code = await command(args, heard);
  } catch (error) {
    failure = error;
    code = report(error, heard);
  }
  if (json && !printed) io.out(`${JSON.stringify(failureDocument(code, failure, told), undefined, 2)}\n`);
  return code;
}

async function command(words: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = HELP.has(words[0] ?? '') ? words.slice(1) : words;
  if (name === undefined) {
    io.err(help());
    return 2;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const near = nearest(name, Object.keys(COMMANDS));
    io.err(`tyr: no command "${name}"${near !== undefined ? `; did you mean ${near}?` : ''}\n${help()}`);
    return 2;
  }
  const run = await entry.load();
  return await run(rest, io);
}

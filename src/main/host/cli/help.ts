/** What each command takes: the lines of `tyr help COMMAND` and `tyr COMMAND --help` (docs/cli.md has the whole). */

/** Options of every command that makes a bench. */
const BENCH = `  --session FILE          keep the recording in FILE
  --from SESSION          start at the end of a recorded session
  --connect URL           use the bench of a tyr serve
  --firmware FILE         an image or ELF instead of the reference firmware
  --symbols ELF           names and lines of that firmware
  --set REG=VALUE         another reset value; may be repeated
  --bare                  the machine without driver and firmware
  --gpu g610              the device
  --engine NAME           interpreter or translator
  --limit-ms N            virtual time to wait for a job
  --limit-wall-s N        wall time for the whole command
`;

const CS = 'tyr cs asm|dis|check|fmt FILE [--arch 10|11|12|13] [-o OUT]';

/** Usage of each command; `bench` ones take the options above too. */
const USAGES: Readonly<Record<string, { readonly usage: string; readonly bench?: true }>> = {
  boot: { usage: 'tyr boot', bench: true },
  run: {
    usage: `tyr run FILE.cs|FILE.ts|-

  --queue N               the queue, 0 to 7
  --map VA:LEN            fresh memory, in whole pages
  --set32 VA=VALUE        a word in it before the run
  --dump VA:LEN           printed after`,
    bench: true,
  },
  peek: { usage: 'tyr peek NAME...', bench: true },
  read: { usage: 'tyr read NAME', bench: true },
  poke: { usage: 'tyr poke NAME VALUE [--preview]', bench: true },
  gdb: { usage: 'tyr gdb [--port N] [--before-boot]', bench: true },
  capture: { usage: 'tyr capture replay DIR', bench: true },
  registers: { usage: 'tyr registers [--block B]... [--format table|json|svd|c|rust|html|mcu-header]' },
  fw: { usage: 'tyr fw info FILE | fw check FILE | fw diff A B | fw build DIR|ELF -o FILE [--elf FILE]' },
  cs: { usage: CS },
  shader: { usage: 'tyr shader asm|dis FILE [--registers 32|64] [-o OUT]' },
  mcu: {
    usage: `tyr mcu vectors FILE... | mcu run IMAGE [--entry A] [--engine E] | mcu dis FILE [--base A] [--symbols ELF]

  --limit-ms N, --limit-wall-s N   limits of run`,
  },
  session: {
    usage: `tyr session info|verify|triage FILE
tyr session replay FILE [-o OUT] [--engine E] [--firmware FILE] [--set REG=VALUE]... [--fault WHAT[:ERRNO[:SKIP]]]...
tyr session sql FILE QUERY
tyr session export FILE --format F -o OUT [--without-blobs]
tyr session import FILE -o OUT [--base A] [--set REG=VALUE]... [--ignore REG]...
tyr session diff A B [-o REPORT.html]
tyr session trim FILE -o OUT [--from T] [--to T]
tyr session shrink FILE -o OUT --check COMMAND | --check-sql QUERY
tyr session to-test FILE -o OUT.ts
tyr session trace FILE --what W -o OUT [--from T] [--to T] [--address A [--length N] [--space S]]`,
  },
  serve: { usage: 'tyr serve [--host 127.0.0.1] [--port N] [--source FOLDER]' },
  bench: { usage: 'tyr bench [NAME...]' },
};

/** Help for one command; undefined when there is no such command. */
export function usageOf(command: string): string | undefined {
  const found = Object.hasOwn(USAGES, command) ? USAGES[command] : undefined;
  if (found === undefined) return undefined;
  const options = found.bench === true ? `\nof every command that makes a bench:\n${BENCH}` : '';
  return `usage: ${found.usage}\n${options}\n  --json                  one JSON document on standard output\n`;
}

/**
 * The command line, `bin/tyr` (docs/cli.md). This file only checks the Node it runs on, finds the command and
 * turns what it throws into an exit code; each command lives in cli/ and is loaded when it is asked for.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `tyr: needs Node 22.12 or newer, this is ${process.versions.node}; run npm ci and use bin/tyr\n`,
  );
  process.exit(2);
}
const { main } = await import('./cli/main.ts');
process.exitCode = await main(process.argv.slice(2));

/**
 * The command line, `bin/tyr` (docs/cli.md). This file only finds the command and turns what it throws into an exit
 * code; each command lives in cli/ and is loaded when it is asked for. cli.mjs has checked the Node it runs on.
 */
import { main } from './cli/main.ts';

process.exitCode = await main(process.argv.slice(2));

/** `npm start`: boots the bench, runs the first example, and says what happened and where the session is. */
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`tyr: needs Node 22.12 or newer, this is ${process.versions.node}; run npm ci and npm start\n`);
  process.exit(2);
}

const { main } = await import('./cli/main.ts');
const { newSessionPath } = await import('./session-path.ts');

const example = fileURLToPath(new URL('../../../resources/examples/first-light.cs', import.meta.url));
const session = newSessionPath('first-light');
process.stdout.write('Booting an emulated Mali-G610 and running resources/examples/first-light.cs on it.\n\n');
process.exitCode = await main(['run', example, '--session', session]);
if (process.exitCode === 0) {
  process.stdout.write(
    `\nEvery register access is in ${session}\n` +
      `Look at it:  bin/tyr session info ${session}\n` +
      'More:        bin/tyr help, README.md\n',
  );
}

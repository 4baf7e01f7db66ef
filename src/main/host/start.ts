/**
 * `npm start`: the workspace in its own window where Electron can run, else in the browser. `--browser` goes there
 * at once.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`tyr: needs Node 22.12 or newer, this is ${process.versions.node}; run npm ci and npm start\n`);
  process.exit(2);
}

const { runDesktop } = await import('./electron/launch.ts');
const { main } = await import('./cli/main.ts');

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const words = process.argv.slice(2);
const browser = words.includes('--browser');
const rest = words.filter((w) => w !== '--browser');
const outcome = browser ? { why: 'As asked for' } : await runDesktop(rest, say);
if ('code' in outcome) process.exitCode = outcome.code;
else {
  say(`${outcome.why}: the workspace is served to a browser.`);
  process.exitCode = await main(['serve', ...rest.filter((w) => w.startsWith('--'))]);
}

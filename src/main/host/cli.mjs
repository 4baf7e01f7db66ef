/**
 * What `bin/tyr` starts: plain JavaScript that any Node can read, so that an old one says what it lacks instead of
 * stumbling over the first TypeScript file. Types are stripped by Node itself from 22.18 on.
 */
const { node } = process.versions;
if (!process.features.typescript) {
  process.stderr.write(
    `tyr: needs Node 22.18 or newer, this is ${node}; run npm ci and use bin/tyr, which brings its own\n`,
  );
  process.exit(2);
}
await import('./cli.ts');

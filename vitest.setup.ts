// Tests run on the Node the project pins; better-sqlite3 crashes without a word on older ones.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  throw new Error(`Tyr Workbench needs Node 22.12 or newer, this is ${process.versions.node}: use npm test`);
}

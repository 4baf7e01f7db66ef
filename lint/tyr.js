// The import rules of docs/architecture.md, held by lint.
// `rooms`: which folder under src/ may import which. `sync`: no async code in the deterministic rooms.
import path from 'node:path';

const RENDERER = ['renderer', 'protocol', 'formats', 'spec', 'base'];

/** Room -> rooms it may import. The first matching prefix of the importing file decides. */
const MAY_IMPORT = [
  // The one place of a host that starts threads.
  ['main/host/link', ['main/engine/worker', 'main/engine/control', 'main/session', 'protocol', 'base']],
  ['base', ['base']],
  ['spec', ['spec', 'base']],
  ['formats', ['formats', 'base']],
  ['emulator', ['emulator', 'spec', 'base']],
  ['driver', ['driver', 'spec', 'base']],
  ['protocol', ['protocol', 'spec', 'base']],
  ['preload', ['preload', 'protocol', 'base']],
  ['renderer', RENDERER],
  ['main/engine', ['main/engine', 'emulator', 'driver', 'protocol', 'formats', 'spec', 'base']],
  ['main/session', ['main/session', 'protocol', 'spec', 'formats', 'base']],
  ['main/firmware-kit', ['main/firmware-kit', 'formats', 'spec', 'base']],
  ['main/lab', ['main/lab', 'main/engine', 'main/session', 'main/firmware-kit', 'protocol', 'formats', 'spec', 'base']],
  ['main/servers', ['main/servers', 'protocol', 'formats', 'spec', 'base']],
  // The command line offers the tools of every room; it reaches a running bench through protocol and link.
  [
    'main/host/cli',
    [
      'main/host',
      'main/lab',
      'main/session',
      'main/servers',
      'main/firmware-kit',
      'emulator/mcu',
      'protocol',
      'formats',
      'spec',
      'base',
    ],
  ],
  [
    'main/host',
    [
      'main/host',
      'main/lab',
      'main/session',
      'main/servers',
      'main/firmware-kit',
      'protocol',
      'formats',
      'spec',
      'base',
    ],
  ],
];

const inRoom = (file, room) => file === room || file.startsWith(`${room}/`) || file.startsWith(`${room}.`);

/** Names the file relative to src/, or undefined when it lies outside. */
function underSrc(file) {
  const parts = path.resolve(file).split(path.sep);
  const at = parts.lastIndexOf('src');
  return at < 0 ? undefined : parts.slice(at + 1).join('/');
}

function check(context, node, source) {
  if (typeof source !== 'string') return;
  const from = underSrc(context.filename);
  if (from === undefined || /\.test\.tsx?$/.test(from)) return;
  const row = MAY_IMPORT.find(([room]) => inRoom(from, room));
  if (row === undefined) return;
  if (!source.startsWith('.')) {
    const pure = ['base', 'spec', 'formats', 'emulator', 'driver', 'protocol', 'renderer'].some((r) => inRoom(from, r));
    if (pure && (source.startsWith('node:') || source === 'electron')) {
      context.report({ node, message: `${row[0]} may not import ${source}` });
    }
    return;
  }
  const to = underSrc(path.resolve(path.dirname(context.filename), source));
  if (to === undefined) return;
  // Resources and generated data beside the code are free to all.
  if (!row[1].some((room) => inRoom(to, room))) {
    context.report({ node, message: `${row[0]} may not import ${to} (docs/architecture.md, "Imports")` });
  }
}

const rooms = {
  create(context) {
    const visit = (node) => check(context, node, node.source?.value);
    return {
      ImportDeclaration: visit,
      ExportNamedDeclaration: visit,
      ExportAllDeclaration: visit,
      ImportExpression: visit,
      TSImportType: (node) => check(context, node, node.argument?.literal?.value ?? node.source?.value),
    };
  },
};

const sync = {
  create(context) {
    const refuse = (node) =>
      context.report({ node, message: 'no async code in the deterministic rooms (engine law 4)' });
    const visit = (node) => {
      if (node.async) refuse(node);
    };
    return {
      FunctionDeclaration: visit,
      FunctionExpression: visit,
      ArrowFunctionExpression: visit,
      AwaitExpression: refuse,
      ForOfStatement: (node) => {
        if (node.await) refuse(node);
      },
    };
  },
};

export default { meta: { name: 'tyr' }, rules: { rooms, sync } };

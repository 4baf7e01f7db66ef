/**
 * The contract of the command line (docs/cli.md): one JSON document, exit codes, what bad input is answered with.
 * Commands run in this process, each with an engine thread of its own.
 */
import { mkdtempSync, existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { editAccesses } from '../../session/testing.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOffset, patchedImage, referenceImage, symbol, THUMB } from '../../engine/testing.ts';
import { main } from './main.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-cli-'));
const example = (name: string): string =>
  fileURLToPath(new URL(`../../../../resources/examples/${name}`, import.meta.url));
const session = path.join(dir, 'first.tyrsession');
const put = (name: string, content: string | Uint8Array): string => {
  const file = path.join(dir, name);
  writeFileSync(file, content);
  return file;
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function tyr(...args: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await main(args, { out: (t) => void (out += t), err: (t) => void (err += t) });
  return { code, out, err };
}

/** Runs with --json and gives the document, which must be the only thing printed. */
async function json(code: number, ...args: string[]): Promise<Record<string, unknown>> {
  const ran = await tyr(...args, '--json');
  expect({ code: ran.code, err: ran.err }).toEqual({ code, err: code === 0 ? ran.err : expect.any(String) });
  return JSON.parse(ran.out) as Record<string, unknown>;
}

beforeAll(async () => {
  // Each command listens for a reader that goes away.
  process.stdout.setMaxListeners(0);
  const ran = await tyr('run', example('first-light.cs'), '--session', session);
  expect(ran.code).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('--json', () => {
  it('boot', async () => {
    const document = await json(0, 'boot');
    expect(document).toMatchObject({
      gpuInfo: { gpu_id: 0xa8670005, shader_present: '0x50005' },
      csifInfo: { csg_slot_count: 8, cs_reg_count: 96 },
      mcu: { status: 'ENABLED', instructions: expect.any(Number) },
      firmware: { version: '1.1.0', gitSha: expect.stringMatching(/^[0-9a-f]{40}$/) },
      virtualNs: expect.any(Number),
      registerAccesses: expect.any(Number),
    });
  });

  it('run of a stream', async () => {
    const document = await json(0, 'run', example('first-light.cs'));
    expect(document).toMatchObject({
      jobs: [{ status: 'done', fault: null }],
      registers: { r66: 47, r67: 16 },
      memory: { '0x7f0000001008': '2f000000' },
    });
  });

  it('run of a scenario', async () => {
    const { expectations } = await json(0, 'run', example('bring-up.ts'));
    expect(expectations).toEqual(expect.arrayContaining([expect.objectContaining({ ok: true })]));
  });

  it.each([
    ['registers', ['registers', '--block', 'GPU_CONTROL']],
    ['peek', ['peek', 'GPU_ID', '--bare']],
    ['read', ['read', 'GPU_ID', '--bare']],
    ['poke', ['poke', 'GPU_INT_MASK', '1', '--bare']],
    ['poke --preview', ['poke', 'GPU_CMD', '0x101', '--preview', '--bare']],
    ['cs asm', ['cs', 'asm', example('first-light.cs')]],
    ['session info', ['session', 'info', session]],
    ['session verify', ['session', 'verify', session]],
    ['session replay', ['session', 'replay', session]],
    ['session sql', ['session', 'sql', session, 'SELECT count(*) FROM job']],
  ])('%s', async (_name, args) => {
    expect(await json(0, ...args)).toBeTypeOf('object');
  });

  it('says what a preview would change', async () => {
    const { changes } = await json(0, 'poke', 'GPU_CMD', '0x101', '--preview', '--bare');
    expect(changes).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'GPU_INT_RAWSTAT' })]));
  });
});

describe('help', () => {
  it.each([[['boot', '--help']], [['cs', 'asm', '--help']], [['help', 'session']], [['fw', '-h']]])(
    '%j says what the command takes',
    async (args) => {
      const name = args[0] === 'help' ? args[1] : args[0];
      expect(await tyr(...args)).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringContaining(`usage: tyr ${name}`),
      });
    },
  );
  it('of every command in the list', async () => {
    const names = [...(await tyr('help')).out.matchAll(/^  ([a-z]+) /gm)].map((m) => m[1]!);
    expect(names).toContain('boot');
    for (const name of names) expect((await tyr('help', name)).out).toContain(`usage: tyr ${name}`);
  });
  it('of no command is a wrong word', async () => {
    expect(await tyr('help', 'bot')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('did you mean boot'),
    });
  });
  it('the version is one word', async () => {
    expect(await tyr('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('--json of a command that fails', () => {
  it.each([
    ['2: wrong words', 2, ['peek', 'GPU_IDD', '--bare'], { message: expect.stringContaining('GPU_ID') }],
    ['2: no such option', 2, ['boot', '--nope'], { message: expect.stringContaining('--nope') }],
    ['2: no such command', 2, ['bot'], { message: expect.stringContaining('did you mean boot') }],
    [
      '3: a bad file, with its place',
      3,
      ['run', put('place.cs', 'NOP\nFOO r1')],
      { line: 2, column: 1, rule: expect.any(String), remedy: expect.any(String) },
    ],
    [
      '1: a probe that fails',
      1,
      ['run', example('first-light.cs'), '--set', 'GPU_ID=0'],
      { message: expect.any(String) },
    ],
  ] as const)('%s', async (_name, code, args, error) => {
    const document = await json(code, ...args);
    expect(document['error']).toMatchObject({ exitCode: code, ...error });
  });
});

describe('values of 64 bits', () => {
  it('are shown whole, also where a field needs more than 53', async () => {
    const poked = await json(0, 'poke', 'AS0_TRANSTAB', '0xf23456789abcdef0', '--bare');
    expect(poked).toMatchObject({ value: '0xf23456789abcdef0', fields: { base: '0xf23456789abcdef' } });
    const field = await json(0, 'poke', 'AS0_TRANSTAB.base', '0xf23456789abcdef', '--bare');
    expect(field).toMatchObject({ value: '0xf23456789abcdef' });
  });
});

describe('exit codes', () => {
  it('1: an expectation of a stream or scenario is false, a job faulted', async () => {
    const wrong = put('wrong.cs', '//! expect r66 = 2\nMOVE32 r66, #1\n');
    expect(await tyr('run', wrong)).toMatchObject({ code: 1, err: expect.stringContaining('expected r66 = 2') });
    const fault = put('fault.cs', 'MOVE48 d64, #0x123456000\nLOAD_MULTIPLE r66, [d64]\nWAIT #0x1\n');
    const document = await json(1, 'run', fault);
    expect(document['jobs']).toMatchObject([{ status: 'faulted', fault: expect.any(String) }]);
    const scenario = put(
      'no.ts',
      "export const options = { bare: true };\nexport default async (b) => b.expect('no', false);\n",
    );
    expect(await tyr('run', scenario)).toMatchObject({ code: 1, out: expect.stringContaining('FAILED no') });
  });

  it('1: the probe fails; the session is kept and named', async () => {
    const firmware = put('stuck.bin', patchedImage([[symbol('reset').address, THUMB.BRANCH_TO_SELF]]));
    const ran = await tyr('boot', '--firmware', firmware);
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('Failed to boot MCU (status=') });
    const kept = /kept in (\S+)/.exec(ran.err)?.[1] ?? '';
    expect(existsSync(kept)).toBe(true);
    rmSync(path.dirname(kept), { recursive: true });
  });

  it.each([
    ['no such command', ['bot'], 'did you mean boot'],
    ['no such option', ['boot', '--nope'], '--nope'],
    ['no such register', ['peek', 'GPU_IDD', '--bare'], 'GPU_ID'],
    ['no such field', ['peek', 'GPU_ID.nothing', '--bare'], 'prod_major'],
    ['no such reset value', ['boot', '--set', 'GPU_IDD=1'], 'GPU_ID'],
    ['a value that does not fit', ['poke', 'GPU_INT_MASK', '0x100000000', '--bare'], 'does not fit'],
    ['a session that is there', ['boot', '--session', session], 'exists already'],
    ['no such GPU', ['boot', '--gpu', 'g999'], 'g610'],
    ['no such queue', ['run', example('first-light.cs'), '--queue', '9'], 'queue 9'],
    ['memory that is not mapped', ['run', example('first-light.cs'), '--dump', '0x1000:4'], '--map'],
    ['a link that is none', ['boot', '--connect', 'http://127.0.0.1:1'], 'not a link of a bench'],
    ['a host that is not there', ['boot', '--connect', 'http://127.0.0.1:1/?token=x'], 'ECONNREFUSED'],
    ['--connect with --bare', ['peek', 'GPU_ID', '--connect', 'http://127.0.0.1:1/?token=x', '--bare'], 'made already'],
    ['--from with --bare', ['peek', 'GPU_ID', '--from', session, '--bare'], 'leave those options out'],
    ['an offset outside of the registers', ['peek', '0x200000', '--bare'], 'ends at 0x200000'],
    ['a shift without end', ['poke', 'GPU_INT_MASK', '1 << 9999999999', '--bare'], 'not a number'],
    ['digits that are none', ['poke', 'GPU_INT_MASK', '0x_', '--bare'], 'not a number'],
    ['a word too many', ['boot', 'extra'], 'unexpected "extra"'],
    ['a word too many for a verb', ['session', 'info', session, 'extra'], 'unexpected "extra"'],
    ['memory of no length', ['run', example('first-light.cs'), '--map', '0x7f0000000000:0'], 'must not be 0'],
    ['a range without length', ['run', example('first-light.cs'), '--map', '0x1000'], 'VA:LEN'],
    ['a word that does not fit', ['run', example('first-light.cs'), '--set32', '0=0x100000000'], '32 bits'],
    ['a queue that is no number', ['run', example('first-light.cs'), '--queue', 'x'], 'not a number'],
    ['a port that is none', ['gdb', '--port', '99999'], 'not a port'],
    ['a session in no folder', ['boot', '--session', path.join(dir, 'none/x.tyrsession')], 'no folder'],
    [
      'an export in no folder',
      ['session', 'export', session, '--format', 'json', '-o', path.join(dir, 'none/x')],
      'none/x',
    ],
    ['a cut session in no folder', ['session', 'trim', session, '-o', path.join(dir, 'none/x')], 'no folder'],
    ['an image in no folder', ['fw', 'build', dir, '-o', path.join(dir, 'none/x.bin')], 'no folder'],
    ['SQL that writes', ['session', 'sql', session, 'DELETE FROM note_row'], 'read'],
  ])('2: %s', async (_name, args, text) => {
    const ran = await tyr(...args);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(text) });
    expect(ran.err).toMatch(/^tyr: /);
  });

  const cut = referenceImage().subarray(0, 0x100);
  it.each([
    ['no such file', ['boot', '--firmware', path.join(dir, 'none.bin')], 'none.bin'],
    ['a stream that is none', ['run', put('bad.cs', 'NOP\nFOO r1')], 'bad.cs'],
    ['a directive that is none', ['run', put('directive.cs', '//! nonsense 1\nNOP')], 'no directive'],
    ['a scenario without function', ['run', put('empty.ts', 'export {};')], 'default function'],
    ['a session that is none', ['session', 'info', put('text.tyrsession', 'hello')], 'text.tyrsession'],
    ['symbols that are none', ['boot', '--symbols', put('text.elf', 'hello')], 'text.elf'],
  ])('3: %s', async (_name, args, text) => {
    expect(await tyr(...args)).toMatchObject({ code: 3, out: '', err: expect.stringContaining(text) });
  });

  it('3: a firmware image cut short, with the offset', async () => {
    const ran = await tyr('boot', '--firmware', put('cut.bin', cut));
    expect(ran).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/cut\.bin at offset 0x[0-9a-f]+: /) });
  });

  it('5: a scenario that waits for nothing of the bench is left at the wall limit', async () => {
    const endless = put(
      'endless.ts',
      'export const options = { bare: true };\nexport default () => new Promise(() => undefined);\n',
    );
    expect(await tyr('run', endless, '--limit-wall-s', '1')).toMatchObject({
      code: 5,
      err: expect.stringContaining('the wall limit of 1 s was reached'),
    });
  });

  it('5: a limit of virtual time', async () => {
    const wait = put(
      'wait.cs',
      '//! map 0x7f0000000000:0x1000\nMOVE48 d64, #0x7f0000000000\nSYNC_WAIT32.gt [d64], r66\n',
    );
    const document = await json(5, 'run', wait, '--limit-ms', '20');
    expect(document['jobs']).toMatchObject([{ status: 'pending' }]);
  });
});

describe('sessions', () => {
  it('a temporary one is gone after success', async () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = mkdtempSync(path.join(dir, 'tmp-'));
    try {
      expect((await tyr('peek', 'GPU_ID', '--bare')).code).toBe(0);
      expect(readdirSync(tmpdir())).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('--from goes on where a session ended', async () => {
    const next = path.join(dir, 'next.tyrsession');
    const ran = await tyr('run', example('first-light.cs'), '--from', session, '--session', next);
    expect(ran.code).toBe(0);
    const counts = (await json(0, 'session', 'info', next))['counts'] as Record<string, number>;
    expect(counts['job']).toBe(2);
    expect(await json(0, 'session', 'replay', next)).toMatchObject({ identical: true });
    const peeked = await json(0, 'peek', 'GPU_INT_MASK', '--from', next);
    expect(peeked['value']).not.toBe(0);
  });

  it('a changed one does not replay, and says where', async () => {
    const copy = path.join(dir, 'changed.tyrsession');
    const gpuId = "SELECT seq FROM register_access WHERE name = 'GPU_ID' LIMIT 1";
    expect(editAccesses(session, copy, `UPDATE access_row SET value = 0 WHERE seq = (${gpuId})`)).toBe(1);
    const document = await json(1, 'session', 'replay', copy);
    expect(document).toMatchObject({ identical: false, firstDifference: { text: expect.stringContaining('GPU_ID') } });
  });

  it('a newer one is shown as far as it is understood, a cut one refused or called unsound', async () => {
    const newer = path.join(dir, 'newer.tyrsession');
    await tyr('session', 'export', session, '--format', 'sqlite', '-o', newer);
    const db = new Database(newer);
    db.pragma('user_version = 7');
    db.close();
    expect(await json(0, 'session', 'info', newer)).toMatchObject({
      schemaVersion: 7,
      problems: [expect.stringMatching(/newer/)],
    });
    const short = path.join(dir, 'short.tyrsession');
    await tyr('session', 'export', session, '--format', 'sqlite', '-o', short);
    truncateSync(short, 40_000);
    expect([1, 3]).toContain((await tyr('session', 'verify', short)).code);
  });
});

describe('a patched firmware', () => {
  it('lies where the symbols say', () => {
    expect(fileOffset(symbol('reset').address)).toBeLessThan(referenceImage().length);
  });
});

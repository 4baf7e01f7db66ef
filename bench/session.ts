/**
 * Designs of the store of register accesses against each other, and the one in use from the engine's ring to the
 * questions of a window. The anchor of writing is the same bytes appended to a plain file in the same run.
 */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { ACCESS_WORDS, packMeta } from '../src/protocol/records.ts';
import { RingRecorder } from '../src/protocol/ring-recorder.ts';
import { accessLog } from '../src/main/session/accesses.ts';
import { openSession } from '../src/main/session/reader.ts';
import { startSessionThread } from '../src/main/session/thread.ts';
import { SessionWriter } from '../src/main/session/writer.ts';
import { median, seconds, type BenchResult, type Benchmark } from './bench.ts';
import { boots, exporting, opening, reaching } from './session-work.ts';

const TWO32 = 2 ** 32;
/** Accesses of a design, and of the long recording. */
const FEW = 500_000;
const MANY = Number(process.env['TYR_BENCH_ACCESSES'] ?? 10_000_000);
const BATCH = 4096;
const RAW_BYTES = ACCESS_WORDS * 4;
const WINDOW = 1000;
const ROUNDS = 5;

/**
 * What a driver does: a few dozen registers, most values seen before, uneven times, one access in eight with a value
 * of its own, and rows of other kinds in between (gaps of `seq`).
 */
function fill(words: Int32Array, first: number, count: number): void {
  const meta = packMeta(0, false, false, 4, 0);
  for (let i = 0; i < count; i++) {
    const n = first + i;
    const noise = Math.imul(n, 0x9e3779b1) >>> 16;
    const value = noise % 8 === 0 ? Math.imul(n, 0x85ebca6b) : noise & 15;
    const time = n * 100 + (noise & 63);
    const at = i * ACCESS_WORDS;
    words[at] = n + Math.floor(n / 100);
    words[at + 1] = time;
    words[at + 2] = time / TWO32;
    words[at + 3] = meta;
    words[at + 4] = (noise & 31) * 4;
    words[at + 5] = value;
    words[at + 6] = value;
    words[at + 7] = 0;
  }
}

function batches(total: number, put: (words: Int32Array, count: number) => void): void {
  const words = new Int32Array(BATCH * ACCESS_WORDS);
  for (let at = 0; at < total; at += BATCH) {
    const count = Math.min(BATCH, total - at);
    fill(words, at + 1, count);
    put(words, count);
  }
}

interface Design {
  readonly name: string;
  write(file: string, total: number): void;
  /** Reads all rows in plain SQL. */
  readonly scan: string;
}

/** A file of rows or JSON; `insert` takes a batch. */
function table(create: string, insert: (db: Database.Database) => (w: Int32Array, count: number) => void) {
  return (file: string, total: number): void => {
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(create);
    const put = insert(db);
    let open = 0;
    db.exec('BEGIN');
    batches(total, (w, count) => {
      put(w, count);
      if (++open % 32 === 0) db.exec('COMMIT; BEGIN');
    });
    db.exec('COMMIT');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  };
}

const row = (w: Int32Array, at: number): number[] => [
  w[at]! >>> 0,
  (w[at + 2]! >>> 0) * TWO32 + (w[at + 1]! >>> 0),
  w[at + 3]!,
  w[at + 4]!,
  w[at + 5]! >>> 0,
  w[at + 6]! >>> 0,
  w[at + 7]!,
];

const ROWS = 'CREATE TABLE a(seq INTEGER PRIMARY KEY, time_ns, meta, offset, value, old_value, cause)';
const PER_CHUNK = 256;

const DESIGNS: readonly Design[] = [
  {
    name: 'row-per-access',
    scan: 'SELECT count(*), sum(value) FROM a',
    write: table(ROWS, (db) => {
      const one = db.prepare('INSERT INTO a VALUES (?, ?, ?, ?, ?, ?, ?)');
      return (w, count) => {
        for (let i = 0; i < count; i++) one.run(row(w, i * ACCESS_WORDS));
      };
    }),
  },
  {
    name: 'rows-256-a-statement',
    scan: 'SELECT count(*), sum(value) FROM a',
    write: table(ROWS, (db) => {
      const marks = Array.from({ length: PER_CHUNK }, () => '(?, ?, ?, ?, ?, ?, ?)').join(', ');
      const many = db.prepare(`INSERT INTO a VALUES ${marks}`);
      const one = db.prepare('INSERT INTO a VALUES (?, ?, ?, ?, ?, ?, ?)');
      return (w, count) => {
        let i = 0;
        for (; i + PER_CHUNK <= count; i += PER_CHUNK) {
          many.run(Array.from({ length: PER_CHUNK }, (_, k) => row(w, (i + k) * ACCESS_WORDS)).flat());
        }
        for (; i < count; i++) one.run(row(w, i * ACCESS_WORDS));
      };
    }),
  },
  {
    name: 'json-chunks',
    scan: `SELECT count(*), sum(json_extract(j.value, '$[4]')) FROM a, json_each(a.data) j`,
    write: table('CREATE TABLE a(seq INTEGER PRIMARY KEY, data TEXT)', (db) => {
      const one = db.prepare('INSERT INTO a VALUES (?, ?)');
      return (w, count) => {
        for (let i = 0; i < count; i += PER_CHUNK) {
          const n = Math.min(PER_CHUNK, count - i);
          const rows = Array.from({ length: n }, (_, k) => row(w, (i + k) * ACCESS_WORDS));
          one.run(rows[0]![0], JSON.stringify(rows));
        }
      };
    }),
  },
  {
    name: 'digit-chunks',
    scan: 'SELECT count(*), sum(value) FROM register_access',
    write(file, total) {
      const writer = new SessionWriter(file);
      let open = 0;
      batches(total, (w, count) => {
        writer.begin();
        writer.accesses(w, 0, count);
        if (++open % 32 === 0) writer.commit();
      });
      writer.close();
    },
  },
];

function rawAppend(file: string, total: number): void {
  const fd = openSync(file, 'w');
  batches(total, (w, count) => writeSync(fd, w.subarray(0, count * ACCESS_WORDS)));
  closeSync(fd);
}

/** As many records, one batch again and again: nothing but the appending. */
function rawAppendSame(file: string, total: number): void {
  const words = new Int32Array(BATCH * ACCESS_WORDS);
  fill(words, 1, BATCH);
  const fd = openSync(file, 'w');
  for (let at = 0; at < total; at += BATCH) {
    writeSync(fd, words.subarray(0, Math.min(BATCH, total - at) * ACCESS_WORDS));
  }
  closeSync(fd);
}

/** Seconds that making the records alone takes. */
const making = (total: number): Promise<number> => seconds(() => batches(total, () => {}));

async function designs(dir: string, report: (line: string) => void): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const spent = await median(3, () => making(FEW));
  const raw = (await median(3, () => seconds(() => rawAppend(path.join(dir, 'raw'), FEW)))) - spent;
  let n = 0;
  for (const design of DESIGNS) {
    let file = '';
    const took = (await median(3, () => seconds(() => design.write((file = path.join(dir, `d${n++}`)), FEW)))) - spent;
    const scan = await seconds(() => void execSql(file, design.scan));
    const bytes = statSync(file).size / FEW;
    report(
      `${design.name.padEnd(22)} ${(FEW / took / 1e6).toFixed(2)} M/s, ${bytes.toFixed(1)} B an access, ` +
        `read by plain SQL at ${(FEW / scan / 1e6).toFixed(2)} M/s`,
    );
    const anchor = 'raw append of the same bytes';
    results.push({
      name: `session.${design.name}`,
      value: FEW / took,
      unit: 'accesses/s',
      anchor,
      ratio: raw / took,
    });
    results.push({
      name: `session.${design.name}.bytes`,
      value: bytes,
      unit: 'B',
      anchor: 'raw record',
      ratio: bytes / RAW_BYTES,
    });
    results.push({ name: `session.${design.name}.sql-scan`, value: FEW / scan, unit: 'rows/s' });
  }
  return results;
}

/** The plain program where it is installed, else the library. */
function execSql(file: string, sql: string): void {
  try {
    execFileSync('sqlite3', [file, sql], { stdio: 'ignore' });
  } catch {
    const db = new Database(file, { readonly: true });
    db.prepare(sql).all();
    db.close();
  }
}

async function recordMany(file: string): Promise<{ total: number; engine: number; cpu: number }> {
  const words = new Int32Array(BATCH * ACCESS_WORDS);
  fill(words, 1, BATCH);
  const thread = startSessionThread(file);
  const recorder = new RingRecorder(thread.memory, thread.rows);
  let engine = 0;
  const cpu = process.cpuUsage();
  const total = await seconds(() => {
    for (let done = 0; done < MANY; done += BATCH) {
      for (let i = 0; i < BATCH; i++) {
        const at = i * ACCESS_WORDS;
        recorder.access(
          done + words[at]! + Math.floor(done / 100),
          done * 100 + words[at + 1]!,
          words[at + 3]!,
          words[at + 4]!,
          words[at + 5]!,
          words[at + 6]!,
          0,
        );
      }
    }
    recorder.flush();
    thread.close();
  });
  const used = process.cpuUsage(cpu);
  // What the engine spends is what is left when the ring never fills.
  const small = startSessionThread(`${file}-engine`);
  const alone = new RingRecorder(small.memory, small.rows);
  const rounds: number[] = [];
  for (let k = 0; k < 9; k++) {
    alone.flush();
    const from = performance.now();
    for (let i = 0; i < 60_000; i++) alone.access(k * 60_000 + i + 1, i * 50, 64, (i & 63) * 4, i, i, 0);
    rounds.push(((performance.now() - from) * 1e6) / 60_000);
  }
  engine = rounds.toSorted((a, b) => a - b)[4]!;
  small.close();
  return { total, engine, cpu: (used.user + used.system) / 1e6 };
}

export const session: Benchmark = {
  name: 'session',
  about: 'designs of the store of accesses; recording and reading ten million; travel, exports, opening',
  async run(report) {
    const dir = mkdtempSync(path.join(tmpdir(), 'tyr-bench-'));
    try {
      const results = await designs(dir, report);
      const file = path.join(dir, 'many.tyrsession');
      const { total, engine, cpu } = await recordMany(file);
      const bytes = statSync(file).size / MANY;
      report(
        `${MANY.toLocaleString('en')} accesses through the ring in ${total.toFixed(2)} s (${cpu.toFixed(2)} s of CPU)`,
      );
      const s = openSession(file);
      const log = accessLog(s);
      if (log === undefined) throw new Error('a new session has no chunks');
      const timed = (body: () => unknown): Promise<number> => median(ROUNDS, () => seconds(() => void body()));
      let k = 0;
      const window = await timed(() => log.window(Math.floor(((++k * 0.17) % 1) * MANY), WINDOW));
      const byTime = await timed(() => log.window(log.seqAt(Math.floor(((++k * 0.17) % 1) * MANY * 100)) ?? 0, WINDOW));
      const counts = await timed(() => log.counts());
      s.close();
      const raw = await median(3, () => seconds(() => rawAppendSame(path.join(dir, 'raw-many'), MANY)));
      const some = path.join(dir, 'some.tyrsession');
      DESIGNS.find((d) => d.name === 'digit-chunks')?.write(some, FEW);
      const more = [
        ...(await boots(dir)),
        ...(await reaching(report)),
        ...(await exporting(dir, some, report)),
        ...(await opening(dir, file)),
      ];
      return [
        ...results,
        ...more,
        {
          name: 'session.ring.accesses-per-second',
          value: MANY / total,
          unit: '1/s',
          anchor: 'raw append of the same bytes',
          ratio: raw / total,
        },
        { name: 'session.ring.cpu', value: (cpu * 1e9) / MANY, unit: 'ns/access' },
        { name: 'session.ring.engine', value: engine, unit: 'ns/access' },
        { name: 'session.ring.bytes', value: bytes, unit: 'B', anchor: 'raw record', ratio: bytes / RAW_BYTES },
        { name: 'session.read.window', value: window * 1e3, unit: 'ms' },
        { name: 'session.read.window-by-time', value: byTime * 1e3, unit: 'ms' },
        { name: 'session.read.counts', value: counts * 1e3, unit: 'ms' },
      ];
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

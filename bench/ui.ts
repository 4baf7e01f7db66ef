/**
 * The workspace in a real browser: the first paint against a bare page, and frames while panning a million events
 * against frames of the same page at rest.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { packMeta } from '../src/protocol/records.ts';
import { RingRecorder } from '../src/protocol/ring-recorder.ts';
import { startSessionThread } from '../src/main/session/thread.ts';
import { hostRegisterNames } from '../src/spec/registers/index.ts';
import { median, type Benchmark, type BenchResult } from './bench.ts';
import { launchBrowser, sessionsOf, startHost } from './ui-host.ts';
import { BARE_PAGE, FRAMES, type FrameTimes } from './ui-page.ts';

const ACCESSES = 1_000_000;
/** Virtual time between two of them, in ns, and interrupts and jobs among them. */
const EVERY_NS = 50;
const IRQ_EVERY = 50;
const JOB_EVERY = 500;
const ROUNDS = 5;
const VIEWPORT = { width: 1440, height: 900 };
const BIG = 'million';

/** A session of a million accesses with interrupts and jobs, written as an engine does. */
function writeBigSession(file: string): void {
  const thread = startSessionThread(file);
  const recorder = new RingRecorder(thread.memory, thread.rows);
  const offsets = [...hostRegisterNames()].slice(0, 64).map((n) => n.offset);
  let seq = 1;
  let raised = true;
  for (let i = 0; i < ACCESSES; i++) {
    const timeNs = i * EVERY_NS;
    const meta = packMeta(i % 3 === 0 ? 2 : 0, i % 2 === 0, false, 4, 0);
    recorder.access(seq++, timeNs, meta, offsets[i % offsets.length] ?? 0, i, 0, 0);
    if (i % IRQ_EVERY === 0) {
      recorder.record('irq', { seq: seq++, timeNs, line: 'gpu', raised, status: raised ? 1 : 0 });
      raised = !raised;
    }
    if (i % JOB_EVERY === 0) {
      const submittedNs = timeNs;
      const finishedNs = timeNs + (JOB_EVERY / 2) * EVERY_NS;
      recorder.record('job', {
        id: i / JOB_EVERY + 1,
        groupId: 1,
        queue: 0,
        submittedNs,
        startedNs: submittedNs,
        finishedNs,
        streamVa: 0x7e0000000000,
        streamSize: 64,
        status: 'done',
        fault: undefined,
      });
    }
  }
  recorder.flush();
  thread.close();
}

const inMiddle = (list: readonly number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
const percentile = (list: readonly number[], share: number) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;

async function withPage<T>(context: BrowserContext, url: string, body: (page: Page) => Promise<T>): Promise<T> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    return await body(page);
  } finally {
    await page.close();
  }
}

const firstPaint = (page: Page): Promise<number> =>
  page.evaluate<number>(
    "new Promise((done) => new PerformanceObserver((list, o) => { const e = list.getEntriesByName('first-contentful-paint')[0]; if (e) { o.disconnect(); done(e.startTime); } }).observe({ type: 'paint', buffered: true }))",
  );

const ready = (page: Page) => page.getByRole('navigation', { name: 'Panes' }).waitFor();

async function show(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: title, exact: true }).click();
  await page.getByRole('tabpanel', { name: title, exact: true }).waitFor();
}

async function openBig(page: Page): Promise<void> {
  await ready(page);
  await show(page, 'Sessions');
  await page.getByRole('grid', { name: 'Sessions' }).getByText(BIG, { exact: true }).dblclick();
  await page.getByRole('contentinfo').getByText('read only').waitFor();
}

async function frames(context: BrowserContext, url: string): Promise<{ ours: FrameTimes; idle: FrameTimes }> {
  return withPage(context, url, async (page) => {
    await openBig(page);
    await show(page, 'Timeline');
    const timeline = page.getByRole('application', { name: 'Timeline' });
    await timeline.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('w');
    await page.waitForTimeout(3000);
    const idle = await page.evaluate<FrameTimes>(`(${FRAMES})(undefined)`);
    const ours = await page.evaluate<FrameTimes>(`(${FRAMES})('[role=application][aria-label=Timeline]')`);
    return { ours, idle };
  });
}

export const ui: Benchmark = {
  name: 'ui',
  about: 'the workspace in a browser: first paint against a bare page, frames while panning a million events',
  async run(report) {
    const data = mkdtempSync(path.join(tmpdir(), 'tyr-bench-ui-'));
    const bareFile = path.join(data, 'bare.html');
    writeFileSync(bareFile, BARE_PAGE);
    writeBigSession(path.join(sessionsOf(data), `${BIG}.tyrsession`));
    report(`${ACCESSES.toLocaleString('en')} accesses written`);
    const host = await startHost(data);
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext({ viewport: VIEWPORT });
      // The link works once; the cookie it gives opens every page after.
      await withPage(context, host.url, ready);
      const url = new URL('/', host.url).href;
      const results: BenchResult[] = [];
      const paint = async (page: string) => median(ROUNDS, () => withPage(context, page, firstPaint));
      const bare = await paint(pathToFileURL(bareFile).href);
      const ours = await paint(url);
      results.push({ name: 'ui.first-paint', value: ours, unit: 'ms', anchor: 'a bare page', ratio: ours / bare });
      const usable = await median(ROUNDS, () =>
        withPage(context, url, async (page) => {
          await ready(page);
          return page.evaluate<number>('performance.now()');
        }),
      );
      results.push({
        name: 'ui.usable',
        value: usable,
        unit: 'ms',
        anchor: 'first paint of a bare page',
        ratio: usable / bare,
      });
      report('first paint measured');

      const pan = await frames(context, url);
      const idle = inMiddle(pan.idle.deltas);
      const frame = inMiddle(pan.ours.deltas);
      const late = percentile(pan.ours.deltas, 0.95);
      const anchor = 'a frame of the same page at rest';
      results.push(
        { name: 'ui.pan.frame.median', value: frame, unit: 'ms', anchor, ratio: frame / idle },
        { name: 'ui.pan.frame.95th', value: late, unit: 'ms', anchor, ratio: late / percentile(pan.idle.deltas, 0.95) },
        { name: 'ui.pan.script.median', value: inMiddle(pan.ours.scripts), unit: 'ms' },
      );
      report('panning measured');
      return results;
    } finally {
      await browser.close();
      await host.stop();
      rmSync(data, { recursive: true, force: true });
    }
  },
};

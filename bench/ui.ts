/**
 * The workspace in a real browser: first paint against a bare page, frames while panning a million events against
 * frames of the same page at rest, a poke's way from the key to the screen against a bare page's, and memory with a
 * million accesses against an empty session.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { median, type Benchmark, type BenchResult } from './bench.ts';
import { launchBrowser, memoryOf, sessionsOf, startHost, type Host } from './ui-host.ts';
import { ANSWERED, BARE_PAGE, FIRST_PAINT, FRAMES, WATCH, type FrameTimes } from './ui-page.ts';
import { writeSession } from './ui-session.ts';

const ACCESSES = 1_000_000;
const ROUNDS = 5;
/** Pokes measured. */
const POKES = 15;
/** What GPU_INT_MASK is set to by turns: bits it has. */
const MASKS = ['0101', '0100', '0001'];
const VIEWPORT = { width: 1440, height: 900 };
const BIG = 'million';
const EMPTY = 'empty';
const TREE = '[role=tree]';
/** Bounds a hang; nothing is measured by it. */
const PATIENCE_MS = 120_000;
/** How long the page rests before something is measured: questions of the panes are answered then. */
const REST_MS = 3000;

const inMiddle = (list: readonly number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
const percentile = (list: readonly number[], share: number) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;

interface Place {
  readonly context: BrowserContext;
  readonly host: Host;
  readonly url: string;
  /** URL of the bare page. */
  readonly bare: string;
}

async function withPage<T>(context: BrowserContext, url: string, body: (page: Page) => Promise<T>): Promise<T> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    return await body(page);
  } finally {
    await page.close();
  }
}

const ready = (page: Page) => page.getByRole('navigation', { name: 'Panes' }).waitFor();

async function show(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: title, exact: true }).click();
  await page.getByRole('tabpanel', { name: title, exact: true }).waitFor();
}

async function openSession(page: Page, name: string): Promise<void> {
  await ready(page);
  await show(page, 'Sessions');
  await page.getByRole('grid', { name: 'Sessions' }).getByText(name, { exact: true }).dblclick();
  await page.getByRole('contentinfo').getByText('read only').waitFor();
}

async function firstPaint({ context, url, bare }: Place): Promise<BenchResult[]> {
  const paint = (page: string) => median(ROUNDS, () => withPage(context, page, (p) => p.evaluate<number>(FIRST_PAINT)));
  const anchor = await paint(bare);
  const ours = await paint(url);
  const usable = await median(ROUNDS, () =>
    withPage(context, url, async (page) => {
      await ready(page);
      return page.evaluate<number>('performance.now()');
    }),
  );
  return [
    { name: 'ui.first-paint', value: ours, unit: 'ms', anchor: 'a bare page', ratio: ours / anchor },
    { name: 'ui.usable', value: usable, unit: 'ms', anchor: 'first paint of a bare page', ratio: usable / anchor },
  ];
}

async function panning({ context, url }: Place): Promise<BenchResult[]> {
  const { ours, idle } = await withPage(context, url, async (page) => {
    await openSession(page, BIG);
    await show(page, 'Timeline');
    const timeline = page.getByRole('application', { name: 'Timeline' });
    await timeline.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('w');
    await page.waitForTimeout(REST_MS);
    const rest = await page.evaluate<FrameTimes>(`(${FRAMES})(undefined)`);
    const pan = await page.evaluate<FrameTimes>(`(${FRAMES})('[role=application][aria-label=Timeline]')`);
    return { ours: pan, idle: rest };
  });
  const anchor = 'a frame of the same page at rest';
  const frame = inMiddle(ours.deltas);
  const late = percentile(ours.deltas, 0.95);
  return [
    { name: 'ui.pan.frame.median', value: frame, unit: 'ms', anchor, ratio: frame / inMiddle(idle.deltas) },
    { name: 'ui.pan.frame.95th', value: late, unit: 'ms', anchor, ratio: late / percentile(idle.deltas, 0.95) },
    { name: 'ui.pan.script.median', value: inMiddle(ours.scripts), unit: 'ms' },
  ];
}

/** Milliseconds from Enter to the frame that shows `text` inside of `selector`. */
async function enterToPaint(page: Page, selector: string, text: string): Promise<number> {
  await page.evaluate(`(${WATCH})(${JSON.stringify(selector)}, ${JSON.stringify(text)})`);
  await page.keyboard.press('Enter');
  return page.evaluate<number>(ANSWERED);
}

async function poking({ context, url, bare }: Place): Promise<BenchResult[]> {
  const anchors = await withPage(context, bare, async (page) => {
    const field = page.locator('input');
    const times: number[] = [];
    for (let i = 0; i < POKES; i++) {
      await field.fill(`value ${i}`);
      times.push(await enterToPaint(page, 'p', `value ${i}`));
    }
    return times;
  });
  const pokes = await withPage(context, url, async (page) => {
    await ready(page);
    await show(page, 'Start');
    await page.getByRole('button', { name: 'Boot the demo' }).click();
    await page.getByRole('banner').getByText('enabled', { exact: false }).first().waitFor();
    await show(page, 'Registers');
    await page.getByRole('textbox', { name: 'Search registers' }).fill('GPU_INT_MASK');
    await page.getByRole('treeitem', { name: /^GPU_INT_MASK/ }).click();
    const times: number[] = [];
    for (let i = 0; i < POKES; i++) {
      const value = MASKS[i % MASKS.length] ?? '';
      await page.keyboard.press('F2');
      await page.getByRole('combobox', { name: 'Value of GPU_INT_MASK' }).fill(`0x${value}`);
      times.push(await enterToPaint(page, TREE, `0000_${value}`));
    }
    return times;
  });
  const anchor = 'a bare page that shows what was typed';
  const ours = inMiddle(pokes);
  const late = percentile(pokes, 0.95);
  return [
    { name: 'ui.poke.median', value: ours, unit: 'ms', anchor, ratio: ours / inMiddle(anchors) },
    { name: 'ui.poke.95th', value: late, unit: 'ms', anchor, ratio: late / percentile(anchors, 0.95) },
  ];
}

/** Megabytes the page and the host hold while a session is looked at in log and timeline. */
async function memoryWith({ context, host, url }: Place, session: string): Promise<{ page: number; host: number }> {
  return withPage(context, url, async (page) => {
    await openSession(page, session);
    await show(page, 'Timeline');
    await page.waitForTimeout(REST_MS);
    await show(page, 'Access Log');
    const grid = page.getByRole('grid', { name: 'Register accesses' });
    await grid.focus();
    for (const key of ['End', 'Home', 'PageDown', 'PageDown', 'End']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(200);
    }
    return { page: await memoryOf(page), host: host.memory() };
  });
}

async function memory(place: Place): Promise<BenchResult[]> {
  // Empty first: what the host took for a million it may keep.
  const empty = await memoryWith(place, EMPTY);
  const big = await memoryWith(place, BIG);
  const anchor = 'an empty session';
  const result = (name: string, ours: number, bare: number): BenchResult[] =>
    ours > 0 ? [{ name, value: ours, unit: 'MB', anchor, ratio: ours / bare }] : [];
  return [...result('ui.memory.page', big.page, empty.page), ...result('ui.memory.host', big.host, empty.host)];
}

const PARTS = { 'first paint': firstPaint, memory, panning, poking } as const;

export const ui: Benchmark = {
  name: 'ui',
  about: 'the workspace in a browser: first paint, panning a million events, a poke, memory of a million accesses',
  async run(report) {
    const data = mkdtempSync(path.join(tmpdir(), 'tyr-bench-ui-'));
    const bareFile = path.join(data, 'bare.html');
    writeFileSync(bareFile, BARE_PAGE);
    writeSession(path.join(sessionsOf(data), `${BIG}.tyrsession`), ACCESSES);
    writeSession(path.join(sessionsOf(data), `${EMPTY}.tyrsession`), 0);
    report(`${ACCESSES.toLocaleString('en')} accesses written`);
    const host = await startHost(data);
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext({ viewport: VIEWPORT });
      context.setDefaultTimeout(PATIENCE_MS);
      // The link works once; the cookie it gives opens every page after.
      await withPage(context, host.url, ready);
      const place = { context, host, url: new URL('/', host.url).href, bare: pathToFileURL(bareFile).href };
      const results: BenchResult[] = [];
      for (const [name, measure] of Object.entries(PARTS)) {
        results.push(...(await measure(place)));
        report(`${name} measured`);
      }
      return results;
    } finally {
      await browser.close();
      await host.stop();
      rmSync(data, { recursive: true, force: true });
    }
  },
};

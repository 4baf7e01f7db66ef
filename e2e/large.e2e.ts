/** A session longer than any element of a browser is high: log and timeline reach its end, and the next page opens. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSession } from '../bench/ui-session.ts';
import { noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

/** Above 1.53 million rows of 22 pixels Chromium cuts an element off. */
const ACCESSES = 1_600_000;
/** Accesses, and interrupts among them, share one count. */
const LAST = ACCESSES + ACCESSES / 50;

describe.skipIf(noBrowser !== undefined)(suiteTitle('a session of 1.6 million accesses'), () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openWorkspace({
      prepare: (sessions) => writeSession(path.join(sessions, 'large.tyrsession'), ACCESSES),
    });
    const { page } = opened;
    await showPane(page, 'Sessions');
    await page.getByRole('grid', { name: 'Sessions' }).getByText('large', { exact: true }).dblclick();
    await page.getByRole('contentinfo').getByText('read only').waitFor();
  }, 180_000);
  afterAll(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  const grid = () => opened.page.getByRole('grid', { name: 'Register accesses' });
  /** Numbers of the accesses that can be seen, from the top. */
  const seen = () =>
    grid().evaluate((element) => {
      const box = element.getBoundingClientRect();
      const head = element.querySelector('[role=columnheader]')?.getBoundingClientRect().bottom ?? 0;
      return [...element.querySelectorAll('[role=rowgroup] [role=row]')]
        .filter(
          (row) => row.getBoundingClientRect().top >= head - 1 && row.getBoundingClientRect().bottom <= box.bottom + 1,
        )
        .map((row) => Number(row.firstElementChild?.textContent?.replaceAll(',', '')))
        .toSorted((a, b) => a - b);
    });

  it('shows the last access, single steps of the wheel, and the first again', async () => {
    const { page } = opened;
    await showPane(page, 'Access Log');
    await pane(page, 'Access Log').getByText('1,600,000', { exact: true }).waitFor();
    await grid().focus();
    await page.keyboard.press('End');
    await expect.poll(async () => (await seen()).at(-1)).toBe(LAST);
    const [before = 0] = await seen();
    await grid().hover();
    await page.mouse.wheel(0, -3 * 22);
    await expect.poll(async () => (await seen())[0]).toBe(before - 3);
    await page.keyboard.press('Home');
    await expect.poll(async () => (await seen())[0]).toBe(1);
    await grid().evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
    await expect.poll(async () => Math.abs(((await seen())[0] ?? 0) / LAST - 0.5) < 0.01).toBe(true);
  });

  it('pans the timeline, and another page of the same browser opens while it does', async () => {
    const { page } = opened;
    await showPane(page, 'Timeline');
    await page.getByRole('application', { name: 'Timeline' }).focus();
    for (const key of 'wwwwdddaaaddwwss') await page.keyboard.press(key);
    const next = await page.context().newPage();
    await next.goto(new URL('/', page.url()).href);
    await next.getByRole('navigation', { name: 'Panes' }).waitFor();
    await next.close();
    const words = page.getByRole('status', { name: 'Timeline position' });
    await expect.poll(() => words.textContent()).toMatch(/wide/);
  });
});

/** Sessions: recorded, listed, opened for reading, exported; and what is left when a bench ends. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDemo, noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

describe.skipIf(noBrowser !== undefined)(suiteTitle('sessions'), () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openWorkspace();
    await bootDemo(opened.page);
  });
  afterAll(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  const sessions = () => pane(opened.page, 'Sessions');
  const rows = () => sessions().getByRole('grid', { name: 'Sessions' }).getByRole('row');

  it('lists the one that is recorded, and a new one for a new bench', async () => {
    const { page } = opened;
    await showPane(page, 'Sessions');
    await rows().filter({ hasText: 'recording' }).waitFor();
    await page.getByRole('menuitem', { name: 'File' }).click();
    await page.getByRole('menuitem', { name: 'New Bench', exact: false }).first().click();
    await expect.poll(() => rows().count()).toBe(3);
  });

  it('opens the earlier one for reading while the new bench goes on', async () => {
    const { page } = opened;
    await rows().filter({ hasNotText: 'recording' }).last().dblclick();
    const shown = sessions().getByRole('group', { name: 'Opened session' });
    await shown.getByText('register_access').waitFor();
    await page.getByRole('contentinfo').getByText('read only').waitFor();
    await shown.getByRole('button', { name: 'Back to the live session' }).click();
    await shown.waitFor({ state: 'detached' });
  });

  it('exports as a download', async () => {
    const { page } = opened;
    const download = page.waitForEvent('download');
    await sessions().getByRole('button', { name: 'Export Session…' }).click();
    await page.getByRole('option', { name: /^JSON/ }).click();
    const file = await (await download).path();
    expect(readFileSync(file, 'utf8')).toContain('power-on');
    await page.getByText(/^Downloading /).waitFor();
  });

  it('goes back to a snapshot', async () => {
    const { page } = opened;
    await page.keyboard.press('F1');
    await page.getByRole('combobox', { name: 'Search' }).fill('>take a snapshot');
    await page.keyboard.press('Enter');
    await page.getByText(/^Snapshot \d+ taken/).waitFor();
    const time = () => page.getByRole('banner').getByText(/ ms$/).textContent();
    const before = await time();
    await page.getByRole('button', { name: 'Boot', exact: true }).first().click();
    await page.getByRole('banner').getByText('ENABLED').waitFor();
    expect(await time()).not.toBe(before);
    await page.keyboard.press('F1');
    await page.getByRole('combobox', { name: 'Search' }).fill('>go back to a snapshot');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /^at / }).click();
    await expect.poll(time).toBe(before);
  });
});

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
    await page.getByRole('option', { name: /^With firmware/ }).click();
    const file = await (await download).path();
    expect(readFileSync(file, 'utf8')).toContain('power-on');
    await page.getByText(/^Downloading /).waitFor();
  });

  it('exports every format, and with blobs left out', async () => {
    const { page } = opened;
    const formats: readonly (readonly [RegExp, RegExp])[] = [
      [/^SQLite/, /\.tyrsession$/],
      [/^CSV/, /\.csv$/],
      [/^Perfetto/, /\.perfetto-trace$/],
      [/^VCD/, /\.vcd$/],
      [/^HTML/, /\.html$/],
      [/^Markdown/, /\.md$/],
      [/in C register/, /\.c$/],
      [/in Rust/, /\.rs$/],
      [/in Python/, /\.py$/],
      [/for the shell/, /\.sh$/],
      [/^Test scenario/, /\.ts$/],
    ];
    for (const [label, name] of formats) {
      const download = page.waitForEvent('download');
      await sessions().getByRole('button', { name: 'Export Session…' }).click();
      await page.getByRole('option', { name: label }).click();
      if (label.source === '^SQLite') await page.getByRole('option', { name: /^Without blobs/ }).click();
      const done = await download;
      expect(done.suggestedFilename()).toMatch(name);
      expect(readFileSync(await done.path()).length).toBeGreaterThan(0);
    }
  });

  it('shows an exported report in a browser of its own', async () => {
    const { page } = opened;
    const download = page.waitForEvent('download');
    await sessions().getByRole('button', { name: 'Export Session…' }).click();
    await page.getByRole('option', { name: /^HTML/ }).click();
    const html = readFileSync(await (await download).path(), 'utf8');
    const other = await page.context().newPage();
    const requests: string[] = [];
    other.on('request', (r) => requests.push(r.url()));
    await other.setContent(html);
    await other.getByRole('heading', { level: 1 }).waitFor();
    expect(await other.getByRole('table').count()).toBeGreaterThan(1);
    expect(requests.filter((url) => !url.startsWith('about:'))).toEqual([]);
    await other.close();
  });

  it('compares two sessions side by side', async () => {
    const { page } = opened;
    await sessions().getByRole('button', { name: 'Compare Sessions…' }).click();
    const compare = pane(page, 'Compare Sessions');
    await compare.getByRole('button', { name: 'Compare' }).click();
    await compare.getByText(/They part at/).waitFor();
    const kinds = compare.getByRole('grid', { name: 'Kinds compared' });
    await kinds.getByRole('row').filter({ hasText: 'register writes' }).click();
    const pairs = compare.getByRole('grid', { name: /^Pairs of register writes/ });
    await pairs
      .getByText(/GPU_|MCU_|<-/)
      .first()
      .waitFor();
    const next = compare.getByRole('button', { name: 'Next difference' });
    await next.click();
    const download = page.waitForEvent('download');
    await compare.getByRole('button', { name: /HTML report/ }).click();
    expect(readFileSync(await (await download).path(), 'utf8')).toContain('Where they part');
  });

  it('shows what a write would change, and applies it', async () => {
    const { page } = opened;
    await showPane(page, 'Registers');
    const registers = pane(page, 'Registers');
    const filter = registers.getByRole('textbox', { name: 'Search registers' });
    await filter.fill('GPU_INT_MASK');
    const row = registers.getByRole('treeitem', { name: /^GPU_INT_MASK\b/ });
    await row.click();
    await page.keyboard.press('F2');
    await page.getByRole('combobox', { name: 'Value of GPU_INT_MASK' }).fill('0x101');
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: /What writing 0x101 to GPU_INT_MASK would change/ });
    await dialog.getByText(/GPU_INT_MASK: .* → 0x101/).waitFor();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await row.getByText('0000_0101').waitFor();
    await filter.fill('');
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

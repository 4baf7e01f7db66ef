/**
 * Pictures of every pane in dark and light for docs/screenshots, taken from the real workspace after a boot and a
 * run: `npm run screenshots`, or with names of panes for these alone.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { bootDemo, noBrowser, openWorkspace, pane, paneTitles, showPane } from './harness.ts';

const FOLDER = path.join(import.meta.dirname, '../docs/screenshots');
const CAPTURES = path.join(import.meta.dirname, '../src/main/lab/fixtures/captures');
const THEMES = ['dark', 'light'] as const;
/** Time for a pane to ask for its data and draw, in ms. */
const SETTLE_MS = 700;

/** What a pane should show beyond its first look; panes without an entry are taken as they are. */
const SCENES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  Registers: async (page) => {
    await pane(page, 'Registers')
      .getByRole('treeitem', { name: /^GPU_INT_RAWSTAT\b/ })
      .click();
    await page.keyboard.press('ArrowRight');
  },
  'Command Streams': async (page) => {
    // The editor colours its text when it has nothing else to do; mnemonics are bold.
    await pane(page, 'Command Streams').locator('.view-line .mtkb').first().waitFor();
  },
  'Compare Sessions': async (page) => {
    await pane(page, 'Compare Sessions').getByRole('button', { name: 'Compare', exact: true }).click();
    await pane(page, 'Compare Sessions')
      .getByText(/differ|same|identical/i)
      .first()
      .waitFor();
  },
  Shader: async (page) => {
    await showPane(page, 'Captures');
    const captures = pane(page, 'Captures');
    const chooser = page.waitForEvent('filechooser');
    await captures.getByRole('button', { name: 'Folder…' }).click();
    await (await chooser).setFiles(path.join(CAPTURES, '10_divergence'));
    await captures.getByText('agrees (exact)').waitFor();
    await showPane(page, 'Shader');
    const shader = pane(page, 'Shader');
    await shader.getByRole('button', { name: 'Count executions' }).click();
    const point = shader.getByRole('button', { name: 'Breakpoint at instruction 8', exact: true });
    await point.click();
    await captures.getByRole('button', { name: 'Replay', exact: false }).first().click();
    await shader.getByText('stopped: breakpoint').waitFor();
    await point.click();
    await shader.getByRole('button', { name: 'Step the warp' }).click();
    await shader.getByRole('tab', { name: 'Registers' }).click();
  },
  Captures: async (page) => {
    await showPane(page, 'Shader');
    await pane(page, 'Shader').getByRole('button', { name: 'Continue', exact: true }).click();
    await pane(page, 'Captures').getByText('agrees (exact)').waitFor();
  },
  Firmware: async (page) => {
    await pane(page, 'Firmware')
      .getByRole('table', { name: 'Entries of the image' })
      .getByRole('button')
      .first()
      .click();
  },
};

async function main(): Promise<void> {
  if (noBrowser !== undefined) throw new Error(noBrowser);
  const wanted = new Set(process.argv.slice(2));
  mkdirSync(FOLDER, { recursive: true });
  for (const theme of THEMES) {
    const { page, problems, close } = await openWorkspace({
      preferences: { theme },
      reducedMotion: 'reduce',
    });
    try {
      await bootDemo(page);
      for (const title of await paneTitles(page)) {
        if (wanted.size > 0 && !wanted.has(title)) continue;
        await showPane(page, title);
        await SCENES[title]?.(page);
        await page.waitForTimeout(SETTLE_MS);
        const file = `${title.toLowerCase().replaceAll(' ', '-')}-${theme}.png`;
        await page.screenshot({ path: path.join(FOLDER, file) });
        process.stdout.write(`${file}\n`);
      }
      if (wanted.size === 0) {
        await page.keyboard.press('Control+Shift+P');
        await page.getByRole('dialog').waitFor();
        await page.screenshot({ path: path.join(FOLDER, `palette-${theme}.png`) });
      }
    } finally {
      await close();
    }
    for (const problem of problems) process.stderr.write(`${theme}: ${problem}\n`);
  }
}

await main();

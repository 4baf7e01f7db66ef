/** What a window survives: programs and firmware that never end, a bench that stopped, a second window. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDemo, noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

const IMAGE = path.join(import.meta.dirname, '../resources/firmware/reference.bin');
/** DSB SY and WFI, as the idle loop of the reference firmware has them, and NOP. */
const IDLE = Buffer.from('bff34f8f30bf', 'hex');
const NOP = 0xbf00;

/** The reference firmware without rest: its loop goes on instead of waiting for an interrupt. */
function restless(): Buffer {
  const bytes = readFileSync(IMAGE);
  const at = bytes.indexOf(IDLE);
  if (at < 0 || bytes.indexOf(IDLE, at + 1) >= 0) throw new Error('the idle loop of the reference firmware changed');
  bytes.writeUInt16LE(NOP, at + IDLE.length - 2);
  return bytes;
}

describe.skipIf(noBrowser !== undefined)(suiteTitle('the window'), () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openWorkspace({ preferences: { theme: 'contrast' } });
    await bootDemo(opened.page);
  });
  afterAll(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  const tree = (at = opened.page) => pane(at, 'Registers');
  const mask = (at = opened.page) => tree(at).getByRole('treeitem', { name: /^GPU_INT_MASK\b/ });
  const poke = async (value: string, at = opened.page) => {
    await tree(at).getByRole('textbox', { name: 'Search registers' }).fill('GPU_INT_MASK');
    await mask(at).click();
    await at.keyboard.press('F2');
    await at.getByRole('combobox', { name: 'Value of GPU_INT_MASK' }).fill(value);
    await at.keyboard.press('Enter');
  };

  it('stays at hand while a program of the console never ends, and stops it', async () => {
    const { page } = opened;
    await showPane(page, 'Console');
    const line = pane(page, 'Console').getByRole('textbox', { name: 'Console command' });
    const stop = pane(page, 'Console').getByRole('button', { name: 'Stop the program' });
    const output = pane(page, 'Console').getByRole('log', { name: 'Console output' });
    for (const program of ['while 1 { let a = 1 }', 'while 1 { print 1 }']) {
      await page.getByRole('button', { name: 'Clear the console' }).click();
      await line.fill(program);
      await line.press('Enter');
      await expect.poll(() => stop.isEnabled()).toBe(true);
      await poke('0x101');
      await mask().getByText('0000_0101').waitFor();
      await poke('1');
      await mask().getByText('0000_0001').waitFor();
      await stop.click();
      await output.getByText('stopped', { exact: true }).waitFor();
    }
    await line.fill('print 40 + 2');
    await line.press('Enter');
    await output.getByText('0x2a', { exact: true }).waitFor();
  });

  it('shows the same bench in two windows, and one that closes does not hurt the other', async () => {
    const { page } = opened;
    const second = await page.context().newPage();
    await second.goto(new URL('/', page.url()).href);
    await poke('0x100', second);
    await mask(second).getByText('0000_0100').waitFor();
    await mask().getByText('0000_0100').waitFor();
    await mask().click();
    await page.keyboard.press('Control+z');
    await mask(second).getByText('0000_0001').waitFor();
    await second.close();
    await poke('0x101');
    await mask().getByText('0000_0101').waitFor();
    expect((await page.getByRole('alert').allTextContents()).join('')).toBe('');
  });

  it('pauses a firmware that never rests, with every pane at hand', async () => {
    const { page } = opened;
    await showPane(page, 'Start');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Load my firmware' }).click();
    await (await chooser).setFiles({ name: 'restless.bin', mimeType: 'application/octet-stream', buffer: restless() });
    await pane(page, 'Firmware').getByRole('button', { name: 'Load and boot' }).click();
    await page.getByRole('contentinfo').getByText('firmware restless.bin').waitFor();
    await page.getByRole('banner').getByText('ENABLED').waitFor();
    const run = page.getByRole('toolbar', { name: 'Run control' });
    await run.getByRole('button', { name: /^Continue at Full Speed/ }).click();
    // The firmware never rests, but nobody uses the GPU: the driver takes its power away after 50 ms of its time.
    await page.getByRole('contentinfo').getByText('GPU powered off').waitFor();
    await showPane(page, 'Registers');
    await tree().getByRole('button', { name: 'Wake it and keep it on' }).click();
    await page.getByRole('banner').getByText('ENABLED').waitFor();
    await page.getByRole('banner').getByText('running', { exact: true }).waitFor();
    for (const title of ['Registers', 'Timeline', 'Access Log', 'Driver', 'Sessions', 'Registers']) {
      await showPane(page, title);
    }
    await poke('0x101');
    await mask().getByText('0000_0101').waitFor();
    await page.keyboard.press('F6');
    await page.getByRole('banner').getByText('paused', { exact: true }).waitFor();
  });

  it('moves a pane to a window of its own, with its look and its keys', async () => {
    const { page } = opened;
    await showPane(page, 'Console');
    await pane(page, 'Console').getByRole('textbox', { name: 'Console command' }).focus();
    const opening = page.waitForEvent('popup');
    await page.keyboard.press('F1');
    await page.getByRole('combobox', { name: 'Search' }).fill('>window of its own');
    await page.keyboard.press('Enter');
    const own = await opening;
    const line = own.getByRole('textbox', { name: 'Console command' });
    await line.fill('print 3 * 5');
    await line.press('Enter');
    await own.getByText('0xf', { exact: true }).waitFor();
    expect(await own.locator('body').innerText()).not.toContain('no such file');
    expect(await own.locator('html').getAttribute('data-theme')).toBe('contrast');
    await own.keyboard.press('F1');
    await page.getByRole('combobox', { name: 'Search' }).waitFor();
    await page.keyboard.press('Escape');
    // As a person closes it: a window that is torn away takes the listeners of what it showed with it.
    await own.evaluate('window.close()');
    await pane(page, 'Console').getByRole('log', { name: 'Console output' }).waitFor();
  });

  it('makes a pane anew whose window was torn away', async () => {
    const { page } = opened;
    const line = (at = page) => at.getByRole('textbox', { name: 'Console command' });
    await line().focus();
    const opening = page.waitForEvent('popup');
    await page.keyboard.press('F1');
    await page.getByRole('combobox', { name: 'Search' }).fill('>window of its own');
    await page.keyboard.press('Enter');
    const own = await opening;
    await line(own).fill('print 1');
    // Without the events of a window that is closed.
    await own.close();
    await line().fill('print 1 + 1');
    await line().press('Enter');
    await pane(page, 'Console')
      .getByRole('log', { name: 'Console output' })
      .getByText('0x2', { exact: true })
      .waitFor();
    // Its tab is at hand too.
    await showPane(page, 'Timeline');
    await page.getByRole('tab', { name: 'Console' }).click();
    await line().waitFor();
  });

  it('says that there is nothing to stop', async () => {
    const { page } = opened;
    await mask().click();
    await page.keyboard.press('Shift+F5');
    await page.getByText('Nothing runs that could be stopped.').waitFor();
    await page.getByRole('button', { name: 'Dismiss the message' }).last().click();
  });

  it('goes back to the last snapshot of a bench that was stopped', async () => {
    const { page } = opened;
    // A young bench: the restless firmware has done as much as this machine could, and going back does it again.
    await showPane(page, 'Start');
    await bootDemo(page);
    await poke('1');
    await mask().getByText('0000_0001').waitFor();
    await showPane(page, 'Console');
    const line = pane(page, 'Console').getByRole('textbox', { name: 'Console command' });
    const stop = pane(page, 'Console').getByRole('button', { name: 'Stop the program' });
    await line.fill('snapshot "safe"; poke GPU_INT_MASK 0x100');
    await line.press('Enter');
    await mask().getByText('0000_0100').waitFor();
    // A grant of time that is stopped before it began ends the program alone: then it is given again.
    await expect
      .poll(
        async () => {
          if (await stop.isDisabled()) {
            await line.fill('advance 1000000s');
            await line.press('Enter');
          } else await page.keyboard.press('Shift+F5');
          return page.getByRole('alert').filter({ hasText: 'The bench stopped' }).count();
        },
        { interval: 1000 },
      )
      .toBe(1);
    await page.getByRole('button', { name: 'Go back to its last snapshot: safe' }).click();
    await page.getByText('Gone back to "safe"', { exact: false }).waitFor();
    expect(await page.getByRole('alert').filter({ hasText: 'The bench stopped' }).count()).toBe(0);
    await tree().getByRole('textbox', { name: 'Search registers' }).fill('GPU_INT_MASK');
    await mask().getByText('0000_0001').waitFor();
  });
});

/** A firmware image from the person's disk: looked at, refused with offsets, loaded, booted. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from './accessibility.ts';
import { noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

const IMAGE = path.join(import.meta.dirname, '../resources/firmware/reference.bin');

describe.skipIf(noBrowser !== undefined)(suiteTitle('firmware'), () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openWorkspace();
  });
  afterAll(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  const firmware = () => pane(opened.page, 'Firmware');
  const tab = async (title: string) => {
    await firmware().getByRole('tab', { name: title, exact: true }).click();
  };
  const accessible = async () => expect(await accessibilityProblems(opened.page)).toEqual([]);
  const choose = async (name: string, buffer: Buffer) => {
    await showPane(opened.page, 'Start');
    const chooser = opened.page.waitForEvent('filechooser');
    await opened.page.getByRole('button', { name: 'Load my firmware' }).click();
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
  };

  it('shows every broken rule of a damaged image with its offset, and does not load it', async () => {
    const bytes = readFileSync(IMAGE);
    bytes.writeUInt8(9, 5);
    await choose('damaged.bin', bytes);
    await firmware().getByText('The driver refuses this image: 1 problem.').waitFor();
    const problems = firmware().getByRole('list', { name: 'Problems' });
    await problems.getByText('0x0005').waitFor();
    expect(await firmware().getByRole('button', { name: 'Load and boot' }).isDisabled()).toBe(true);
    // The offending bytes, selected.
    await problems.getByRole('button', { name: '0x0005' }).click();
    await firmware().getByText('0x0005: major = 0x9, 4 bytes selected').waitFor();
    await accessible();
    await firmware().getByRole('button', { name: 'Close damaged.bin' }).click();
  });

  it('loads an image and boots it', async () => {
    const { page } = opened;
    await choose('mine.bin', readFileSync(IMAGE));
    await firmware().getByText('The driver accepts this image.').waitFor();
    await firmware()
      .getByRole('table', { name: 'Entries of the image' })
      .getByText('shared', { exact: true })
      .waitFor();
    await firmware().getByRole('button', { name: 'Load and boot' }).click();
    await page.getByRole('contentinfo').getByText('firmware mine.bin').waitFor();
    await page.getByRole('banner').getByText('ENABLED').waitFor();
    await firmware().getByText('mine.bin').first().waitFor();
  });

  it('shows a section as bytes, and says what a byte is', async () => {
    const { page } = opened;
    await tab('Map');
    const map = firmware().getByRole('list', { name: "Map of the MCU's addresses" });
    await map.getByText('registers', { exact: false }).waitFor();
    await accessible();
    await map.getByRole('button', { name: /^code/ }).click();
    await firmware()
      .getByText(/: data of code, [\d,]+ bytes selected/)
      .waitFor();
    const grid = firmware().getByRole('grid', { name: 'Bytes of the image' });
    await grid.locator('.hex-selected').first().waitFor();
    const table = firmware().getByRole('table', { name: 'What the bytes are' });
    await table.getByRole('row', { name: /magic/ }).getByRole('button').click();
    await firmware().getByText('0x0000: magic = 0xc3f13a6e, 4 bytes selected').waitFor();
    // And back: the keys go over the bytes, the row of the field follows.
    await grid.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await table.getByRole('row', { name: /major/, selected: true }).waitFor();
    await accessible();
  });

  it('compares two images by meaning', async () => {
    const { page } = opened;
    await tab('Compare');
    const changed = readFileSync(IMAGE);
    changed.writeUInt32LE(0x1234, 8);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 0xff;
    const chooser = page.waitForEvent('filechooser');
    await firmware().getByRole('button', { name: 'Compare with…' }).click();
    await (await chooser).setFiles({ name: 'other.bin', mimeType: 'application/octet-stream', buffer: changed });
    await firmware()
      .getByText(/mine\.bin and other\.bin differ in/)
      .waitFor();
    await firmware().getByRole('table', { name: 'Differences' }).getByText('header versionHash').waitFor();
    await accessible();
  });

  it('pings, resets fast and slow, and knows what the core booted for', async () => {
    await tab('Bench');
    const answer = firmware().getByRole('status', { name: 'Answer of the firmware' });
    await firmware().getByRole('button', { name: 'Ping' }).click();
    await answer.getByText(/The firmware answered after/).waitFor();
    await firmware().getByRole('button', { name: 'Fast reset' }).click();
    await answer.getByText('After the fast reset the MCU is ENABLED; it booted for WARM.').waitFor();
    await firmware().getByRole('button', { name: 'Slow reset' }).click();
    await answer.getByText('After the slow reset the MCU is ENABLED; it booted for COLD.').waitFor();
    await accessible();
  });

  it('sets a configuration item, and shows what the firmware logs', async () => {
    const { page } = opened;
    await tab('Bench');
    await firmware().getByRole('textbox', { name: 'Value of Log verbosity' }).fill('2');
    await firmware().getByRole('button', { name: 'Set', exact: true }).click();
    await firmware().getByRole('checkbox', { name: 'fwlog is enabled' }).click();
    await firmware().getByRole('checkbox', { name: 'fwlog is enabled', checked: true }).waitFor();
    // A stream that dies is told.
    await showPane(page, 'Command Streams');
    const streams = pane(page, 'Command Streams');
    await streams.getByRole('textbox', { name: 'Command stream', exact: true }).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('.word 0xff00000000000000');
    await page.keyboard.press('Control+Enter');
    await streams.getByText('faulted', { exact: true }).waitFor();
    await showPane(page, 'Firmware');
    await firmware().getByRole('button', { name: 'Read fwlog' }).click();
    await firmware()
      .getByRole('log', { name: 'What fwlog holds' })
      .getByText('fatal error of stream', { exact: false })
      .waitFor();
    await accessible();
    expect(await page.getByRole('alert').filter({ hasText: 'The bench stopped' }).count()).toBe(0);
  });

  it('loads another image into the booted bench, by a power-cycle', async () => {
    const { page } = opened;
    await choose('second.bin', readFileSync(IMAGE));
    await firmware().getByRole('button', { name: 'Load for the next power-cycle' }).click();
    await firmware().getByText('second.bin, taken at the next power-cycle').waitFor();
    await choose('third.bin', readFileSync(IMAGE));
    await firmware().getByRole('button', { name: 'Load and boot' }).click();
    await page.getByRole('contentinfo').getByText('firmware third.bin').waitFor();
    await page.getByRole('banner').getByText('ENABLED').waitFor();
    expect(await page.getByRole('alert').filter({ hasText: 'The bench stopped' }).count()).toBe(0);
  });

  it('halts and starts the MCU', async () => {
    const { page } = opened;
    await firmware().getByRole('button', { name: 'Halt the MCU' }).click();
    await page.getByRole('button', { name: /^Undo: halt the MCU/ }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByRole('banner').getByText('ENABLED').waitFor();
  });

  it('leads from an entry of the image to its details', async () => {
    const { page } = opened;
    await tab('Image');
    await firmware().getByRole('table', { name: 'Entries of the image' }).getByRole('button').first().click();
    await pane(page, 'Selection').getByText('va start').waitFor();
  });
});

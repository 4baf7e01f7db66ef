/** A firmware image from the person's disk: looked at, refused with offsets, loaded, booted. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openWorkspace, pane, suiteTitle, type Opened } from './harness.ts';

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
  const choose = async (name: string, buffer: Buffer) => {
    const chooser = opened.page.waitForEvent('filechooser');
    await opened.page.getByRole('button', { name: 'Load my firmware' }).click();
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
  };

  it('shows every broken rule of a damaged image with its offset, and does not load it', async () => {
    const bytes = readFileSync(IMAGE);
    bytes.writeUInt8(9, 5);
    await choose('damaged.bin', bytes);
    await firmware().getByText('The driver refuses this image: 1 problem.').waitFor();
    await firmware().getByRole('list', { name: 'Problems' }).getByText('0x0005').waitFor();
    expect(await firmware().getByRole('button', { name: 'Load and boot' }).isDisabled()).toBe(true);
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
    await firmware().getByRole('table', { name: 'Entries of the image' }).getByRole('button').first().click();
    await pane(page, 'Selection').getByText('va start').waitFor();
  });
});

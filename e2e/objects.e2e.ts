/** Driver objects, memory and history, driven by accessible names: look, follow a link, edit, undo, go back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDemo, noBrowser, openWorkspace, settled, showPane, suiteTitle, type Opened } from './harness.ts';

describe.skipIf(noBrowser !== undefined)(suiteTitle('driver objects, memory, history'), () => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await openWorkspace();
    await bootDemo(opened.page);
  });

  afterAll(async () => {
    await opened.close();
  });

  it('lists the objects of the driver and follows an address into memory', async () => {
    const { page } = opened;
    await showPane(page, 'Driver Objects');
    await page.getByRole('tab', { name: 'GEM objects' }).click();
    const grid = page.getByRole('grid', { name: 'GEM objects' });
    await grid.getByText('FW section shared').click();
    const details = page.getByRole('region', { name: 'Details of GEM objects' });
    await details.getByRole('button', { name: '0000_0400_0000' }).click();
    await page.getByRole('grid', { name: 'Memory, VM 1' }).waitFor();
    await page.getByRole('cell', { name: 'page', exact: true }).waitFor();
  });

  it('edits a word in place, shows the difference, and undoes it', async () => {
    const { page } = opened;
    const grid = page.getByRole('grid', { name: 'Memory, VM 1' });
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'Compare with' }).inputValue()).toBe('kept 1');
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.type('deadbeef');
    await grid.getByText('deadbeef').waitFor();
    const compare = page.getByRole('toolbar', { name: 'Compare memory' });
    await compare.getByText('1 difference', { exact: true }).waitFor();
    const find = page.getByRole('textbox', { name: 'Find bytes' });
    await page.getByRole('textbox', { name: 'Address to show' }).fill('0');
    await page.keyboard.press('Enter');
    await find.fill('0xdeadbeef');
    await find.press('Enter');
    await grid.getByRole('gridcell', { name: '0000_0400_0010: deadbeef' }).waitFor();
    await page.keyboard.press('Escape');
    await grid.focus();
    await page.keyboard.press('Control+Z');
    await compare.getByText('0 differences', { exact: true }).waitFor();
  });

  it('shows a call in full, and leads to the accesses it caused', async () => {
    const { page } = opened;
    await showPane(page, 'Driver');
    await page.getByRole('tab', { name: 'ioctls' }).click();
    const grid = page.getByRole('grid', { name: 'ioctls' });
    const filter = page.getByRole('textbox', { name: 'Filter: ioctls' });
    await filter.fill('name:*DEV_QUERY');
    await grid.getByText('DRM_IOCTL_PANTHOR_DEV_QUERY').first().click();
    const call = page.getByRole('region', { name: 'The chosen call' });
    await call.getByRole('rowheader', { name: 'pointer' }).waitFor();
    await call
      .getByText(/register access/)
      .first()
      .waitFor();
    await filter.fill('');
  });

  it('draws the frequency, has the same as a table, reads and writes files of the device', async () => {
    const { page } = opened;
    await showPane(page, 'Driver Objects');
    await page.getByRole('tab', { name: 'Power', exact: true }).click();
    await page.getByRole('img', { name: /^GPU clock, all of it: \d+ steps, now/ }).waitFor();
    await page.getByText('The same as a table').click();
    await page.getByRole('cell', { name: '300 MHz' }).first().waitFor();
    await page.getByRole('tab', { name: 'Files', exact: true }).click();
    const files = page.getByRole('grid', { name: 'Files' });
    await files.getByText('/debug/dri/0/gpuvas').click();
    await page.getByText(/VM 1 \(MCU\), 48 bits/).waitFor();
    await files.getByRole('gridcell', { name: '/debug/dri/0/gpuvas' }).press('End');
    await files.getByText('/sys/power/control').click();
    await page.getByRole('textbox', { name: 'New value' }).fill('sometimes');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await page.getByText('refused: -22 EINVAL').waitFor();
  });

  it('says when the GPU is powered off, and wakes it', async () => {
    const { page } = opened;
    const status = page.getByRole('contentinfo', { name: 'Status' });
    await showPane(page, 'Registers');
    const notice = page.getByRole('status').filter({ hasText: 'The GPU is powered off' });
    await settled(page);
    if ((await status.getByText('GPU powered off').count()) === 0) {
      await showPane(page, 'Console');
      await page.getByLabel('Console command').fill('advance 200ms');
      await page.keyboard.press('Enter');
      await showPane(page, 'Registers');
    }
    await notice.first().waitFor();
    await notice.first().getByRole('button', { name: 'Wake it and keep it on' }).click();
    await expect.poll(() => notice.count()).toBe(0);
    await expect.poll(() => status.getByText('GPU powered off').count()).toBe(0);
  });

  it('takes a snapshot, notes it, goes back in time and forward again', async () => {
    const { page } = opened;
    await showPane(page, 'History');
    await page.getByRole('textbox', { name: 'Name of the new snapshot' }).fill('booted');
    await page.getByRole('button', { name: 'Take' }).click();
    const snapshots = page.getByRole('grid', { name: 'Snapshots' });
    await snapshots.getByText('booted', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Note at the present instant' }).fill('all is well');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('list', { name: 'Notes of this session' }).getByRole('listitem').waitFor();
    const slider = page.getByRole('slider', { name: 'Time' });
    const time = async () => Number(await slider.inputValue());
    await settled(page);
    const booted = await time();
    await slider.focus();
    await page.keyboard.press('Home');
    await expect.poll(time).toBeLessThan(booted);
    await snapshots.getByText('booted', { exact: true }).dblclick();
    await expect.poll(time).toBe(booted);
    expect(opened.problems).toEqual([]);
  });
});

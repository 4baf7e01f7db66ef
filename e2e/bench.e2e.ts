/** Boot, look, poke and undo on the real bench, by names alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDemo, noBrowser, openWorkspace, pane, settled, showPane, suiteTitle, type Opened } from './harness.ts';

describe.skipIf(noBrowser !== undefined)(suiteTitle('the bench'), () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openWorkspace();
  });
  afterAll(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });

  const registers = () => pane(opened.page, 'Registers');
  const item = (name: string) => registers().getByRole('treeitem', { name: new RegExp(`^${name}\\b`) });
  const search = async (text: string) => {
    await registers().getByRole('textbox', { name: 'Search registers' }).fill(text);
  };

  it('says what to do while there is no bench', async () => {
    const { page } = opened;
    await pane(page, 'Registers').getByRole('button', { name: 'Boot' }).waitFor();
    expect(await page.getByRole('contentinfo').textContent()).toContain('no bench');
  });

  it('boots the demo with one click', async () => {
    const { page } = opened;
    await bootDemo(page);
    await item('GPU_ID').getByText('a867_0005').waitFor();
    expect(await page.getByRole('contentinfo').textContent()).toMatch(/\d+ accesses/);
  });

  it('finds a register by search, green and red', async () => {
    const { page } = opened;
    await search('int_mask');
    await item('GPU_INT_MASK').waitFor();
    expect(await item('GPU_ID').count()).toBe(0);
    await search('no such register');
    await registers().getByText('No register matches').waitFor();
    const field = registers().getByRole('textbox', { name: 'Search registers' });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.press('Escape');
    await item('GPU_ID').waitFor();
    expect(opened.problems).toEqual([]);
    await page.keyboard.press('Control+p');
    await page.getByRole('combobox', { name: 'Search' }).fill('AS3_TRANSTAB');
    await page.getByRole('option', { name: /^AS3_TRANSTAB/ }).waitFor();
    await page.keyboard.press('Enter');
    await item('AS3_TRANSTAB').waitFor();
    await pane(page, 'Selection').getByText('AS3_TRANSTAB', { exact: true }).first().waitFor();
  });

  it('pokes a register in its place and takes it back with Ctrl+Z', async () => {
    const { page } = opened;
    await search('GPU_INT_MASK');
    await item('GPU_INT_MASK').click();
    const value = item('GPU_INT_MASK').getByText(/^[\da-f]{4}_[\da-f]{4}$/);
    const before = await value.textContent();
    await page.keyboard.press('F2');
    const field = page.getByRole('combobox', { name: 'Value of GPU_INT_MASK' });
    await field.fill('1<<5 |');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill('FAULT | RESET_COMPLETED');
    await field.press('Enter');
    await item('GPU_INT_MASK').getByText('0000_0101').waitFor();
    await page.getByRole('button', { name: /^Undo: / }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: /^Redo: / }).waitFor();
    await expect.poll(() => value.textContent()).toBe(before);
    await page.keyboard.press('Control+Shift+Z');
    await item('GPU_INT_MASK').getByText('0000_0101').waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => value.textContent()).toBe(before);
  });

  it('edits a field by the name of a value, and leaves with Esc', async () => {
    const { page } = opened;
    await item('GPU_INT_MASK').click();
    await page.keyboard.press('ArrowRight');
    await item('FAULT').click();
    await page.keyboard.press('F2');
    const field = page.getByRole('textbox', { name: 'Value of GPU_INT_MASK.FAULT' });
    await field.fill('0');
    await field.press('Escape');
    expect(await field.count()).toBe(0);
  });

  it('offers the same from the context menu', async () => {
    const { page } = opened;
    await item('GPU_INT_MASK').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Edit the Value' }).click();
    const field = page.getByRole('combobox', { name: 'Value of GPU_INT_MASK' });
    await field.fill('0xff');
    await field.press('Escape');
    expect(await field.count()).toBe(0);
  });

  it('says that a read-only register cannot be written', async () => {
    const { page } = opened;
    await search('GPU_ID');
    await item('GPU_ID').click();
    await page.keyboard.press('F2');
    await registers().getByText('GPU_ID is read only').waitFor();
  });

  it('asks once before a poke that resets the GPU, with what would change', async () => {
    const { page } = opened;
    await search('GPU_CMD');
    await item('GPU_CMD').click();
    await page.keyboard.press('F2');
    await page.getByRole('combobox', { name: 'Value of GPU_CMD' }).fill('code=RESET reset_mode=SOFT_RESET');
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: /Write 0x101 to GPU_CMD/ });
    await question.getByText('This resets the GPU').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await settled(page);
    expect(await page.getByRole('button', { name: 'Undo', exact: true }).isDisabled()).toBe(true);
  });

  it('peeks leave no trace, a read does and says so', async () => {
    const { page } = opened;
    const accesses = async () =>
      Number(
        /([\d,]+) accesses/.exec((await page.getByRole('contentinfo').textContent()) ?? '')?.[1]?.replaceAll(',', ''),
      );
    await settled(page);
    const before = await accesses();
    await search('GPU_STATUS');
    await item('GPU_STATUS').click();
    await settled(page);
    const read = registers().getByRole('button', { name: 'Read GPU_STATUS' });
    expect(await read.getAttribute('title')).toContain('clears nothing');
    expect(await accesses()).toBe(before);
    await read.click();
    await page.getByText(/^Read GPU_STATUS: 0x/).waitFor();
    await expect.poll(accesses).toBe(before + 1);
    await pane(page, 'Selection').getByRole('table', { name: 'Accesses of GPU_STATUS' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss the message' }).click();
  });

  it('keeps register values and compares them with reset values', async () => {
    const { page } = opened;
    await registers().getByRole('button', { name: 'Keep All Register Values' }).click();
    await registers().getByRole('combobox', { name: 'Compare', exact: true }).selectOption('Reset values');
    await registers().getByRole('grid', { name: 'Registers that differ' }).getByText('GPU_INT_MASK').waitFor();
    await registers().getByRole('button', { name: 'Back to the register tree' }).click();
    await search('');
    expect((await page.getByRole('alert').allTextContents()).join('')).toBe('');
  });

  it('runs commands from the palette and shows the keys', async () => {
    const { page } = opened;
    await page.keyboard.press('F1');
    await page.getByRole('combobox', { name: 'Search' }).fill('>step to');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await item('GPU_ID').click();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByRole('rowheader', { name: 'Power-Cycle' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('keeps the layout over a reload, and resets it with a command', async () => {
    const { page } = opened;
    await showPane(page, 'Sessions');
    await page.reload();
    await pane(page, 'Sessions').getByRole('grid', { name: 'Sessions' }).waitFor();
    await page.getByRole('menuitem', { name: 'View' }).click();
    await page.getByRole('menuitem', { name: 'Reset Layout' }).click();
    await item('GPU_ID').waitFor();
  });
});

/** The MCU pane, driven by accessible names: step and back, a breakpoint that stops a doorbell's handling. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDemo, noBrowser, openWorkspace, showPane, suiteTitle, type Opened } from './harness.ts';

describe.skipIf(noBrowser !== undefined)(suiteTitle('the MCU pane'), () => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await openWorkspace();
    await bootDemo(opened.page);
    await showPane(opened.page, 'MCU');
  });

  afterAll(async () => {
    await opened.close();
  });

  const state = (): Promise<string> =>
    opened.page.getByRole('toolbar', { name: 'MCU run control' }).getByRole('status').innerText();

  const pc = (): Promise<string> =>
    opened.page.getByRole('table', { name: 'Core registers' }).getByRole('button', { name: 'Edit pc' }).innerText();

  it('shows the listing at the PC and steps forward and back', async () => {
    const { page } = opened;
    await page.getByRole('region', { name: 'Disassembly' }).getByText('Program counter:').waitFor();
    const step = page.getByRole('button', { name: 'Step instruction' });
    await step.click();
    await expect.poll(state).toContain('stopped: step');
    const first = await pc();
    await step.click();
    await expect.poll(pc).not.toBe(first);
    await page.getByRole('button', { name: 'Step back', exact: true }).click();
    await expect.poll(pc).toBe(first);
  });

  it('stops at a breakpoint set on the line of the PC', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Toggle breakpoint at the PC' }).click();
    await page.getByRole('tab', { name: 'Breakpoints' }).click();
    const list = page.getByRole('list', { name: 'Breakpoints' });
    await list.getByText('bound', { exact: false }).waitFor();
    await list.getByRole('button', { name: 'Remove breakpoint', exact: false }).click();
    await expect.poll(() => list.getByRole('listitem').count()).toBe(0);
    expect(opened.problems).toEqual([]);
  });
});

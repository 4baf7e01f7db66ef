/**
 * Captures and the Shader pane, driven by accessible names: a captured run agrees, a breakpoint in its shader stops
 * the second run, lanes and registers are seen, steps go there and back, and the run ends as without a stop.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from './accessibility.ts';
import { bootDemo, noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

const CAPTURES = fileURLToPath(new URL('../src/main/lab/fixtures/captures', import.meta.url));
const NAME = '04_reduce_shared';

describe.skipIf(noBrowser !== undefined)(suiteTitle('captures and shaders'), () => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await openWorkspace();
    await bootDemo(opened.page);
  });

  afterAll(async () => {
    await opened.close();
  });

  const entry = () => pane(opened.page, 'Captures').getByRole('listitem', { name: NAME });
  const verdict = (): Promise<string> => entry().getByRole('status').innerText();
  const bar = () => opened.page.getByRole('toolbar', { name: 'Shader run control' });
  const state = (): Promise<string> => bar().getByRole('status').innerText();
  const listing = () => opened.page.getByRole('grid', { name: 'Disassembly of the shader' });
  const tab = (name: string) => pane(opened.page, 'Shader').getByRole('tab', { name, exact: true }).click();
  const line = (index: number) =>
    listing()
      .getByRole('row')
      .filter({ has: breakpoint(index) });
  const breakpoint = (index: number) =>
    opened.page.getByRole('button', { name: `Breakpoint at instruction ${index}`, exact: true });

  it('opens a capture and sees it agree', async () => {
    const { page } = opened;
    await showPane(page, 'Captures');
    const chooser = page.waitForEvent('filechooser');
    await pane(page, 'Captures').getByRole('button', { name: 'Folder…' }).click();
    await (await chooser).setFiles(path.join(CAPTURES, NAME));
    await expect.poll(verdict).toContain('agrees (exact), 4 submissions');
    const buffers = page.getByRole('table', { name: `Buffers of ${NAME}` });
    await expect.poll(() => buffers.getByText('✓ agrees').count()).toBe(5);
  });

  it('stops in its shader at the next replay, shows lanes and registers, steps there and back', async () => {
    const { page } = opened;
    await showPane(page, 'Shader');
    await bar().getByRole('button', { name: 'Count executions' }).click();
    await listing().getByText('BARRIER', { exact: false }).first().waitFor();
    await breakpoint(2).click();
    await expect.poll(() => breakpoint(2).getAttribute('aria-pressed')).toBe('true');
    await entry().getByRole('button', { name: 'Replay' }).click();
    await expect.poll(state).toMatch(/stopped: breakpoint · core \d+ warp 0, instruction 2/);
    await expect.poll(verdict).toContain('stopped at a breakpoint');
    await page.getByRole('img', { name: 'Stopped before this' }).waitFor();
    const warps = page.getByRole('table', { name: /^Warps of core/ });
    await warps.getByRole('img', { name: 'Lanes: active 0-15' }).first().waitFor();

    await tab('Registers');
    const registers = page.getByRole('region', { name: 'Registers of the warp' });
    await registers.getByRole('columnheader', { name: 'Lane 15' }).waitFor();
    await tab('Lane');
    await page.getByRole('combobox', { name: 'Lane' }).selectOption('3');
    await page.getByRole('button', { name: 'Watch lane 3' }).click();
    await bar().getByRole('button', { name: 'Step the warp' }).click();
    await expect.poll(state).toContain('stopped: step');
    await expect.poll(state).toContain('instruction 3');
    // The keys of the pane do the same as its buttons.
    await listing().focus();
    await page.keyboard.press('F11');
    await expect.poll(state).toContain('instruction 4');
    const history = page.getByRole('table', { name: 'What instructions did to the lane' });
    await expect.poll(() => history.getByRole('button').count()).toBe(3);
    await bar().getByRole('button', { name: 'Step back' }).click();
    await expect.poll(state).toContain('stopped: back');
    await expect.poll(state).toContain('instruction 3');
    expect((await accessibilityProblems(page)).join('\n')).toBe('');
  });

  it('goes on to the end with the same result, and tells how often instructions ran', async () => {
    const { page } = opened;
    await breakpoint(2).click();
    await expect.poll(() => breakpoint(2).getAttribute('aria-pressed')).toBe('false');
    await bar().getByRole('button', { name: 'Continue', exact: true }).click();
    await expect.poll(verdict).toContain('agrees (exact)');
    const executed = async (): Promise<number> => {
      const cells = await line(0).getByRole('gridcell').allInnerTexts();
      return Number(cells[2]?.replaceAll(',', ''));
    };
    await expect.poll(executed).toBeGreaterThan(0);
    await showPane(page, 'Timeline');
    await page.getByText('Shader core 0', { exact: false }).first().waitFor();
    expect(opened.problems).toEqual([]);
  });

  it('leads to the command in the log, opens binaries and pasted words', async () => {
    const { page } = opened;
    await showPane(page, 'Shader');
    const chooser = page.waitForEvent('filechooser');
    await bar().getByRole('button', { name: 'Open shader binary' }).click();
    await (await chooser).setFiles(path.join(CAPTURES, 'shaders', '02_ids.bin'));
    const shown = async (): Promise<string> =>
      (await bar().getByRole('combobox', { name: 'Shader' }).locator('option:checked').textContent()) ?? '';
    await expect.poll(shown).toMatch(/^02_ids\.bin, \d+ instructions, not run$/);
    await breakpoint(1).click();
    await tab('Breakpoints');
    const points = page.getByRole('list', { name: 'Breakpoints in shaders' });
    await points.getByText('waits for the program to run').waitFor();
    await points.getByRole('button', { name: 'Remove breakpoint', exact: false }).click();
    await expect.poll(() => points.getByRole('listitem').count()).toBe(0);
    await tab('Faults');
    await page.getByText('No shader has faulted on this bench.').waitFor();
    // What a person pastes; as text because these tests are no code of a page.
    await listing().focus();
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', '0x7800_c000_0000_0000');
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }`);
    await expect.poll(shown).toMatch(/^pasted words, 1 instruction, not run$/);
    await listing().getByText('NOP.end').waitFor();
    expect((await accessibilityProblems(page)).join('\n')).toBe('');
    expect(opened.problems).toEqual([]);
  });
});

/** A command stream typed and run, its problems, the accesses and the timeline it left, and the console: by names alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems } from './accessibility.ts';
import { bootDemo, noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

/** Stores 47 to memory and reads nothing that is not there. */
const STREAM = [
  '//! map 0x7f0000000000:0x1000',
  '//! dump 0x7f0000000000:0x10',
  '//! expect r66 = 47',
  'SET_SB_ENTRY #2, #0',
  'MOVE48 d64, #0x7f0000000000',
  'MOVE32 r66, #42',
  'ADD_IMM32 r66, r66, #5',
  'STORE_MULTIPLE [d64], r66',
  'WAIT #0x1',
];

describe.skipIf(noBrowser !== undefined).each(['dark', 'light'] as const)(
  suiteTitle('streams and logs in %s'),
  (theme) => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await openWorkspace({ preferences: { theme } });
      await bootDemo(opened.page);
    });
    afterAll(async () => {
      await opened?.close();
    });

    const editor = () =>
      pane(opened.page, 'Command Streams').getByRole('textbox', { name: 'Command stream', exact: true });
    const replaceText = async (lines: readonly string[]) => {
      await editor().focus();
      await opened.page.keyboard.press('Control+a');
      await opened.page.keyboard.insertText(lines.join('\n'));
    };
    const accessible = async () => expect(await accessibilityProblems(opened.page)).toEqual([]);

    it('says what is wrong with a line while it is typed, and stops when it is right', async () => {
      const { page } = opened;
      await showPane(page, 'Command Streams');
      const streams = pane(page, 'Command Streams');
      await replaceText([...STREAM.slice(0, -1), 'WAYT #0x1']);
      const problems = streams.getByRole('list', { name: 'Problems' });
      await problems.getByText('WAYT is not an instruction').waitFor();
      await accessible();
      await replaceText(STREAM);
      await streams.getByText('No problems.').waitFor();
    });

    it('runs it with the keyboard and shows registers, memory and expectations', async () => {
      const { page } = opened;
      await editor().focus();
      await page.keyboard.press('Control+Enter');
      const streams = pane(page, 'Command Streams');
      const registers = streams.getByRole('list', { name: 'Registers at the end' });
      await registers.getByText('r66 0000_002f').waitFor();
      await streams.getByText('done', { exact: true }).waitFor();
      await streams.getByLabel('Memory at 0x7f0000000000').getByText('2f 00 00 00', { exact: false }).waitFor();
      expect(
        await streams.getByRole('list', { name: 'Expectations' }).getByRole('img', { name: 'holds' }).count(),
      ).toBe(1);
      await accessible();
    });

    it('explains a fault in words', async () => {
      const { page } = opened;
      await replaceText(['MOVE48 d64, #0x7f0000000000', 'LOAD_MULTIPLE r66, [d64]', 'WAIT #0x1']);
      await editor().focus();
      await page.keyboard.press('Control+Enter');
      await pane(page, 'Command Streams')
        .getByText(/FAULT_?\d? \(0x/)
        .first()
        .waitFor();
    });

    it('turns words into text', async () => {
      const { page } = opened;
      const streams = pane(page, 'Command Streams');
      await streams.getByRole('button', { name: 'Words', exact: true }).click();
      await streams.getByRole('textbox', { name: 'Words of the stream' }).fill('024200000000002a');
      await streams.getByRole('button', { name: 'Words to text' }).click();
      await streams.getByText('MOVE32', { exact: false }).first().waitFor();
      await streams.getByRole('button', { name: 'words.cs', exact: true, pressed: true }).waitFor();
      await accessible();
      await streams.getByRole('button', { name: 'Words', exact: true }).click();
    });

    it('shows the accesses, finds one by a filter, and says what is no filter', async () => {
      const { page } = opened;
      await showPane(page, 'Access Log');
      const log = pane(page, 'Access Log');
      const filter = log.getByRole('textbox', { name: 'Filter accesses' });
      await filter.fill('name:GPU_CMD op:write initiator:driver');
      const table = log.getByRole('grid', { name: 'Register accesses' });
      await table.getByRole('button', { name: 'GPU_CMD', exact: true }).first().waitFor();
      await log.getByText(/^\d+ of [\d,]+$/).waitFor();
      await filter.fill('nome:GPU_CMD');
      await log.getByText('no column nome', { exact: false }).waitFor();
      await filter.fill('');
    });

    it('answers SQL', async () => {
      const { page } = opened;
      const log = pane(page, 'Access Log');
      await log.getByRole('tab', { name: 'SQL' }).click();
      const statement = log.getByRole('textbox', { name: 'SQL statement' });
      await statement.fill('SELECT count(*) AS jobs FROM job');
      await statement.press('Control+Enter');
      const result = log.getByRole('grid', { name: 'Result of the statement' });
      await result.getByRole('gridcell', { name: '2', exact: true }).waitFor();
      await accessible();
      await statement.fill('SELECT nothing FROM nowhere');
      await statement.press('Control+Enter');
      await log.getByRole('alert').waitFor();
      await log.getByRole('tab', { name: 'Accesses' }).click();
    });

    it('goes to a job on the timeline with the keyboard, and from it to the log', async () => {
      const { page } = opened;
      await showPane(page, 'Timeline');
      const timeline = pane(page, 'Timeline');
      const words = timeline.getByRole('status', { name: 'Timeline position' });
      await timeline
        .getByRole('button', { name: /queue 0/ })
        .first()
        .click();
      await timeline.getByRole('application', { name: 'Timeline' }).focus();
      await page.keyboard.press('.');
      await words.getByText(/job \d+ done/).waitFor();
      const wide = await words.textContent();
      await page.keyboard.press('f');
      await expect.poll(() => words.textContent()).not.toBe(wide);
      expect(await words.textContent()).toMatch(/µs wide; .*job/);
      await accessible();
      await timeline.getByRole('button', { name: 'Show as a table' }).click();
      await timeline
        .getByRole('grid', { name: 'Marks in view' })
        .getByText(/job \d+ done/)
        .first()
        .waitFor();
      await accessible();
      await timeline.getByRole('button', { name: 'Show as a table' }).click();
      await timeline.getByRole('button', { name: 'Show in the log' }).click();
      await pane(page, 'Access Log').getByRole('row', { selected: true }).waitFor();
    });

    it('zooms and pans with keys and pointer', async () => {
      const { page } = opened;
      await showPane(page, 'Timeline');
      const timeline = pane(page, 'Timeline');
      const words = timeline.getByRole('status', { name: 'Timeline position' });
      const changes = async (act: () => Promise<void>) => {
        const before = await words.textContent();
        await act();
        await expect.poll(() => words.textContent()).not.toBe(before);
      };
      const area = timeline.getByRole('application', { name: 'Timeline' });
      await area.focus();
      await changes(() => page.keyboard.press('Home'));
      await changes(() => page.keyboard.press('w'));
      await changes(() => page.keyboard.press('d'));
      const box = await area.boundingBox();
      if (box === null) throw new Error('the timeline is not to be seen');
      const middle = { x: box.x + box.width * 0.6, y: box.y + box.height / 2 };
      await page.mouse.move(middle.x, middle.y);
      await page.keyboard.down('Control');
      await changes(() => page.mouse.wheel(0, -300));
      await page.keyboard.up('Control');
      await page.keyboard.down('Shift');
      await changes(async () => {
        await page.mouse.down();
        await page.mouse.move(middle.x + 80, middle.y, { steps: 4 });
        await page.mouse.up();
      });
      await page.keyboard.up('Shift');
      expect(await words.textContent()).toContain('measured');
      await area.focus();
      await page.keyboard.press('Escape');
      await expect.poll(() => words.textContent()).not.toContain('measured');
    });

    it('lists the kernel log and the ioctls, and leads to the accesses of a line', async () => {
      const { page } = opened;
      await showPane(page, 'Driver');
      const driver = pane(page, 'Driver');
      await driver.getByRole('grid', { name: 'Kernel log' }).getByText('Mali-G610', { exact: false }).click();
      await driver.getByRole('button', { name: 'Accesses at this time' }).click();
      await pane(page, 'Access Log').getByRole('row', { selected: true }).waitFor();
      await showPane(page, 'Driver');
      await driver.getByRole('tab', { name: 'ioctls' }).click();
      await driver.getByRole('textbox', { name: 'Filter: ioctls' }).fill('name:GROUP_SUBMIT');
      await driver.getByRole('grid', { name: 'ioctls' }).getByText('GROUP_SUBMIT').first().waitFor();
      await accessible();
    });

    it('runs commands of the console, completes names, and says what is wrong', async () => {
      const { page } = opened;
      await showPane(page, 'Console');
      const console = pane(page, 'Console');
      const line = console.getByRole('textbox', { name: 'Console command' });
      const output = console.getByRole('log', { name: 'Console output' });
      await line.fill('peek GPU_I');
      await line.press('Tab');
      await console.getByRole('status', { name: 'Completions' }).getByText('GPU_ID', { exact: false }).waitFor();
      await line.fill('peek GPU_ID');
      await line.press('Enter');
      await output.getByText('GPU_ID = a867_0005', { exact: false }).waitFor();
      await line.fill('let n = 0; repeat 3 { let n = n + 7 }; print n');
      await line.press('Enter');
      await output.getByText('0x15', { exact: true }).waitFor();
      await line.fill('pok GPU_ID 1');
      await line.press('Enter');
      await output.getByText('did you mean poke?', { exact: false }).waitFor();
      await line.press('ArrowUp');
      expect(await line.inputValue()).toBe('pok GPU_ID 1');
      await accessible();
    });

    it('had no error and no breach of the content security policy', () => {
      expect(opened.problems).toEqual([]);
    });
  },
);

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

/** Adds three, four times, and stores each sum. */
const LOOP = [
  '//! map 0x7f0000000000:0x1000',
  '//! dump 0x7f0000000000:0x10',
  'SET_SB_ENTRY #2, #0',
  'MOVE48 d64, #0x7f0000000000',
  'MOVE32 r66, #0',
  'MOVE32 r67, #4',
  'loop: ADD_IMM32 r66, r66, #3',
  'STORE_MULTIPLE [d64], r66',
  'WAIT #0x1',
  'ADD_IMM32 r67, r67, #-1',
  'BRANCH.gt r67, loop',
];
const STORE_LINE = 8;

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

    it('debugs: a diagnostic and its fix, a breakpoint, steps, a live value by hovering, back, and the end', async () => {
      const { page } = opened;
      const streams = pane(page, 'Command Streams');
      const stands = streams.getByRole('status', { name: 'Where the stream stands' });
      const press = async (key: string, then: string | RegExp) => {
        await page.keyboard.press(key);
        await stands.getByText(then).waitFor();
      };
      await replaceText([...LOOP, 'MVOE32 r70, #0x77']);
      await streams.getByText('MVOE32 is not an instruction').waitFor();
      await streams.getByRole('button', { name: 'Write MOVE32' }).click();
      await streams.getByText('No problems.').waitFor();

      // A breakpoint at the store, by keyboard; it waits until the stream is debugged.
      await editor().focus();
      await page.keyboard.press('Control+Home');
      for (let line = 1; line < STORE_LINE; line++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('F9');
      await press('F5', 'stopped at line 3: step');
      const points = streams.getByRole('list', { name: 'Breakpoints of the stream' });
      await points.getByText('bound').waitFor();
      await accessible();
      await press('F11', 'stopped at line 4: step');
      await press('F10', 'stopped at line 5: step');
      await press('F5', `stopped at line ${STORE_LINE}: breakpoint`);

      // The value of the register now, by hovering over its name.
      const hover = page.getByText('r66 = 0x0000_0003 (3)', { exact: true });
      await page.locator('.view-line').getByText('r66', { exact: true }).first().hover();
      await hover.waitFor();
      const registers = streams.getByRole('list', { name: 'Registers now' });
      await registers.getByRole('button', { name: 'r66, 0000_0003, changed' }).waitFor();
      await press('F5', `stopped at line ${STORE_LINE}: breakpoint`);
      await registers.getByRole('button', { name: 'r66, 0000_0006, changed' }).waitFor();
      await hover.waitFor({ state: 'hidden' });

      // Back over the instruction, a register set by hand, and on again.
      await press('Control+F11', `stopped at line ${STORE_LINE - 1}: back`);
      const r66 = registers.getByRole('button', { name: /^r66, 0000_0003/ });
      await r66.press('F2');
      const value = registers.getByRole('textbox', { name: 'Value of r66' });
      await value.fill('0x10');
      await value.press('Enter');
      await registers.getByRole('button', { name: /^r66, 0000_0010/ }).waitFor();
      await editor().focus();
      await press('F11', `stopped at line ${STORE_LINE}: breakpoint`);
      await registers.getByRole('button', { name: 'r66, 0000_0013, changed' }).waitFor();

      // Without the breakpoint it runs to its end.
      await points.getByRole('button', { name: `Remove the breakpoint of line ${STORE_LINE}` }).click();
      await editor().focus();
      await press('F5', 'the stream has ended');
      await streams.getByRole('list', { name: 'Registers at the end' }).getByText('r70 0000_0077').waitFor();
      await accessible();
      await page.keyboard.press('Shift+F5');
      await expect.poll(() => stands.textContent()).toBe('');
    });

    it('stops at a fault, explains it, and debugs the edited text', async () => {
      const { page } = opened;
      const streams = pane(page, 'Command Streams');
      const stands = streams.getByRole('status', { name: 'Where the stream stands' });
      await replaceText(['MOVE32 r1, #1', '.word 0xff00000000000000', 'MOVE32 r1, #2']);
      await editor().focus();
      await page.keyboard.press('F5');
      await stands.getByText('stopped at line 1').waitFor();
      await page.keyboard.press('F5');
      await stands.getByText('stopped at line 2: fault').waitFor();
      await streams.getByRole('alert').getByText('CS_INSTR_INVALID (0x49)').waitFor();
      await accessible();
      await replaceText(['MOVE32 r1, #1', 'CALL d64, r66', 'MOVE32 r1, #2']);
      await streams.getByRole('button', { name: 'Debug the edited text' }).click();
      await stands.getByText('stopped at line 1: step').waitFor();
      await editor().focus();
      await page.keyboard.press('F10');
      await stands.getByText('stopped at line 2: step').waitFor();
      await page.keyboard.press('Shift+F5');
      await expect.poll(() => stands.textContent()).toBe('');
    });

    it('completes, hovers, renames, goes to a definition and formats, by keyboard', async () => {
      const { page } = opened;
      const streams = pane(page, 'Command Streams');
      const text = () => page.locator('.stream-editor .view-lines').innerText();
      const shown = async () => (await text()).replaceAll(/\u00a0/g, ' ');
      // Completion, with the form of the instruction beside it.
      await replaceText(['']);
      await page.keyboard.type('MOVE4');
      await page.keyboard.press('Control+Space');
      await page.getByRole('option', { name: /MOVE48/ }).waitFor();
      await page.keyboard.press('Enter');
      await expect.poll(shown).toContain('MOVE48');
      // The signature while its operands are typed.
      await page.keyboard.type(' ');
      await page.locator('.parameter-hints-widget').getByText('destination', { exact: false }).first().waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      // Encoding and semantics by keyboard.
      await replaceText(['start:   move48   d64,#0x1000', 'BRANCH.gt r1, start']);
      await page.keyboard.press('Control+Home');
      for (let n = 0; n < 'start:   mo'.length; n++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Control+i');
      await page.locator('.monaco-hover').getByText('63:56 opcode', { exact: false }).waitFor();
      await page.keyboard.press('Escape');
      // Rename both places, then the canonical layout.
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('F2');
      await page.locator('.rename-input').fill('again');
      await page.keyboard.press('Enter');
      await expect.poll(shown).toContain('BRANCH.gt r1, again');
      await streams.getByRole('button', { name: 'Format the text' }).click();
      await expect.poll(shown).toContain('again: MOVE48 d64, #0x1000');
      // From the use to the definition.
      await editor().focus();
      await page.keyboard.press('Control+End');
      await page.keyboard.press('F12');
      await streams.getByText('No problems.').waitFor();
      await page.keyboard.press('F9');
      await page.locator('.stream-point-pending').waitFor();
      await page.keyboard.press('F9');
    });

    it('includes another open text, and goes to what it defines', async () => {
      const { page } = opened;
      const streams = pane(page, 'Command Streams');
      await replaceText(['.const ANSWER = 42']);
      await page.keyboard.press('Control+Home');
      const first = await streams.getByRole('button', { name: /\.cs$/, pressed: true }).textContent();
      await streams.getByRole('button', { name: 'New Command Stream' }).click();
      await replaceText([`.include "${first}"`, 'MOVE32 r1, #ANSWER']);
      await streams.getByText('No problems.').waitFor();
      await editor().focus();
      await page.keyboard.press('F12');
      await streams.getByRole('button', { name: first ?? '', exact: true, pressed: true }).waitFor();
      await replaceText(['.include "gone.cs"']);
      await streams.getByText('there is no text "gone.cs"').waitFor();
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
      await statement.fill('SELECT min(count(*), 2) AS jobs FROM job');
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
      // Along the job: back to the call that submitted it, forward to its slice and into its stream.
      await page.keyboard.press('[');
      await words.getByText(/GROUP_SUBMIT/).waitFor();
      await page.keyboard.press(']');
      await words.getByText(/queue 0: job \d+ done/).waitFor();
      await page.keyboard.press(']');
      await words.getByText(/Stream of group/).waitFor();
      await page.keyboard.press('[');
      await words.getByText(/queue 0: job \d+ done/).waitFor();
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

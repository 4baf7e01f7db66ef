/**
 * The MCU pane, driven by accessible names: steps and back, breakpoints by line and on a condition, the call stack
 * and the source it leads to, watches, labels, the profile, a fault told in words, the server for GDB.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDemo, noBrowser, openWorkspace, pane, showPane, suiteTitle, type Opened } from './harness.ts';

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

  const tool = (name: string) =>
    opened.page.getByRole('toolbar', { name: 'MCU run control' }).getByRole('button', { name, exact: true });

  const state = (): Promise<string> =>
    opened.page.getByRole('toolbar', { name: 'MCU run control' }).getByRole('status').innerText();

  const tab = (name: string): Promise<void> => pane(opened.page, 'MCU').getByRole('tab', { name, exact: true }).click();

  const pc = (): Promise<string> =>
    opened.page.getByRole('table', { name: 'Core registers' }).getByRole('button', { name: 'Edit pc' }).innerText();

  it('shows the listing at the PC, named, and steps forward and back', async () => {
    const { page } = opened;
    await page.getByRole('region', { name: 'Disassembly' }).getByText('Program counter:').waitFor();
    await page.getByRole('region', { name: 'Disassembly' }).getByText('main.c:', { exact: false }).first().waitFor();
    await tool('Step instruction').click();
    await expect.poll(state).toContain('stopped: step');
    const first = await pc();
    await tool('Step instruction').click();
    await expect.poll(pc).not.toBe(first);
    await tool('Step back').click();
    await expect.poll(pc).toBe(first);
  });

  it('takes a breakpoint away again that was set on the line of the PC', async () => {
    const { page } = opened;
    await tool('Toggle breakpoint at the PC').click();
    await tab('Breakpoints');
    const list = page.getByRole('list', { name: 'Breakpoints' });
    await list.getByText('bound', { exact: false }).waitFor();
    await list.getByRole('button', { name: 'Remove breakpoint', exact: false }).click();
    await expect.poll(() => list.getByRole('listitem').count()).toBe(0);
  });

  it('says why a breakpoint cannot stop anything', async () => {
    const { page } = opened;
    const form = page.getByRole('form', { name: 'New breakpoint' });
    await form.getByRole('combobox', { name: 'Where' }).fill('0x101');
    await form.getByRole('button', { name: 'Add' }).click();
    const list = page.getByRole('list', { name: 'Breakpoints' });
    await list.getByText('refused', { exact: false }).waitFor();
    await list.getByText('odd', { exact: false }).waitFor();
    await list.getByRole('button', { name: 'Remove breakpoint', exact: false }).click();
    await expect.poll(() => list.getByRole('listitem').count()).toBe(0);
  });

  it('stops at a line of C on a condition, shows the call stack and the source', async () => {
    const { page } = opened;
    // The global doorbell makes the firmware's loop go round again. It rings before there is a breakpoint: one that is
    // met while the poke itself takes its time would stop inside of it.
    await showPane(page, 'Console');
    const line = pane(page, 'Console').getByRole('textbox', { name: 'Console command' });
    await line.fill('poke CSF_DOORBELL_0 1; print "rung"');
    await line.press('Enter');
    await pane(page, 'Console')
      .getByRole('log', { name: 'Console output' })
      .getByText('rung', { exact: true })
      .waitFor();
    const form = page.getByRole('form', { name: 'New breakpoint' });
    await form.getByRole('combobox', { name: 'Where' }).fill('main.c:172');
    await form.getByRole('button', { name: 'Conditions' }).click();
    await form.getByRole('textbox', { name: 'Condition' }).fill('hits >= 1 && sp != 0');
    await form.getByRole('button', { name: 'Add' }).click();
    const list = page.getByRole('list', { name: 'Breakpoints' });
    await list.getByText('main.c:172', { exact: false }).waitFor();
    await list.getByText('bound', { exact: false }).waitFor();
    await tool('Run to breakpoint').click();
    await expect.poll(state).toContain('stopped: breakpoint');
    await tab('Call stack');
    const stack = page.getByRole('list', { name: 'Call stack' });
    await stack.getByText('main_loop', { exact: false }).waitFor();
    await stack.getByText('reset', { exact: true }).waitFor();
    await tab('Source');
    const source = page.getByRole('grid', { name: 'Source' });
    await source.getByText('Program counter:').waitFor();
    // The line of what is inlined there, as GDB shows it.
    await expect.poll(() => source.getByRole('row', { selected: true }).innerText()).toContain('96');
  });

  it('steps over a line, and a frame of the stack leads to its place', async () => {
    const { page } = opened;
    await tool('Step line').click();
    await expect.poll(state).toContain('stopped: step');
    const source = page.getByRole('grid', { name: 'Source' });
    await page.getByRole('list', { name: 'Call stack' }).getByText('reset', { exact: true }).click();
    await source.getByText('main_loop();').waitFor();
    await tool('Show the PC').click();
    await source.getByText('Program counter:').waitFor();
  });

  it('shows the parameters and locals of a frame, by keyboard', async () => {
    const { page } = opened;
    await tab('Call stack');
    await page.getByRole('list', { name: 'Call stack' }).getByRole('button').first().click();
    const tree = page.getByRole('tree', { name: 'Parameters and locals' });
    await tree.getByRole('treeitem', { name: 'main_loop', exact: false }).first().waitFor();
    await tree.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => tree.getByRole('treeitem', { selected: true }).count()).toBe(1);
    expect(await tree.getByRole('treeitem', { selected: true }).getAttribute('aria-level')).toBe('2');
  });

  it('watches an expression, and refuses what is none', async () => {
    const { page } = opened;
    await tab('Watch');
    const form = page.getByRole('form', { name: 'New watch' });
    const field = form.getByRole('textbox', { name: 'Expression' });
    await field.fill('[shared] >>');
    expect(await form.getByRole('button', { name: 'Watch' }).isDisabled()).toBe(true);
    await field.fill('[shared]');
    await field.press('Enter');
    const table = page.getByRole('table', { name: 'Watched expressions' });
    // The version word of the interface.
    await table.getByText('0101_0000').waitFor();
  });

  it('names an address, and undo takes the name away', async () => {
    const { page } = opened;
    await tab('Disassembly');
    const listing = page.getByRole('region', { name: 'Disassembly' });
    await listing.focus();
    await page.keyboard.press('l');
    const form = page.getByRole('form', { name: 'Label of', exact: false });
    await form.getByRole('textbox', { name: 'Name' }).fill('my_place');
    await page.keyboard.press('Enter');
    await listing.getByText('my_place:').waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => listing.getByText('my_place:').count()).toBe(0);
  });

  it('records the past: a flame graph, a trace and the coverage', async () => {
    const { page } = opened;
    await tab('Profile');
    await page.getByRole('button', { name: 'Record the past' }).click();
    const tree = page.getByRole('tree', { name: 'Time by call stack' });
    await tree.getByRole('treeitem', { name: 'main_loop:', exact: false }).first().waitFor();
    await page.getByRole('combobox', { name: 'Shown' }).selectOption('coverage');
    await page.getByRole('grid', { name: 'Coverage' }).getByText('init_interface').waitFor();
    await page.getByRole('combobox', { name: 'Shown' }).selectOption('trace');
    await page.getByRole('grid', { name: 'Trace' }).getByText('main_loop', { exact: false }).first().waitFor();
  });

  it('starts and stops the server for GDB', async () => {
    const { page } = opened;
    await tab('Symbols');
    const gdb = page.getByRole('region', { name: 'GDB' });
    await gdb.getByRole('switch').click();
    const text = await gdb.getByText('target remote').innerText();
    const port = Number(/:(\d+)$/.exec(text)?.[1]);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', reject);
    });
    await gdb.getByRole('switch').click();
    await expect.poll(() => gdb.getByText('target remote').count()).toBe(0);
  });

  it('tells a fault in words', async () => {
    const { page } = opened;
    await tab('Registers');
    const registers = page.getByRole('table', { name: 'Core registers' });
    await registers.getByRole('button', { name: 'Edit pc' }).focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Value of pc' }).fill('0x07000000');
    await page.keyboard.press('Enter');
    await expect.poll(pc).toContain('0700_0000');
    await tool('Step instruction').click();
    await tab('Fault');
    const fault = page.getByRole('region', { name: 'Fault' });
    await fault.getByText('HardFault at 0x07000000', { exact: false }).waitFor();
    await fault.getByText('nothing answers', { exact: false }).first().waitFor();
    await page.getByRole('table', { name: 'Stacked frame' }).waitFor();
    expect(opened.problems).toEqual([]);
  });
});

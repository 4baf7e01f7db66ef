/**
 * The commands that menus, palette, key page and key bindings are made from: id, words, keys, and the menu they
 * stand in. The workspace gives each an action by its id and may add commands of its own panes; the desktop host
 * makes the system's menu from this table.
 *
 * Keys are written as `Mod+Shift+P`: Mod is Ctrl, or Command on macOS.
 */

export const MENUS = ['File', 'Edit', 'View', 'Run', 'Go', 'Help'] as const;
export type Menu = (typeof MENUS)[number];

export interface CommandRow {
  readonly id: string;
  readonly title: string;
  readonly menu: Menu;
  readonly keys?: readonly string[];
  /** Rows of a menu with different groups are parted by a line. */
  readonly group: number;
}

export const COMMANDS = [
  { id: 'bench.new', title: 'New Bench', menu: 'File', group: 1, keys: ['Mod+N'] },
  { id: 'bench.newBare', title: 'New Bare Bench', menu: 'File', group: 1 },
  { id: 'bench.recover', title: 'Go Back to Before the Bench Stopped', menu: 'File', group: 1 },
  { id: 'demo.open', title: 'Open the Demo Session', menu: 'File', group: 1 },
  { id: 'session.open', title: 'Open Session…', menu: 'File', group: 2, keys: ['Mod+O'] },
  { id: 'session.saveAs', title: 'Save Session As…', menu: 'File', group: 2, keys: ['Mod+Shift+S'] },
  { id: 'session.export', title: 'Export Session…', menu: 'File', group: 2 },
  { id: 'session.cancelExport', title: 'Give Up the Export', menu: 'File', group: 2 },
  { id: 'session.compare', title: 'Compare Sessions…', menu: 'File', group: 2 },
  { id: 'firmware.open', title: 'Choose Firmware…', menu: 'File', group: 3 },
  { id: 'history.undo', title: 'Undo', menu: 'Edit', group: 1, keys: ['Mod+Z'] },
  { id: 'history.redo', title: 'Redo', menu: 'Edit', group: 1, keys: ['Mod+Shift+Z', 'Mod+Y'] },
  { id: 'edit.find', title: 'Find', menu: 'Edit', group: 2, keys: ['Mod+F'] },
  { id: 'edit.copy', title: 'Copy Value', menu: 'Edit', group: 2 },
  { id: 'palette.commands', title: 'Command Palette…', menu: 'View', group: 1, keys: ['Mod+Shift+P', 'F1'] },
  { id: 'palette.open', title: 'Quick Open…', menu: 'View', group: 1, keys: ['Mod+P'] },
  { id: 'view.registers', title: 'Registers', menu: 'View', group: 2 },
  { id: 'view.firmware', title: 'Firmware', menu: 'View', group: 2 },
  { id: 'view.mcu', title: 'MCU', menu: 'View', group: 2 },
  { id: 'view.streams', title: 'Command Streams', menu: 'View', group: 2 },
  { id: 'view.queues', title: 'Queues and Jobs', menu: 'View', group: 2 },
  { id: 'view.timeline', title: 'Timeline', menu: 'View', group: 2 },
  { id: 'view.memory', title: 'Memory', menu: 'View', group: 2 },
  { id: 'view.log', title: 'Access Log', menu: 'View', group: 2 },
  { id: 'view.driver', title: 'Driver', menu: 'View', group: 2 },
  { id: 'view.faults', title: 'Faults', menu: 'View', group: 2 },
  { id: 'view.sessions', title: 'Sessions', menu: 'View', group: 2 },
  { id: 'view.selection', title: 'Selection', menu: 'View', group: 2 },
  { id: 'view.theme', title: 'Colour Theme…', menu: 'View', group: 3 },
  { id: 'view.zoomIn', title: 'Zoom In', menu: 'View', group: 3, keys: ['Mod+='] },
  { id: 'view.zoomOut', title: 'Zoom Out', menu: 'View', group: 3, keys: ['Mod+-'] },
  { id: 'view.zoomReset', title: 'Actual Size', menu: 'View', group: 3, keys: ['Mod+0'] },
  { id: 'view.resetLayout', title: 'Reset Layout', menu: 'View', group: 3 },
  { id: 'bench.boot', title: 'Boot', menu: 'Run', group: 1, keys: ['Mod+Shift+B'] },
  { id: 'run.continue', title: 'Continue', menu: 'Run', group: 1, keys: ['F5'] },
  { id: 'run.fast', title: 'Continue at Full Speed', menu: 'Run', group: 1 },
  { id: 'run.pause', title: 'Pause', menu: 'Run', group: 1, keys: ['F6'] },
  { id: 'run.stop', title: 'Stop the Bench', menu: 'Run', group: 1, keys: ['Shift+F5'] },
  { id: 'bench.powerCycle', title: 'Power-Cycle', menu: 'Run', group: 1, keys: ['Mod+Shift+F5'] },
  { id: 'run.step', title: 'Step to the Next Event', menu: 'Run', group: 2, keys: ['F10'] },
  { id: 'mcu.halt', title: 'Halt the MCU', menu: 'Run', group: 3 },
  { id: 'mcu.start', title: 'Start the MCU', menu: 'Run', group: 3 },
  { id: 'mcu.reset', title: 'Reset the MCU', menu: 'Run', group: 3 },
  { id: 'stream.run', title: 'Run the Command Stream', menu: 'Run', group: 4, keys: ['Mod+Enter'] },
  { id: 'snapshot.take', title: 'Take a Snapshot', menu: 'Run', group: 5 },
  { id: 'snapshot.restore', title: 'Go Back to a Snapshot…', menu: 'Run', group: 5 },
  { id: 'go.address', title: 'Go to Address…', menu: 'Go', group: 1, keys: ['Mod+G'] },
  { id: 'go.register', title: 'Go to Register…', menu: 'Go', group: 1, keys: ['Mod+T'] },
  { id: 'help.keys', title: 'Keys', menu: 'Help', group: 1 },
  { id: 'help.about', title: 'About Tyr Workbench', menu: 'Help', group: 2 },
] as const satisfies readonly CommandRow[];

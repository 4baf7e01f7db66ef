/**
 * All that can be done, by id. The palette, the menus, the key bindings and the key page are generated from here.
 * A command of the shared table (protocol/commands) is registered with its id and an action; a pane adds its own
 * by giving a name as well.
 */
import { disposable, type Disposable } from '../../base/disposable.ts';
import { COMMANDS, type CommandRow, type Menu } from '../../protocol/commands.ts';
import { Emitter } from '../lib/emitter.ts';
import { belongsToFocus, matches, parseHotkey, type Focus, type KeyPress } from './hotkeys.ts';

export interface CommandInit {
  readonly id: string;
  /** What it says in menus; commands of the shared table have theirs. */
  readonly name?: string;
  readonly callback: () => void | Promise<void>;
  readonly defaultHotkey?: string;
  /** Its keys mean it only while the focus is in this pane; there they come before those of the whole window. */
  readonly pane?: string;
  /** Menu and group it stands in; without them it is in the palette only. */
  readonly menu?: Menu;
  readonly group?: number;
  /** False while it makes no sense; it is shown grey then. */
  readonly enabled?: () => boolean;
  /** The words behind the name that depend on the moment, e.g. what undo would undo. */
  readonly detail?: () => string | undefined;
}

export interface Command {
  readonly id: string;
  readonly name: string;
  readonly callback: () => void | Promise<void>;
  /** Hotkeys in force: the person's own, or the defaults. */
  readonly hotkeys: readonly string[];
  readonly pane: string | undefined;
  readonly menu: Menu | undefined;
  readonly group: number;
  readonly enabled: () => boolean;
  readonly detail: () => string | undefined;
}

/** Hotkeys a person chose, by command id. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

const TABLE: ReadonlyMap<string, CommandRow> = new Map(COMMANDS.map((row) => [row.id, row]));
const ORDER: ReadonlyMap<string, number> = new Map(COMMANDS.map((row, i) => [row.id, i]));

export class CommandRegistry {
  private readonly inits = new Map<string, CommandInit>();
  private readonly emitter = new Emitter();
  private bindings: Bindings;
  private cached: readonly Command[] | undefined;
  /** Told what a command failed with. */
  onError: (command: Command, error: unknown) => void = () => {};

  constructor(bindings: Bindings = {}) {
    this.bindings = bindings;
  }

  readonly subscribe = this.emitter.subscribe;

  /** Adds a command until disposed. An id taken already is a mistake of the caller and throws. */
  register(init: CommandInit): Disposable {
    if (this.inits.has(init.id)) throw new Error(`command ${init.id} is registered twice`);
    this.inits.set(init.id, init);
    this.changed();
    return disposable(() => {
      this.inits.delete(init.id);
      this.changed();
    });
  }

  /** Takes other hotkeys of the person. */
  bind(bindings: Bindings): void {
    this.bindings = bindings;
    this.changed();
  }

  /** In the order of the shared table, then of registration. */
  readonly all = (): readonly Command[] => {
    this.cached ??= [...this.inits.values()]
      .map((init) => this.command(init))
      .toSorted((a, b) => (ORDER.get(a.id) ?? ORDER.size) - (ORDER.get(b.id) ?? ORDER.size));
    return this.cached;
  };

  find(id: string): Command | undefined {
    return this.all().find((c) => c.id === id);
  }

  /** Runs a command by id; false when there is none or it is not possible now. */
  run(id: string): boolean {
    const command = this.find(id);
    if (command === undefined || !command.enabled()) return false;
    const fail = (error: unknown) => this.onError(command, error);
    try {
      const result = command.callback();
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
    return true;
  }

  /** The command a key event means in a pane; text fields keep the keys they need. */
  commandFor(event: KeyPress, focus: Focus, mac: boolean, pane?: string): Command | undefined {
    const own = pane === undefined ? [] : this.all().filter((c) => c.pane === pane);
    for (const command of [...own, ...this.all().filter((c) => c.pane === undefined)]) {
      for (const text of command.hotkeys) {
        const hotkey = parseHotkey(text);
        if (hotkey === undefined || !matches(hotkey, event, mac)) continue;
        if (belongsToFocus(hotkey, focus)) continue;
        return command;
      }
    }
    return undefined;
  }

  /** Groups of a menu, each a list of commands. */
  menu(menu: Menu): readonly (readonly Command[])[] {
    const groups = new Map<number, Command[]>();
    for (const command of this.all()) {
      if (command.menu !== menu) continue;
      const list = groups.get(command.group) ?? [];
      groups.set(command.group, list);
      list.push(command);
    }
    return [...groups.entries()].toSorted(([a], [b]) => a - b).map(([, list]) => list);
  }

  private command(init: CommandInit): Command {
    const row = TABLE.get(init.id);
    const defaults = row?.keys ?? (init.defaultHotkey === undefined ? [] : [init.defaultHotkey]);
    return {
      id: init.id,
      name: init.name ?? row?.title ?? init.id,
      callback: init.callback,
      hotkeys: this.bindings[init.id] ?? defaults,
      pane: init.pane,
      menu: init.menu ?? row?.menu,
      group: init.group ?? row?.group ?? 0,
      enabled: init.enabled ?? (() => true),
      detail: init.detail ?? (() => undefined),
    };
  }

  private changed(): void {
    this.cached = undefined;
    this.emitter.emit();
  }
}

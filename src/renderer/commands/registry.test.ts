import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../protocol/commands.ts';
import { hotkeyOf, hotkeyText, matches, parseHotkey, type Focus, type KeyPress } from './hotkeys.ts';
import { CommandRegistry } from './registry.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

describe('hotkeys', () => {
  it('match what is pressed and nothing else', () => {
    const palette = parseHotkey('Mod+Shift+P');
    if (palette === undefined) throw new Error('not parsed');
    expect(matches(palette, press('P', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(matches(palette, press('p', { ctrlKey: true }), false)).toBe(false);
    expect(matches(palette, press('P', { metaKey: true, shiftKey: true }), false)).toBe(false);
    expect(matches(palette, press('P', { metaKey: true, shiftKey: true }), true)).toBe(true);
  });

  it('take symbols however they are typed', () => {
    const help = parseHotkey('?');
    if (help === undefined) throw new Error('not parsed');
    expect(matches(help, press('?', { shiftKey: true }), false)).toBe(true);
    expect(matches(help, press('?'), false)).toBe(true);
  });

  it('come back from an event as they were written', () => {
    for (const text of ['Mod+Shift+P', 'F5', 'Alt+R', 'Mod+=', '?']) {
      const hotkey = parseHotkey(text);
      if (hotkey === undefined) throw new Error(text);
      const { key, mod, shift, alt } = hotkey;
      expect(hotkeyOf(press(key, { ctrlKey: mod, shiftKey: shift, altKey: alt }), false)).toBe(text);
    }
    expect(hotkeyOf(press('Shift', { shiftKey: true }), false)).toBeUndefined();
    expect(hotkeyText('Mod+Shift+P', true)).toBe('⌘⇧P');
  });

  it('refuse unknown modifiers', () => {
    expect(parseHotkey('Hyper+P')).toBeUndefined();
    expect(parseHotkey('')).toBeUndefined();
  });

  it('of the shared table can all be parsed, and no two commands share one', () => {
    const keys = COMMANDS.flatMap((c) => ('keys' in c ? [...c.keys] : []));
    for (const key of keys) expect(parseHotkey(key), key).toBeDefined();
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the command registry', () => {
  it('lets a pane have keys of its own, before those of the window, while the focus is in it', () => {
    const registry = new CommandRegistry();
    registry.register({ id: 'run.step', callback: () => {} });
    registry.register({ id: 'x.over', name: 'Over', defaultHotkey: 'F10', pane: 'x', callback: () => {} });
    expect(registry.commandFor(press('F10'), 'elsewhere', false)?.id).toBe('run.step');
    expect(registry.commandFor(press('F10'), 'elsewhere', false, 'y')?.id).toBe('run.step');
    expect(registry.commandFor(press('F10'), 'field', false, 'x')?.id).toBe('x.over');
  });

  it('takes name, keys and menu of commands in the shared table', () => {
    const registry = new CommandRegistry();
    registry.register({ id: 'bench.boot', callback: () => {} });
    expect(registry.find('bench.boot')).toMatchObject({ name: 'Boot', hotkeys: ['Mod+Shift+B'], menu: 'Run' });
    expect(registry.menu('Run')).toHaveLength(1);
  });

  it('gives back what was registered, and refuses an id twice', () => {
    const registry = new CommandRegistry();
    const one = registry.register({ id: 'x', name: 'X', callback: () => {} });
    expect(() => registry.register({ id: 'x', callback: () => {} })).toThrow(/twice/);
    one.dispose();
    expect(registry.all()).toEqual([]);
  });

  it('runs a command only while it is possible, and tells of failures', async () => {
    const registry = new CommandRegistry();
    const onError = vi.fn<(command: unknown, error: unknown) => void>();
    registry.onError = onError;
    let possible = false;
    const callback = vi.fn<() => Promise<void>>(() => Promise.reject(new Error('no')));
    registry.register({ id: 'x', name: 'X', callback, enabled: () => possible });
    expect(registry.run('x')).toBe(false);
    possible = true;
    expect(registry.run('x')).toBe(true);
    await Promise.resolve();
    await Promise.resolve();
    expect(callback).toHaveBeenCalledOnce();
    expect(onError).toHaveBeenCalledOnce();
    expect(registry.run('unknown')).toBe(false);
  });

  it('finds commands by keys, with the keys a person chose', () => {
    const registry = new CommandRegistry();
    registry.register({ id: 'history.undo', callback: () => {} });
    registry.register({ id: 'run.continue', callback: () => {} });
    const undo = press('z', { ctrlKey: true });
    expect(registry.commandFor(undo, 'elsewhere', false)?.id).toBe('history.undo');
    expect(registry.commandFor(undo, 'field', false)).toBeUndefined();
    expect(registry.commandFor(press('F5'), 'field', false)?.id).toBe('run.continue');
    registry.register({ id: 'edit.find', callback: () => {} });
    registry.register({ id: 'go.address', callback: () => {} });
    const find = press('f', { ctrlKey: true });
    const all: readonly Focus[] = ['elsewhere', 'field', 'editor'];
    expect(all.map((f) => registry.commandFor(find, f, false)?.id)).toEqual(['edit.find', undefined, undefined]);
    const address = press('g', { ctrlKey: true });
    expect(all.map((f) => registry.commandFor(address, f, false)?.id)).toEqual(['go.address', 'go.address', undefined]);
    registry.bind({ 'run.continue': ['Mod+J'] });
    expect(registry.commandFor(press('F5'), 'elsewhere', false)).toBeUndefined();
    expect(registry.commandFor(press('j', { ctrlKey: true }), 'elsewhere', false)?.id).toBe('run.continue');
  });

  it('keeps the order of the shared table, own commands last', () => {
    const registry = new CommandRegistry();
    registry.register({ id: 'own', name: 'Own', callback: () => {} });
    registry.register({ id: 'run.pause', callback: () => {} });
    registry.register({ id: 'bench.new', callback: () => {} });
    expect(registry.all().map((c) => c.id)).toEqual(['bench.new', 'run.pause', 'own']);
  });
});

/** The Shader pane: programs that jobs run, their warps and lanes, breakpoints and steps. */
import { Sparkles } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { fuzzyFind } from '../../commands/quick-open.ts';
import { plural } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { shaderActions, showInstruction, useShader } from './actions.ts';
import { programTitle } from './title.ts';

/** Programs quick open shows at most. */
const SHOWN = 50;

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  const pane = 'shader';
  stack.use(
    w.panes.registerPane({
      id: pane,
      title: 'Shader',
      icon: Sparkles,
      component: () => import('./shader.tsx'),
      defaultPlace: 'centre',
      order: 45,
      open: false,
    }),
  );
  const actions = shaderActions(w);
  const toggle = async (): Promise<void> => {
    const { program, cursor } = useShader.getState();
    const stop = await w.act(w.client.call('shaderdebug.where', {}));
    const at = program ?? stop?.program ?? (await newest());
    const index = cursor ?? stop?.index;
    if (at !== undefined && index !== undefined) await actions.toggle(at, index);
  };
  const newest = async (): Promise<string | undefined> =>
    (await w.act(w.client.call('shaderdebug.programs', {})))?.findLast((p) => p.address !== undefined)?.id;
  const lastFault = async (): Promise<void> => {
    const fault = (await w.act(w.client.call('shaderdebug.faults', {})))?.at(-1);
    w.layout.show(pane);
    if (fault?.program === undefined || fault.index === undefined) {
      useUi.getState().say('info', 'No shader has faulted at an instruction on this bench.');
    } else {
      showInstruction(fault.program, fault.index);
    }
  };
  const rows = [
    { id: 'shader.continue', name: 'Shader: Continue to a Breakpoint', run: actions.run, defaultHotkey: 'F5' },
    { id: 'shader.step', name: 'Shader: Step the Warp', run: () => actions.step('warp'), defaultHotkey: 'F11' },
    { id: 'shader.stepAny', name: 'Shader: Step Any Warp', run: () => actions.step('any'), defaultHotkey: 'F10' },
    { id: 'shader.back', name: 'Shader: Step Back', run: actions.back, defaultHotkey: 'Alt+F11' },
    { id: 'shader.toggle', name: 'Shader: Toggle Breakpoint', run: toggle, defaultHotkey: 'F9' },
    { id: 'shader.open', name: 'Shader: Open Shader Binary…', run: actions.openBinary },
    { id: 'shader.fault', name: 'Shader: Go to the Last Fault', run: lastFault },
  ];
  stack.use(
    w.commands.register({
      id: 'view.shader',
      name: 'Shader',
      menu: 'View',
      group: 2,
      callback: () => w.layout.show(pane),
    }),
  );
  stack.use(
    w.quickOpen.register({
      id: 'shaders',
      prefix: '',
      find: async (text) => {
        if (text === '' || w.live.status() === undefined) return [];
        const programs = await w.client.call('shaderdebug.programs', {});
        return fuzzyFind(programs, text, (p) => programTitle(p, p.id), SHOWN).map((p) => ({
          id: `shader ${p.id}`,
          label: programTitle(p, p.id),
          detail: plural(p.instructions, 'instruction'),
          kind: 'shader',
          open: () => {
            showInstruction(p.id, 0);
            w.layout.show(pane);
          },
        }));
      },
    }),
  );
  // A breakpoint somebody else's grant of time has hit is shown where it is.
  stack.use(
    w.client.on('shaderStopped', (stop) => {
      w.live.refresh();
      if (stop.state !== 'stopped' || stop.reason !== 'breakpoint') return;
      useShader.setState({ program: undefined, cursor: undefined, warp: undefined });
      w.layout.show(pane);
    }),
  );
  for (const { run, defaultHotkey, ...row } of rows) {
    const keys = defaultHotkey === undefined ? {} : { defaultHotkey, pane };
    stack.use(w.commands.register({ ...row, callback: () => run(), ...keys }));
  }
  return stack;
}

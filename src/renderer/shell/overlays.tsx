/** What lies over the workspace: palette, key page, about, a choice, a question. */
import { useState } from 'react';
import { fuzzyFind } from '../commands/quick-open.ts';
import { useEngine } from '../engine/context.tsx';
import { useUi, type Confirm, type Pick } from '../state/ui.ts';
import { KeyPage } from './key-page.tsx';
import { Overlay } from './overlay.tsx';
import { Palette, PickList } from './palette.tsx';

export function Overlays() {
  const overlay = useUi((s) => s.overlay);
  switch (overlay?.kind) {
    case 'palette':
      return <Palette key={overlay.text} initial={overlay.text} />;
    case 'keys':
      return <KeyPage />;
    case 'about':
      return <About />;
    case 'pick':
      return <PickOverlay pick={overlay.pick} />;
    case 'confirm':
      return <ConfirmOverlay confirm={overlay.confirm} />;
    case undefined:
      return undefined;
  }
}

function About() {
  const { host } = useEngine();
  return (
    <Overlay title="About Tyr Workbench">
      <p>A bench for bringing up an Arm Mali CSF GPU: emulated silicon, the driver stack, and a record of all of it.</p>
      <p>
        Version <span className="mono">{host.version}</span>, protocol <span className="mono">{host.protocol}</span>,
        host {host.host} on {host.platform}
      </p>
    </Overlay>
  );
}

function PickOverlay({ pick }: { readonly pick: Pick }) {
  const show = useUi((s) => s.show);
  const [text, setText] = useState('');
  const entries = fuzzyFind(pick.entries, text, (e) => e.label, pick.entries.length).map((e) => ({
    ...e,
    kind: '',
    open: () => pick.onPick(e.id),
  }));
  return (
    <Overlay title={pick.title} bare>
      <PickList
        label={pick.title}
        placeholder={pick.title}
        text={text}
        onText={setText}
        entries={entries}
        onPick={(entry) => {
          show(undefined);
          entry.open();
        }}
      />
    </Overlay>
  );
}

function ConfirmOverlay({ confirm }: { readonly confirm: Confirm }) {
  const show = useUi((s) => s.show);
  const settle = useUi((s) => s.settle);
  const [again, setAgain] = useState(false);
  return (
    <Overlay
      title={confirm.title}
      buttons={
        <>
          {confirm.key !== undefined && (
            <label className="check">
              <input type="checkbox" checked={again} onChange={(e) => setAgain(e.target.checked)} />
              Don't ask again this session
            </label>
          )}
          <span className="spring" />
          <button type="button" className="button" onClick={() => show(undefined)}>
            Cancel
          </button>
          <button
            type="button"
            className="button button-primary"
            onClick={() => {
              if (again && confirm.key !== undefined) settle(confirm.key);
              show(undefined);
              confirm.onConfirm();
            }}
          >
            {confirm.action}
          </button>
        </>
      }
    >
      <p>{confirm.text}</p>
      {confirm.details !== undefined && confirm.details.length > 0 && (
        <ul className="plain-list mono">
          {confirm.details.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </Overlay>
  );
}

/** Ways to begin, the sessions of before, and the keys worth knowing. */
import { hotkeyText } from '../../commands/hotkeys.ts';
import { useAsk, useStatus } from '../../engine/context.tsx';
import { boot } from '../../engine/actions.ts';
import { openSession } from '../../engine/sessions.ts';
import { sizeText } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';

const SHOWN_SESSIONS = 8;
const SHOWN_KEYS = [
  'palette.commands',
  'palette.open',
  'bench.boot',
  'run.continue',
  'run.step',
  'history.undo',
  'help.keys',
];

export default function Start() {
  const w = useWorkspace();
  const { commands, mac } = w;
  const powered = useStatus() !== undefined;
  const sessions = useAsk('session.list', {}, powered ? 1 : 0).data ?? [];
  const recent = sessions.filter((s) => !s.live).toSorted((a, b) => b.modified - a.modified);
  const begin = async () => {
    await boot(w);
    w.layout.show('registers');
  };
  return (
    <div className="pane-scroll start">
      <h1>Tyr Workbench</h1>
      <ul className="start-ways">
        <Way title="Boot the demo" first onClick={() => void begin()}>
          The emulated G610 with the reference firmware: the driver probes it, every access is recorded.
        </Way>
        <Way title="Load my firmware" onClick={() => void commands.run('firmware.open')}>
          An image in the CSF container. It is checked here first, byte for byte, and loaded when you say so.
        </Way>
        <Way title="Open a capture" onClick={() => void commands.run('capture.open')}>
          What a user-space driver asked of the kernel: its calls are replayed here, its shaders run and can be stopped.
        </Way>
        <Way title="Open a session" onClick={() => void openSession(w)}>
          A recorded session, for reading: registers, jobs, driver log and SQL over all of it.
        </Way>
      </ul>
      {recent.length > 0 && (
        <>
          <h2 className="section-title">Sessions</h2>
          <ul className="plain-list">
            {recent.slice(0, SHOWN_SESSIONS).map((s) => (
              <li key={s.id}>
                <button type="button" className="link" onClick={() => void openSession(w, s.id)}>
                  {s.name}
                </button>{' '}
                <span className="dim">{sizeText(s.size)}</span>
              </li>
            ))}
          </ul>
          <p className="dim">
            {Math.min(SHOWN_SESSIONS, recent.length)} of {recent.length}
          </p>
        </>
      )}
      <h2 className="section-title">Keys</h2>
      <dl className="facts">
        {SHOWN_KEYS.map((id) => {
          const command = commands.find(id);
          if (command === undefined) return undefined;
          return (
            <div key={id} className="start-key">
              <dt>{command.name}</dt>
              <dd>
                {command.hotkeys.map((k) => (
                  <span key={k} className="keycap">
                    {hotkeyText(k, mac)}
                  </span>
                ))}
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

interface WayProps {
  readonly title: string;
  /** The usual one. */
  readonly first?: boolean;
  readonly children: string;
  readonly onClick: () => void;
}

function Way({ title, first = false, children, onClick }: WayProps) {
  return (
    <li>
      <button type="button" className={first ? 'button button-primary' : 'button'} onClick={onClick}>
        {title}
      </button>
      <p className="dim">{children}</p>
    </li>
  );
}

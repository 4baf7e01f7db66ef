/** Where names come from: the symbol file, the folder of source files, one's own labels; and the server for GDB. */
import { useState } from 'react';
import { useAct, useAsk, useClient, usePoll } from '../../engine/context.tsx';
import { pickFile } from '../../lib/files.ts';
import { countText, hexGroups } from '../../lib/format.ts';
import { showAddress } from './actions.ts';

export function Symbols() {
  const client = useClient();
  const act = useAct();
  const { data: symbols } = usePoll('debug.symbols', {});
  const [asked, setAsked] = useState(0);
  const { data: sources } = useAsk('source.state', {}, asked);
  const load = async () => {
    const file = await pickFile('.elf,.axf,.out,.debug');
    if (file !== undefined)
      await act(client.call('debug.loadSymbols', { bytes: file.bytes, name: file.name.slice(0, 200) }));
    setAsked((n) => n + 1);
  };
  const choose = async () => {
    await act(client.call('source.choose', {}));
    setAsked((n) => n + 1);
  };
  return (
    <div className="mcu-points">
      <section aria-label="Symbol file">
        <h3>Symbol file</h3>
        <p>
          {symbols === undefined || symbols.file === ''
            ? 'None: instructions have no names but your labels.'
            : `${symbols.file}: ${countText(symbols.functions)} functions, ${countText(symbols.objects)} variables, ${countText(symbols.files.filter((f) => f.lines > 0).length)} source files, ${countText(symbols.unwindRules)} unwind rules.`}
        </p>
        {symbols?.matches === false && (
          <p className="problem">Memory holds other code than this file was made for: names and lines are wrong.</p>
        )}
        <div className="mcu-form-row">
          <button type="button" className="button" onClick={() => void load()}>
            Load ELF file…
          </button>
          <button
            type="button"
            className="button"
            disabled={symbols === undefined || symbols.file === ''}
            onClick={() => void act(client.call('debug.loadSymbols', {}))}
          >
            Let go of it
          </button>
        </div>
      </section>
      <section aria-label="Source files">
        <h3>Source files</h3>
        <p>
          {sources?.folder !== undefined
            ? `Shown from below ${sources.folder}, and from nowhere else.`
            : sources?.shipped === true
              ? 'Shown from the sources that ship with this program.'
              : 'No folder is chosen.'}
        </p>
        <button type="button" className="button" onClick={() => void choose()}>
          Choose source folder…
        </button>
      </section>
      <Labels />
      <Gdb />
    </div>
  );
}

function Labels() {
  const { data: labels } = usePoll('debug.labels', {});
  return (
    <section aria-label="Labels">
      <h3>Labels and comments</h3>
      <ul aria-label="Labels">
        {labels?.map((l) => (
          <li key={l.address}>
            <button type="button" className="link mono" onClick={() => showAddress(l.address)}>
              {l.name === '' ? hexGroups(l.address, 32) : l.name}
            </button>
            <span className="quiet mono">{hexGroups(l.address, 32)}</span>
            <span>{l.comment}</span>
          </li>
        ))}
      </ul>
      {labels?.length === 0 && (
        <p className="quiet">None yet: L in the disassembly names an address, ; remarks on it.</p>
      )}
    </section>
  );
}

function Gdb() {
  const client = useClient();
  const act = useAct();
  const [asked, setAsked] = useState(0);
  const { data: gdb } = useAsk('gdb.state', {}, asked);
  const on = gdb?.port !== undefined;
  const turn = async () => {
    await act(on ? client.call('gdb.stop', {}) : client.call('gdb.start', {}));
    setAsked((n) => n + 1);
  };
  return (
    <section aria-label="GDB">
      <h3>GDB</h3>
      <label>
        <input type="checkbox" role="switch" checked={on} onChange={() => void turn()} /> Remote server on this machine
      </label>
      {on && <p className="mono">{`target remote 127.0.0.1:${gdb.port}`}</p>}
      {gdb?.said !== undefined && <p className="quiet">{gdb.said}</p>}
    </section>
  );
}

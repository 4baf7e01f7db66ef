/** What runs on the MCU: its state, signs of life and resets, configuration items, trace buffers and what they hold. */
import { useState } from 'react';
import { Facts } from '../../components/facts.tsx';
import { usePoll, useStatus } from '../../engine/context.tsx';
import type { Result } from '../../../protocol/messages.ts';
import { countText, hex, sizeText, timeText } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';

export function BenchView() {
  const status = useStatus();
  const on = status !== undefined && !status.bare ? {} : undefined;
  const state = usePoll('firmware.state', on).data;
  const items = usePoll('fw.items', on).data;
  const watchdog = usePoll('fw.watchdog', on).data;
  if (status === undefined) return <p className="dim">There is no bench: boot the demo, or load an image.</p>;
  if (status.bare) return <p className="dim">The bench is bare: no driver, nothing loads firmware.</p>;
  if (state === undefined) return undefined;
  return (
    <>
      <h2 className="section-title">On the bench</h2>
      <Facts
        label="Firmware of the bench"
        facts={[
          ['image', state.name],
          ['size', state.size === 0 ? 'none' : sizeText(state.size)],
          ['sha256', state.sha256.slice(0, 16), 'mono'],
          ['version', state.version === '' ? 'not booted' : `${state.version}, ${state.gitSha.slice(0, 12)}`],
          ['MCU', state.mcu, 'mono'],
          ...(watchdog === undefined || !status.booted ? [] : watchdogFacts(watchdog)),
          ...(state.pending === undefined
            ? []
            : [['waiting', `${state.pending}, taken at the next power-cycle`] as const]),
        ]}
      />
      {status.booted && <Life />}
      {items !== undefined && items.config.length > 0 && <Config items={items.config} booted={status.booted} />}
      {items !== undefined && items.traceBuffers.length > 0 && status.booted && <Traces buffers={items.traceBuffers} />}
    </>
  );
}

function watchdogFacts(w: Result<'fw.watchdog'>) {
  return [
    ['booted for', `${w.cause}, boot ${w.boots}`],
    ['watchdog', w.loadCycles === 0 ? 'off' : `${countText(w.loadCycles)} cycles without a kick`],
    ['resets', countText(w.resets)],
  ] as const;
}

/** Ping and resets; the answers are said in words. */
function Life() {
  const w = useWorkspace();
  const [said, setSaid] = useState('');
  const ping = async () => {
    const answer = await w.act(w.client.call('fw.ping', {}));
    if (answer === undefined) return;
    setSaid(answer.answered ? `The firmware answered after ${timeText(answer.ns)}.` : 'The firmware did not answer.');
  };
  const reset = async (kind: 'fast' | 'slow') => {
    const now = await w.act(w.client.call('fw.reset', { kind }));
    if (now !== undefined) setSaid(`After the ${kind} reset the MCU is ${now.mcu}; it booted for ${now.cause}.`);
  };
  return (
    <div className="firmware-choices" role="group" aria-label="Signs of life and resets">
      <button type="button" className="button" onClick={() => void ping()}>
        Ping
      </button>
      <button
        type="button"
        className="button"
        title="Halt, then start with the memory kept"
        onClick={() => void reset('fast')}
      >
        Fast reset
      </button>
      <button
        type="button"
        className="button"
        title="Reset the device and load every section again"
        onClick={() => void reset('slow')}
      >
        Slow reset
      </button>
      <output aria-label="Answer of the firmware">{said}</output>
    </div>
  );
}

function Config({ items, booted }: { readonly items: Result<'fw.items'>['config']; readonly booted: boolean }) {
  return (
    <>
      <h3 className="section-title">Configuration</h3>
      <table className="entries" aria-label="Configuration items">
        <tbody>
          {items.map((item) => (
            <ConfigRow key={`${item.name} ${item.value ?? ''} ${item.pending ?? ''}`} item={item} booted={booted} />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface ConfigRowProps {
  readonly item: Result<'fw.items'>['config'][number];
  readonly booted: boolean;
}

function ConfigRow({ item, booted }: ConfigRowProps) {
  const w = useWorkspace();
  const [text, setText] = useState(String(item.pending ?? item.value ?? item.min));
  const value = Number(text);
  const good = /^\d+$/.test(text) && value >= item.min && value <= item.max;
  return (
    <tr>
      <th scope="row">{item.name}</th>
      <td>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (good) void w.act(w.client.call('fw.config', { name: item.name, value }));
          }}
        >
          <input
            className="mono firmware-value"
            aria-label={`Value of ${item.name}`}
            aria-invalid={!good}
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
          <button type="submit" className="button button-small" disabled={!good}>
            Set
          </button>
        </form>
      </td>
      <td className="dim">
        {`${item.min} to ${item.max} at ${hex(item.address, 8)}`}
        {item.pending === undefined ? '' : `; ${item.pending} is written with the boot`}
        {!booted && item.pending === undefined ? '; set now, it is written with the boot' : ''}
      </td>
    </tr>
  );
}

function Traces({ buffers }: { readonly buffers: Result<'fw.items'>['traceBuffers'] }) {
  return (
    <>
      <h3 className="section-title">Trace buffers</h3>
      {buffers.map((b) => (
        <Trace key={b.name} name={b.name} enabled={b.enabled} />
      ))}
    </>
  );
}

/** Characters of a log kept on the screen (chosen). */
const KEPT = 100_000;

function Trace({ name, enabled }: { readonly name: string; readonly enabled: boolean }) {
  const w = useWorkspace();
  const [log, setLog] = useState('');
  const read = async () => {
    const answer = await w.act(w.client.call('fw.log', { name }));
    if (answer === undefined) return;
    if (answer.text === '') useUi.getState().say('info', `${name} holds nothing new.`);
    setLog((before) => (before + answer.text).slice(-KEPT));
  };
  return (
    <section aria-label={`Trace buffer ${name}`}>
      <div className="firmware-choices">
        <label className="check">
          <input
            type="checkbox"
            checked={enabled}
            onChange={(e) => void w.act(w.client.call('fw.trace', { name, on: e.target.checked }))}
          />
          {name} is enabled
        </label>
        <button type="button" className="button button-small" disabled={!enabled} onClick={() => void read()}>
          Read {name}
        </button>
      </div>
      <pre className="mono firmware-log" role="log" aria-label={`What ${name} holds`} tabIndex={0}>
        {log === '' ? 'nothing read yet' : log}
      </pre>
    </section>
  );
}

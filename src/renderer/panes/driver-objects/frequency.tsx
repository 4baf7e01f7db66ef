/** The GPU's frequency over time as steps, with the same in a table; where the line is at the bottom the clock is off. */
import { useMemo, useState } from 'react';
import type { FrequencyView } from '../../../protocol/driver-views.ts';
import { usePoll } from '../../engine/context.tsx';
import { timeText } from '../../lib/format.ts';
import { Parts } from './row-table.tsx';

const MHZ = 1_000_000;
const WIDTH = 720;
const HEIGHT = 132;
/** Room for the axes: left of the steps, below and above them. */
const LEFT = 72;
const BOTTOM = 20;
const TOP = 8;
/** Parts of the time looked at, in ms; the last is all of it. */
const SPANS = [
  { title: 'all of it', ms: Infinity },
  { title: 'last second', ms: 1000 },
  { title: 'last 200 ms', ms: 200 },
] as const;

const megahertz = (hz: number): string => (hz === 0 ? 'off' : `${hz / MHZ} MHz`);

/** Steps of the span: the one that holds at its start, and those in it. */
function inSpan(changes: readonly FrequencyView[], fromNs: number): readonly FrequencyView[] {
  const before = changes.findLast((c) => c.timeNs <= fromNs);
  return [
    ...(before === undefined ? [] : [{ ...before, timeNs: fromNs }]),
    ...changes.filter((c) => c.timeNs > fromNs),
  ];
}

export function Frequency() {
  const { data } = usePoll('driver.frequency', {});
  const [span, setSpan] = useState(0);
  const ms = SPANS[span]?.ms ?? Infinity;
  const nowNs = data?.nowNs ?? 0;
  const changes = useMemo(() => data?.changes ?? [], [data]);
  const fromNs = Number.isFinite(ms) ? Math.max(0, nowNs - ms * MHZ) : (changes[0]?.timeNs ?? 0);
  const steps = useMemo(() => inSpan(changes, fromNs), [changes, fromNs]);
  if (changes.length === 0) return <p className="dim">No frequency yet: the driver is not bound.</p>;
  const most = Math.max(...changes.map((c) => c.hz), MHZ);
  const x = (ns: number): number => LEFT + ((ns - fromNs) / Math.max(1, nowNs - fromNs)) * (WIDTH - LEFT - 4);
  const y = (hz: number): number => HEIGHT - BOTTOM - (hz / most) * (HEIGHT - BOTTOM - TOP);
  const path = steps.map((s, i) => `${i === 0 ? 'M' : 'H'}${x(s.timeNs)}${i === 0 ? ' ' : 'V'}${y(s.hz)}`).join('');
  const marks = [...new Set([0, ...changes.map((c) => c.hz)])].toSorted((a, b) => a - b);
  const last = changes.at(-1);
  const summary = `GPU clock, ${SPANS[span]?.title ?? ''}: ${steps.length} steps, now ${megahertz(last?.hz ?? 0)}`;
  return (
    <figure className="frequency">
      <figcaption>
        GPU clock over time, now {megahertz(last?.hz ?? 0)}
        {last !== undefined && last.hz > 0 && ` at ${last.uv / 1000} mV`}
        <select aria-label="Time shown" value={span} onChange={(e) => setSpan(Number(e.target.value))}>
          {SPANS.map((s, i) => (
            <option key={s.title} value={i}>
              {s.title}
            </option>
          ))}
        </select>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        {marks.map((hz) => (
          <g key={hz}>
            <line className="frequency-grid" x1={LEFT} x2={WIDTH - 4} y1={y(hz)} y2={y(hz)} />
            <text x={LEFT - 6} y={y(hz) + 4} textAnchor="end">
              {megahertz(hz)}
            </text>
          </g>
        ))}
        <path className="frequency-line" d={`${path}H${x(nowNs)}`} />
        <text x={LEFT} y={HEIGHT - 4}>
          {timeText(fromNs)}
        </text>
        <text x={WIDTH - 4} y={HEIGHT - 4} textAnchor="end">
          {timeText(nowNs)}
        </text>
      </svg>
      <details>
        <summary>The same as a table</summary>
        <Parts
          caption="Frequency from an instant on"
          heads={['Since', 'Frequency', 'Voltage']}
          rows={steps.toReversed()}
          keyOf={(s) => String(s.timeNs)}
          renderCells={(s) => [timeText(s.timeNs), megahertz(s.hz), s.uv === 0 ? '–' : `${s.uv / 1000} mV`]}
        />
      </details>
    </figure>
  );
}

/**
 * The disassembly of a program: breakpoints in the gutter, where warps are, how often each instruction was executed
 * (as a number and as a shade), and the text as Mesa writes it. Double click, Enter or F9 sets a breakpoint.
 */
import { useMemo } from 'react';
import type { Result } from '../../../protocol/messages.ts';
import type { ShaderStop, ShaderTask } from '../../../protocol/shader-debug.ts';
import { aboutRow } from '../../../spec/valhall/about.ts';
import { disassembleWord } from '../../../spec/valhall/disassemble.ts';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { usePoll } from '../../engine/context.tsx';
import { countText, hexGroups } from '../../lib/format.ts';
import { useShader } from './actions.ts';
import { laneCount, warpsText, type WarpHere } from './values.ts';

interface Line {
  readonly index: number;
  readonly text: string;
  readonly word: string;
  readonly point: boolean;
  readonly stands: boolean;
  /** Warps whose active lanes are here, as words. */
  readonly warps: string;
  readonly count: number | undefined;
  readonly lanes: number;
  /** 0 to 1: share of the most executed instruction, on a scale of powers. */
  readonly heat: number;
}

export interface ListingProps {
  readonly program: string;
  readonly address: number | undefined;
  readonly tasks: readonly ShaderTask[];
  readonly stop: ShaderStop | undefined;
  readonly onToggle: (index: number) => void;
}

export function textsOf(words: Uint32Array): string[] {
  return Array.from({ length: words.length >> 1 }, (_, i) => disassembleWord(words[2 * i]!, words[2 * i + 1]!).text);
}

/** What an instruction does, in a line; undefined where there is none. */
function aboutAt(words: Uint32Array | undefined, index: number | undefined): string | undefined {
  if (words === undefined || index === undefined || 2 * index + 1 >= words.length) return undefined;
  const { row } = disassembleWord(words[2 * index]!, words[2 * index + 1]!);
  return row === undefined ? undefined : aboutRow(row);
}

export function Listing({ program, address, tasks, stop, onToggle }: ListingProps) {
  const { data: words } = usePoll('shaderdebug.words', { program });
  const { data: points } = usePoll('shaderdebug.list', {});
  const { data: counts } = usePoll('shaderdebug.counts', { program });
  const chosen = useShader((s) => s.cursor);
  const texts = useMemo(() => (words === undefined ? [] : textsOf(words)), [words]);
  const lines = linesOf(texts, words, points, counts, tasks, stop, program);
  const stands = stop?.program === program ? stop.index : undefined;
  const cursor = chosen ?? stands;
  const columns: Column<Line>[] = [
    {
      id: 'point',
      title: 'BP',
      width: 34,
      text: (l) => (l.point ? '●' : ''),
      render: (l) => (
        <button
          type="button"
          tabIndex={-1}
          className={l.point ? 'shader-break shader-break-on' : 'shader-break'}
          aria-label={`Breakpoint at instruction ${l.index}`}
          aria-pressed={l.point}
          onClick={(e) => {
            e.stopPropagation();
            onToggle(l.index);
          }}
        >
          {l.point ? '●' : '○'}
        </button>
      ),
    },
    { id: 'index', title: 'No.', width: 40, align: 'right', mono: true, text: (l) => String(l.index) },
    ...(counts?.on === true
      ? [
          {
            id: 'count',
            title: 'Runs',
            width: 64,
            align: 'right' as const,
            mono: true,
            text: (l: Line) => (l.count === undefined ? '' : `${countText(l.count)} × ${laneShare(l)}`),
            render: (l: Line) => (
              <span
                className="shader-heat"
                style={{ background: `color-mix(in srgb, var(--heat) ${Math.round(l.heat * 100)}%, transparent)` }}
                title={`${countText(l.count ?? 0)} times by warps, ${countText(l.lanes)} by lanes`}
              >
                {countText(l.count ?? 0)}
              </span>
            ),
          },
        ]
      : []),
    {
      id: 'warps',
      title: 'Warps',
      width: 92,
      text: (l) => `${l.stands ? '▶ ' : ''}${l.warps}`,
      render: (l) => (
        <span className={l.stands ? 'shader-stands' : undefined}>
          {l.stands && (
            <span role="img" aria-label="Stopped before this">
              {'▶ '}
            </span>
          )}
          {l.warps}
        </span>
      ),
    },
    {
      id: 'text',
      title: 'Instruction',
      width: 360,
      mono: true,
      text: (l) => l.text,
      render: (l) => <span title={aboutAt(words, l.index)}>{l.text}</span>,
    },
    { id: 'word', title: 'Word', width: 160, mono: true, text: (l) => l.word },
    ...(address === undefined
      ? []
      : [
          {
            id: 'address',
            title: 'Address',
            width: 130,
            mono: true,
            text: (l: Line) => hexGroups(address + l.index * 8, 48),
          },
        ]),
  ];
  return (
    <VirtualTable
      label="Disassembly of the shader"
      columns={columns}
      count={lines.length}
      rowAt={(i) => lines[i]}
      keyOf={(l) => l.index}
      selected={cursor}
      onSelect={(index) => useShader.setState({ cursor: index })}
      onActivate={(index) => onToggle(index)}
      rowClass={(l) => (l.stands ? 'shader-here' : '')}
      empty={<p className="dim">The program has no instructions.</p>}
      footer={
        <>
          <span>instructions; F9 sets a breakpoint</span>
          <span>{aboutAt(words, cursor)}</span>
        </>
      }
    />
  );
}

/** Lanes of an execution on average. */
function laneShare({ count, lanes }: Line): string {
  return count === undefined || count === 0 ? '0' : String(Math.round((lanes / count) * 10) / 10);
}

function linesOf(
  texts: readonly string[],
  words: Uint32Array | undefined,
  points: Result<'shaderdebug.list'> | undefined,
  counts: Result<'shaderdebug.counts'> | undefined,
  tasks: readonly ShaderTask[],
  stop: ShaderStop | undefined,
  program: string,
): Line[] {
  const broken = new Set(points?.filter((p) => p.breakpoint.program === program).map((p) => p.breakpoint.index));
  const here = new Map<number, WarpHere[]>();
  for (const task of tasks) {
    if (task.program !== program) continue;
    for (const w of task.warps) {
      if (w.active === 0 || w.alive === 0) continue;
      const found = { core: task.core, warp: w.warp, lanes: laneCount(w.active) };
      here.set(w.index, [...(here.get(w.index) ?? []), found]);
    }
  }
  const most = Math.max(1, ...(counts?.warps ?? []));
  return texts.map((text, index) => {
    const count = counts?.warps[index];
    return {
      index,
      text,
      word:
        words === undefined ? '' : hexGroups((BigInt(words[2 * index + 1]!) << 32n) | BigInt(words[2 * index]!), 64),
      point: broken.has(index),
      stands: stop?.state === 'stopped' && stop.program === program && stop.index === index,
      warps: warpsText(here.get(index) ?? [], tasks.length > 1),
      count,
      lanes: counts?.lanes[index] ?? 0,
      heat: count === undefined || count === 0 ? 0 : 0.12 + (0.88 * Math.log1p(count)) / Math.log1p(most),
    };
  });
}

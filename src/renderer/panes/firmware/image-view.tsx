/** The container of a firmware image: header, entries, problems with their offsets, and a map of the file. */
import type { Entry, Problem } from '../../../spec/firmware/image.ts';
import { sectionFlagsText } from '../../../spec/firmware/image-format.ts';
import { Facts } from '../../components/facts.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import type { ShownImage } from '../../engine/use-image.ts';
import { hex, hexGroups, plural, sizeText } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import { showBytes } from './state.ts';

export function ImageView({ image }: { readonly image: ShownImage }) {
  const { header, entries, problems, warnings } = image.inspection;
  return (
    <>
      <h2 className="section-title">{image.name}</h2>
      <Verdict problems={problems} warnings={warnings} />
      {header !== undefined && (
        <Facts
          label="Header"
          facts={[
            ['size', sizeText(image.bytes.length)],
            ['magic', hex(header.magic, 8), 'mono'],
            ['version', `${header.major}.${header.minor}`],
            ['version hash', hex(header.versionHash, 8), 'mono'],
            ['entry table', `0x14..${hex(header.size)}`, 'mono'],
          ]}
        />
      )}
      <h3 className="section-title">{plural(entries.length, 'entry', 'entries')}</h3>
      <EntryTable entries={entries} />
    </>
  );
}

function Verdict({
  problems,
  warnings,
}: {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}) {
  return (
    <>
      <p className={problems.length > 0 ? 'state-fault' : 'state-run'} role="status">
        {problems.length === 0
          ? 'The driver accepts this image.'
          : `The driver refuses this image: ${plural(problems.length, 'problem')}.`}
      </p>
      <ProblemList title="Problems" problems={problems} />
      <ProblemList title="Passed over by the driver" problems={warnings} />
    </>
  );
}

/** Bytes selected for a broken rule: a word, which is what nearly all fields are. */
const OFFENDING = 4;

function ProblemList({ title, problems }: { readonly title: string; readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return undefined;
  return (
    <ul className="problems" aria-label={title}>
      {problems.map((p) => (
        <li key={`${p.offset} ${p.id} ${p.rule}`}>
          <button
            type="button"
            className="link mono"
            title="Shows the bytes that break the rule"
            onClick={() => showBytes(p.offset, p.offset + OFFENDING)}
          >
            {hex(p.offset, 4)}
          </button>
          <span>
            {p.rule}. <span className="dim">{p.remedy}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function EntryTable({ entries }: { readonly entries: readonly Entry[] }) {
  const selection = useUi((s) => s.selection);
  return (
    <table className="entries" aria-label="Entries of the image">
      <thead>
        <tr>
          <th scope="col">Offset</th>
          <th scope="col">Entry</th>
          <th scope="col">Address</th>
          <th scope="col">Flags, range</th>
          <th scope="col">
            <span className="hidden-text">Bytes</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr
            key={entry.offset}
            aria-selected={selection?.kind === 'entry' && selection.offset === entry.offset ? true : undefined}
          >
            <td>
              <ObjectLink to={{ kind: 'entry', offset: entry.offset }}>{hex(entry.offset, 4)}</ObjectLink>
            </td>
            <td>
              {entry.kind === 'section' ? '' : `${KINDS[entry.kind]} `}
              <span className="mono">{nameOf(entry)}</span>
            </td>
            <td className="mono">{addressOf(entry)}</td>
            <td className="mono">{detailOf(entry)}</td>
            <td>
              <button
                type="button"
                className="link"
                aria-label={`Bytes of the entry at ${hex(entry.offset, 4)}`}
                onClick={() => showBytes(entry.offset, entry.offset + entry.length)}
              >
                bytes
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Short words for the kinds of entries that are no sections. */
const KINDS = {
  config: 'config',
  'trace-buffer': 'trace',
  timeline: 'timeline',
  'build-info': 'build',
  raw: 'raw',
} as const;

/** Digits of a commit that are shown, as git does. */
const SHA_DIGITS = 12;

function nameOf(entry: Entry): string {
  if (entry.kind === 'build-info') return entry.gitSha?.slice(0, SHA_DIGITS) ?? '';
  return entry.kind === 'raw' ? entry.typeName : entry.name;
}

const address = (value: number) => hexGroups(value, 32);

function addressOf(entry: Entry): string {
  if (entry.kind === 'section') return `${address(entry.vaStart)}..${address(entry.vaEnd)}`;
  if (entry.kind === 'config') return address(entry.address);
  return entry.kind === 'trace-buffer' ? address(entry.sizeAddress) : '';
}

function detailOf(entry: Entry): string {
  if (entry.kind === 'section') return `${sectionFlagsText(entry.flags)} ${sizeText(entry.data.length)}`;
  if (entry.kind === 'config') return `${entry.min}..${entry.max}`;
  if (entry.kind === 'trace-buffer') return plural(entry.traceEnableEntryCount, 'enable word');
  return sizeText(entry.length);
}

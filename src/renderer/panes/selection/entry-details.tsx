/** An entry of the firmware image: everything its container says about it. */
import { sectionFlagsText } from '../../../spec/firmware/image-format.ts';
import { Facts } from '../../components/facts.tsx';
import { useImage } from '../../engine/use-image.ts';
import { hex, sizeText } from '../../lib/format.ts';

const SKIPPED: ReadonlySet<string> = new Set(['data', 'payload', 'kind']);

export function EntryDetails({ offset }: { readonly offset: number }) {
  const { image } = useImage();
  const entry = image?.inspection.entries.find((e) => e.offset === offset);
  if (entry === undefined) return <p>The image has no entry at {hex(offset)}.</p>;
  const facts = Object.entries(entry)
    .filter(([name, value]) => !SKIPPED.has(name) && value !== undefined)
    .map(([name, value]) => [words(name), text(name, value), 'mono'] as const);
  return <Facts label={`Entry at ${hex(offset)}`} facts={facts} />;
}

/** `vaStart` as `va start`. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
}

function text(name: string, value: unknown): string {
  if (name === 'flags' && typeof value === 'number') return `${sectionFlagsText(value)} (${hex(value, 8)})`;
  if (name === 'length' && typeof value === 'number') return sizeText(value);
  if (typeof value === 'number') return hex(value);
  return value instanceof Uint8Array ? sizeText(value.length) : String(value);
}

/** Two images side by side: sections, entries, configuration, and functions where the symbols of both are known. */
import { useMemo } from 'react';
import { isElf } from '../../../formats/elf.ts';
import { functionDifferences } from '../../../spec/firmware/function-diff.ts';
import { imageDifferences, type Difference } from '../../../spec/firmware/image-diff.ts';
import { inspectImage } from '../../../spec/firmware/image.ts';
import { useImage, type ShownImage } from '../../engine/use-image.ts';
import { pickFile, type LocalFile } from '../../lib/files.ts';
import { plural } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { readSymbols, useFirmwareView } from './state.ts';

const SYMBOLS = '.json,.elf,.axf,application/json';

export function CompareView({ image }: { readonly image: ShownImage }) {
  const w = useWorkspace();
  const { symbols, otherSymbols } = useFirmwareView();
  const chosen = useFirmwareView((s) => s.other);
  // An opened file is compared with the image of the bench unless the person chose another one.
  const { bench, opened } = useImage();
  const other: LocalFile | undefined = chosen ?? (opened ? bench : undefined);
  const differences = useMemo(
    () => (other === undefined ? [] : compared(image, other, symbols, otherSymbols)),
    [image, other, symbols, otherSymbols],
  );
  const pick = async (accept: string, use: (file: LocalFile) => void) => {
    const file = await w.act(pickFile(accept));
    if (file !== undefined) await w.act(Promise.resolve(file).then(use));
  };
  return (
    <>
      <div className="firmware-choices">
        <button
          type="button"
          className="button"
          onClick={() => void pick('.bin', (file) => useFirmwareView.setState({ other: file }))}
        >
          Compare with…
        </button>
        <button
          type="button"
          className="button"
          onClick={() => void pick(SYMBOLS, (file) => useFirmwareView.setState({ symbols: readSymbols(file) }))}
        >
          Symbols of {image.name}…
        </button>
        <button
          type="button"
          className="button"
          disabled={other === undefined}
          onClick={() => void pick(SYMBOLS, (file) => useFirmwareView.setState({ otherSymbols: readSymbols(file) }))}
        >
          Symbols of {other?.name ?? 'the other'}…
        </button>
      </div>
      {other === undefined ? (
        <p className="dim">Choose an image to compare with {image.name}.</p>
      ) : (
        <>
          <p role="status">
            {differences.length === 0
              ? `${image.name} and ${other.name} mean the same.`
              : `${image.name} and ${other.name} differ in ${plural(differences.length, 'place')}.`}
          </p>
          <p className="dim">
            {symbols === undefined || otherSymbols === undefined
              ? 'Functions are compared when the symbols of both are known.'
              : `Functions compared: ${plural(symbols.length, 'symbol')} and ${plural(otherSymbols.length, 'symbol')}.`}
          </p>
          <Differences list={differences} left={image.name} right={other.name} />
        </>
      )}
    </>
  );
}

function compared(
  image: ShownImage,
  other: LocalFile,
  symbols: ReturnType<typeof readSymbols> | undefined,
  otherSymbols: ReturnType<typeof readSymbols> | undefined,
): readonly Difference[] {
  if (image.elf || isElf(other.bytes)) {
    return [
      { what: 'ELF files are no containers', a: image.elf ? 'ELF' : 'image', b: isElf(other.bytes) ? 'ELF' : 'image' },
    ];
  }
  const right = inspectImage(other.bytes);
  const found = imageDifferences(image.inspection, right);
  if (symbols === undefined || otherSymbols === undefined) return found;
  const functions = functionDifferences({ image: image.inspection, symbols }, { image: right, symbols: otherSymbols });
  return [...found, ...functions];
}

interface DifferencesProps {
  readonly list: readonly Difference[];
  readonly left: string;
  readonly right: string;
}

function Differences({ list, left, right }: DifferencesProps) {
  if (list.length === 0) return undefined;
  return (
    <table className="entries" aria-label="Differences">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">{left}</th>
          <th scope="col">{right}</th>
        </tr>
      </thead>
      <tbody>
        {list.map((d) => (
          <tr key={d.what}>
            <th scope="row">{d.what}</th>
            <td className="mono">{d.a ?? 'absent'}</td>
            <td className="mono">{d.b ?? 'absent'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

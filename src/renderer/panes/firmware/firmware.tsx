/**
 * The firmware: a file is opened or dropped here, checked in the page with every broken rule and its offset, and
 * loaded when the person says so. Without a file the image of the bench is shown. Below: what runs on the MCU.
 */
import { CircleStop, FolderOpen, Play, Power, RefreshCcw, RotateCcw, X } from 'lucide-react';
import { useState, type DragEvent } from 'react';
import { Empty } from '../../components/empty.tsx';
import { Facts } from '../../components/facts.tsx';
import { usePoll, useStatus } from '../../engine/context.tsx';
import { loadFirmware, openFirmware, useOpened } from '../../engine/firmware.ts';
import { boot } from '../../engine/actions.ts';
import { useImage, type ShownImage } from '../../engine/use-image.ts';
import { readFile } from '../../lib/files.ts';
import { sizeText } from '../../lib/format.ts';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { ElfView } from './elf-view.tsx';
import { ImageView } from './image-view.tsx';

export default function Firmware() {
  const w = useWorkspace();
  const { image, opened } = useImage();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) void w.act(readFile(file).then((f) => openFirmware(w, f)));
  };
  return (
    <div
      className={over ? 'firmware drop-here' : 'firmware'}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="pane-bar">
        <CommandTool id="firmware.open" icon={FolderOpen}>
          Open…
        </CommandTool>
        <span className="bar-line" />
        <CommandTool id="bench.boot" icon={Power} />
        <CommandTool id="mcu.start" icon={Play} />
        <CommandTool id="mcu.halt" icon={CircleStop} />
        <CommandTool id="mcu.reset" icon={RotateCcw} />
        <CommandTool id="bench.powerCycle" icon={RefreshCcw} />
      </div>
      <div className="pane-scroll" tabIndex={0} role="group" aria-label="Firmware image">
        <Running />
        {image === undefined ? (
          <Empty command="firmware.open">
            Open or drop a firmware image (mali_csffw.bin, an image of tyr fw build) or a linked ELF file.
          </Empty>
        ) : (
          <>
            {opened && <Load image={image} />}
            {image.elf ? <ElfView bytes={image.bytes} name={image.name} /> : <ImageView image={image} />}
          </>
        )}
      </div>
    </div>
  );
}

/** What the MCU runs, and what waits for the next power-cycle. */
function Running() {
  const status = useStatus();
  const state = usePoll('firmware.state', status === undefined || status.bare ? undefined : {}).data;
  if (status === undefined) return undefined;
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
          ...(state.pending === undefined
            ? []
            : [['waiting', `${state.pending}, taken at the next power-cycle`] as const]),
        ]}
      />
    </>
  );
}

/** The step from a file on the table to the bench. */
function Load({ image }: { readonly image: ShownImage }) {
  const w = useWorkspace();
  const status = useStatus();
  const { problems } = image.inspection;
  const close = () => useOpened.setState({ file: undefined });
  const load = async (andBoot: boolean) => {
    if (!(await loadFirmware(w, { name: image.name, bytes: image.bytes }))) return;
    close();
    if (!andBoot) return;
    const now = await w.live.ask();
    if (now?.booted === true) await w.act(w.client.call('bench.power-cycle', {}));
    await boot(w);
  };
  return (
    <div className="load-bar" role="group" aria-label="Load the image">
      <span>
        <strong>{image.name}</strong> is open, not loaded.
      </span>
      <button
        type="button"
        className="button button-primary"
        disabled={problems.length > 0}
        onClick={() => void load(true)}
      >
        Load and boot
      </button>
      <button type="button" className="button" disabled={problems.length > 0} onClick={() => void load(false)}>
        {status?.booted === true ? 'Load for the next power-cycle' : 'Load'}
      </button>
      <Tool icon={X} name={`Close ${image.name}`} onClick={close} />
    </div>
  );
}

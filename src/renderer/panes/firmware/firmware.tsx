/**
 * The firmware: a file is opened or dropped here, checked in the page with every broken rule and its offset, and
 * loaded when the person says so. Without a file the image of the bench is shown: as a container, byte by byte, on the
 * map of the MCU, beside another one; and what runs on the MCU.
 */
import { CircleStop, FolderOpen, Play, Power, RefreshCcw, RotateCcw, X } from 'lucide-react';
import { useEffect, useState, type DragEvent } from 'react';
import { isElf } from '../../../formats/elf.ts';
import { inspectImage } from '../../../spec/firmware/image.ts';
import { Empty } from '../../components/empty.tsx';
import { useStatus } from '../../engine/context.tsx';
import { loadFirmware, openFirmware, useOpened } from '../../engine/firmware.ts';
import { boot } from '../../engine/actions.ts';
import { useImage, type ShownImage } from '../../engine/use-image.ts';
import { readFile } from '../../lib/files.ts';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { Tabs } from '../../components/tabs.tsx';
import { BenchView } from './bench-view.tsx';
import { BytesView } from './bytes-view.tsx';
import { CompareView } from './compare-view.tsx';
import { ElfView } from './elf-view.tsx';
import { ImageView } from './image-view.tsx';
import { MapView } from './map-view.tsx';
import { FIRMWARE_TABS, useFirmwareView, type FirmwareTab } from './state.ts';

export default function Firmware() {
  const w = useWorkspace();
  const { image, opened } = useImage();
  const tab = useFirmwareView((s) => s.tab);
  const loading = useFirmwareView((s) => s.loading);
  useOpenedShown();
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
      {loading !== undefined && (
        <p className="firmware-loading" role="status">
          <progress value={loading.done} max={loading.of} aria-label="Loading the firmware" /> {loading.what}
        </p>
      )}
      {opened && image !== undefined && <Load image={image} />}
      <Tabs
        label="Parts of the firmware"
        tabs={FIRMWARE_TABS}
        shown={tab}
        onShow={(t) => useFirmwareView.setState({ tab: t })}
      >
        <div className="pane-scroll" tabIndex={0} role="group" aria-label="Firmware image">
          {tab === 'bench' ? <BenchView /> : <Part tab={tab} image={image} />}
        </div>
      </Tabs>
    </div>
  );
}

/** A file that was opened is looked at first; one with a broken rule shows its first problem's bytes selected. */
function useOpenedShown(): void {
  useEffect(
    () =>
      useOpened.subscribe(({ file }, before) => {
        if (file === undefined || file === before.file) return;
        const first = isElf(file.bytes) ? undefined : inspectImage(file.bytes).problems[0];
        const range = first === undefined ? undefined : { from: first.offset, to: first.offset + 1 };
        useFirmwareView.setState({ tab: 'image', range, symbols: undefined });
      }),
    [],
  );
}

function Part({ tab, image }: { readonly tab: FirmwareTab; readonly image: ShownImage | undefined }) {
  if (image === undefined) {
    return (
      <Empty command="firmware.open">
        Open or drop a firmware image (mali_csffw.bin, an image of tyr fw build) or a linked ELF file.
      </Empty>
    );
  }
  if (tab === 'compare') return <CompareView image={image} />;
  if (tab === 'bytes') return <BytesView image={image} />;
  if (image.elf) return <ElfView bytes={image.bytes} name={image.name} />;
  return tab === 'map' ? <MapView image={image} /> : <ImageView image={image} />;
}

/** The step from a file on the table to the bench. */
function Load({ image }: { readonly image: ShownImage }) {
  const w = useWorkspace();
  const status = useStatus();
  const { problems } = image.inspection;
  const close = () => useOpened.setState({ file: undefined });
  const load = async (andBoot: boolean) => {
    const of = andBoot ? 3 : 1;
    const step = (what: string, done: number) => useFirmwareView.setState({ loading: { what, done, of } });
    try {
      step(`handing ${image.name} to the bench`, 0);
      if (!(await loadFirmware(w, { name: image.name, bytes: image.bytes }))) return;
      close();
      useFirmwareView.setState({ tab: 'bench' });
      if (!andBoot) return;
      step('power-cycle', 1);
      const now = await w.live.ask();
      if (now?.booted === true) await w.act(w.client.call('bench.power-cycle', {}));
      step('boot', 2);
      await boot(w);
    } finally {
      useFirmwareView.setState({ loading: undefined });
    }
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

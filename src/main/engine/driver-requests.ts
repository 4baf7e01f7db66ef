/** Handlers of the `driver.*` requests and of the memory requests of a window (protocol/driver-views). */
import { UsageError } from '../../base/errors.ts';
import { boundDevice } from '../../driver/tyr/tyr.ts';
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import { viewRequests, type driverRequests } from '../../protocol/driver-views.ts';
import type { Input } from '../../protocol/inputs.ts';
import { PAGE_SIZE } from '../../spec/page-table.ts';
import type { z } from 'zod';
import { WRITABLE, debugFiles, debugText } from './driver-debugfs.ts';
import { fencesView } from './driver-fences.ts';
import { gemViews, groupViews, leafRuns, spaceViews, vmViews } from './driver-objects.ts';
import { interfaceViews, powerViews } from './driver-power.ts';
import { MemoryView, type Place } from './memory-view.ts';
import type { Timeline } from './timeline.ts';

/** Where the attributes of the device are. */
const SYS = 'sys/';

/** What the handlers need of the service. */
export interface DriverService {
  readonly history: Timeline;
  act(by: 'user' | 'script', what: string, inputs: readonly Input[]): void;
}

type Requests = typeof driverRequests;
type Handlers = {
  readonly [K in keyof Requests]: (
    service: DriverService,
    params: z.output<Requests[K]['params']>,
  ) => z.output<Requests[K]['result']>;
};

export const DRIVER_HANDLERS: Handlers = {
  'driver.objects': (s) => rows(s, gemViews),
  'driver.vms': (s) => rows(s, vmViews),
  'driver.leaves': (s, { vm: id, limit }) => {
    const vm = device(s)?.vms.get(id);
    if (vm === undefined) throw new UsageError(`there is no VM ${id}`);
    return leafRuns(vm, limit);
  },
  'driver.fences': (s) => {
    const found = device(s);
    return found === undefined ? { fences: [], syncobjs: [], waits: [] } : fencesView(found);
  },
  'driver.groups': (s) => rows(s, groupViews),
  'driver.spaces': (s) => spaceViews(s.history.engine.board.machine, device(s)),
  'driver.power': (s) => powerViews(s.history.engine.board, device(s)),
  'driver.interface': (s) => rows(s, interfaceViews),
  'driver.frequency': (s) => ({
    nowNs: s.history.engine.now,
    changes: (device(s)?.devfreq.history ?? []).map((change) => ({ ...change })),
  }),
  'driver.files': (s) => debugFiles(device(s)),
  'driver.file': (s, { path }) => {
    const found = device(s);
    if (found === undefined) throw new UsageError('no driver is bound');
    return { path, text: debugText(s.history.engine.board, found, path), writable: WRITABLE.has(path) };
  },
  'driver.write': (s, { path, value }) => {
    if (!path.startsWith(SYS)) throw new UsageError(`${path} cannot be written; only files of ${SYS} can`);
    return { result: s.history.apply({ kind: 'sysfs-write', path: path.slice(SYS.length), value }).result };
  },
  'memory.view': (s, { length, ...place }) => view(s).read(place, length),
  'memory.walk': (s, place) => view(s).walk(place),
  'memory.find': (s, { length, pattern, backwards, ...place }) => view(s).find(place, length, pattern, backwards),
  'memory.edit': (s, { bytes, ...place }) => {
    s.act('user', `write memory at 0x${place.address.toString(16)}`, writes(view(s), place, bytes));
  },
};

/** Answered while the MCU is stopped inside a driver call, and followed by no `changed`. */
export const DRIVER_LOOKS: ReadonlySet<string> = new Set(Object.keys(viewRequests));

/** The device, once it is bound: before, its parts are still being made. */
function device(s: DriverService): TyrDevice | undefined {
  return boundDevice(s.history.engine.kernel);
}

function rows<T>(s: DriverService, make: (device: TyrDevice) => T[]): T[] {
  const found = device(s);
  return found === undefined ? [] : make(found);
}

function view(s: DriverService): MemoryView {
  return new MemoryView(s.history.engine);
}

/** An edit as inputs, page by page, each at its physical address. UsageError where nothing is mapped. */
function writes(memory: MemoryView, place: Place, bytes: Uint8Array): Input[] {
  const out: Input[] = [];
  for (let done = 0; done < bytes.length;) {
    const address = place.address + done;
    const size = Math.min(bytes.length - done, PAGE_SIZE - (address % PAGE_SIZE));
    const pa = memory.physical({ ...place, address });
    if (pa < 0 || memory.read({ space: 'physical', number: 0, address: pa }, size).length === 0) {
      throw new UsageError(`0x${address.toString(16)} is not memory that can be written`);
    }
    const part = bytes.slice(done, done + size);
    out.push({ kind: 'memory-write', space: 'physical', as: 0, address: pa, bytes: part });
    done += size;
  }
  return out;
}

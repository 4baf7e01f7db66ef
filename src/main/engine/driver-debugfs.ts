/**
 * Everything the driver and the kernel around it hold, as text files: what debugfs, sysfs and /proc/PID/fdinfo show of
 * such a device, and the parts of the driver upstream has no file for. Rendered from the live objects when asked.
 */
import { ATTRIBUTES } from '../../driver/tyr/sysfs.ts';
import { fdinfo } from '../../driver/tyr/fdinfo.ts';
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import { UsageError } from '../../base/errors.ts';
import type { Board } from './board.ts';
import { fencesView } from './driver-fences.ts';
import { gemViews, groupViews, leafRuns, spaceViews, vmViews } from './driver-objects.ts';
import { interfaceViews, powerViews } from './driver-power.ts';

interface Sources {
  readonly board: Board;
  readonly device: TyrDevice;
}
type Render = (sources: Sources) => string;

const hex = (value: number): string => `0x${value.toString(16)}`;
const MS = 1_000_000;
/** Runs of leaves written of one VM (chosen). */
const MOST_RUNS = 2000;

/** Columns under their heads, as wide as their widest cell. */
function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const all = [heads, ...rows.map((r) => r.map(String))];
  const widths = heads.map((_, i) => Math.max(...all.map((r) => (r[i] ?? '').length)));
  return all
    .map((r) =>
      r
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const pairs = (rows: readonly (readonly [string, string | number])[]): string =>
  rows.map(([key, value]) => `${key}: ${value}`).join('\n');

const access = (m: { readOnly: boolean; noExec: boolean; uncached?: boolean; sparse?: boolean }): string =>
  `r${m.readOnly ? '-' : 'w'}${m.noExec ? '-' : 'x'}${m.uncached === true ? ' uncached' : ''}${m.sparse === true ? ' sparse' : ''}`;

const power = ({ board, device }: Sources, ...kinds: readonly string[]): string =>
  table(
    ['name', 'state', 'value'],
    powerViews(board, device)
      .filter((p) => kinds.includes(p.kind))
      .map((p) => [p.name, p.state, p.value]),
  );

const FILES: Readonly<Record<string, Render>> = {
  'dri/0/name': ({ device }) => {
    const { name, major, minor, patchlevel, desc } = device.drm.driver.info;
    return `${name} dev=${device.dev.name} ${major}.${minor}.${patchlevel} "${desc}"`;
  },
  'dri/0/clients': ({ device }) =>
    table(
      ['command', 'pid', 'id', 'node', 'master', 'name', 'objects', 'syncobjs', 'VMs', 'groups'],
      device.drm.openFiles.map((f) => [
        f.client.comm,
        f.client.pid,
        f.id,
        f.node,
        f.isMaster ? 'y' : 'n',
        f.clientName,
        f.objects.list().length,
        f.syncobjs.list().length,
        f.driverData.vms.list().length,
        f.driverData.groups.list().length,
      ]),
    ),
  'dri/0/gems': ({ device }) =>
    table(
      ['id', 'refs', 'size', 'resident', 'flags', 'VM', 'handles', 'mappings', 'label'],
      gemViews(device).map((o) => [
        o.id,
        o.refs,
        o.size,
        o.resident ? o.size : 0,
        hex(o.flags),
        o.exclusiveVm === 0 ? '-' : o.exclusiveVm,
        o.owners.map((w) => `${w.comm}:${w.handle}`).join(',') || 'driver',
        o.mappings.length,
        o.label ?? '',
      ]),
    ),
  'dri/0/gpuvas': ({ device }) =>
    vmViews(device)
      .map((vm) => {
        const rows = vm.mappings.map((m) => [
          hex(m.va),
          hex(m.va + m.size),
          hex(m.size),
          m.object ?? '-',
          hex(m.offset),
          access(m),
          m.label ?? '',
        ]);
        const heads = ['start', 'end', 'size', 'object', 'offset', 'access', 'label'];
        return `VM ${vm.id}${vm.forMcu ? ' (MCU)' : ''}, ${vm.vaBits} bits, AS ${vm.as ?? '-'} ${vm.problems.join(' ')}\n${table(heads, rows)}`;
      })
      .join('\n\n'),
  'dri/0/page_tables': ({ device }) =>
    [...device.vms.values()]
      .map((vm) => {
        const { runs, total } = leafRuns(vm, MOST_RUNS);
        const rows = runs.map((l) => [hex(l.va), hex(l.pa), hex(l.size), l.count, l.level, access(l), l.attrIndex]);
        const heads = ['va', 'pa', 'size', 'leaves', 'level', 'access', 'attr'];
        const head = `VM ${vm.id}, root ${hex(vm.table.ttbr)}, ${vm.table.tableCount} tables, ${total} runs`;
        return `${head}\n${table(heads, rows)}`;
      })
      .join('\n\n'),
  'dri/0/groups': ({ device }) =>
    groupViews(device)
      .map((g) => {
        const heads = ['queue', 'priority', 'ring', 'insert', 'extract', 'seqno', 'in flight', 'waiting', 'blocked'];
        const rows = g.queues.map((q) => [
          q.index,
          q.priority,
          hex(q.ringVa),
          q.insert,
          q.extract,
          q.seqno,
          q.inFlight,
          q.waiting,
          q.blocked,
        ]);
        const head = `group ${g.id} (${g.owner}) VM ${g.vm} priority ${g.priority} ${g.state} ${g.list} ${g.flags.join(', ')}`;
        return `${head.trimEnd()}\n${table(heads, rows)}`;
      })
      .join('\n\n'),
  'dri/0/sched': ({ device }) => {
    const { sched } = device;
    const state = sched.save();
    const lists = (name: string, of: readonly (readonly number[])[]): string =>
      of.map((ids, priority) => `${name}[${priority}]: ${ids.join(' ') || '-'}`).join('\n');
    const slots = state.slots.map((s, i) => [i, s.group < 0 ? '-' : s.group, s.priority]);
    return [
      pairs([
        ['last tick', `${state.lastTick} ns`],
        ['next tick', state.target === undefined ? '-' : String(state.target)],
        ['holds the device on', String(state.hasRef)],
        ['reset in progress', String(state.resetInProgress)],
        ['resets', device.reset.count],
        ['waiting for sync objects', state.waiting.join(' ') || '-'],
      ]),
      lists('runnable', state.runnable),
      lists('idle', state.idle),
      table(['slot', 'group', 'priority'], slots),
    ].join('\n\n');
  },
  'dri/0/address_spaces': ({ board, device }) =>
    table(
      ['AS', 'VM', 'uses', 'root', 'mode', 'bits', 'fault', 'locked'],
      spaceViews(board.machine, device).map((s) => [
        s.slot,
        s.vm ?? '-',
        s.active,
        hex(s.root),
        s.mode,
        s.vaBits ?? '-',
        s.faulted ? 'unhandled' : '-',
        s.lockedVa === undefined ? '-' : `${hex(s.lockedVa)}+${hex(s.lockedSize ?? 0)}`,
      ]),
    ),
  'dri/0/heaps': ({ device }) =>
    table(
      ['VM', 'heap', 'context', 'chunk size', 'chunks', 'most', 'in flight', 'newest first'],
      [...device.vms.values()].flatMap((vm) =>
        (device.heaps.find(vm)?.list ?? []).map((h) => [
          vm.id,
          h.id,
          hex(h.contextVa),
          h.config.chunkSize,
          h.chunks.length,
          h.config.maxChunks,
          h.config.targetInFlight,
          h.chunks.map(hex).join(' '),
        ]),
      ),
    ),
  'dri/0/fences': ({ device }) => {
    const { fences, syncobjs, waits } = fencesView(device);
    return [
      table(
        ['fence', 'kind', 'context', 'seqno', 'of', 'waits for', 'tells'],
        fences.map((f) => [f.id, f.kind, f.context, f.seqno, f.of, f.members.join(' '), f.waiters.join(', ')]),
      ),
      table(
        ['syncobj', 'refs', 'state', 'signalled', 'submitted', 'handles'],
        syncobjs.map((s) => [
          s.id,
          s.refs,
          s.state,
          s.signalled,
          s.submitted,
          s.owners.map((o) => `${o.comm}:${o.handle}`).join(','),
        ]),
      ),
      table(
        ['call', 'pid', 'kind', 'for'],
        waits.map((w) => [w.id, w.pid, w.kind, w.items.map((i) => `syncobj ${i.syncobj}:${i.point}`).join(', ')]),
      ),
    ].join('\n\n');
  },
  'dri/0/firmware': ({ device }) => {
    if (!device.fw.isBooted) return 'not booted';
    const { glb } = device.fw;
    const size = glb.layout.perfcntSize;
    return [
      pairs([
        ['groups', glb.groups.length],
        ['streams per group', glb.streamCount],
        ['stream features', hex(glb.csFeatures)],
        ['counter block', `${(size & 0xffff) * 256} bytes of hardware, ${(size >>> 16) * 256} bytes of firmware`],
      ]),
      table(
        ['block', 'words', 'request', 'acknowledge', 'differ'],
        interfaceViews(device).map((w) => [w.block, w.name, hex(w.req), hex(w.ack), hex((w.req ^ w.ack) >>> 0)]),
      ),
    ].join('\n\n');
  },
  'dri/0/memory': ({ device }) => {
    const owners = [...device.kernel.dma.owners()].toSorted((a, b) => b[1] - a[1]);
    return `${device.kernel.dma.pagesUsed} pages in use\n${table(
      ['pages', 'owner'],
      owners.map(([o, n]) => [n, o]),
    )}`;
  },
  'clk/clk_summary': (s) => power(s, 'clock'),
  'regulator/regulator_summary': (s) => power(s, 'supply'),
  'pm_genpd/pm_genpd_summary': (s) => power(s, 'domain', 'runtime PM'),
  'devfreq/devfreq_summary': (s) => power(s, 'devfreq', 'point'),
  'devfreq/history': ({ device }) =>
    table(
      ['since ms', 'MHz', 'mV'],
      device.devfreq.history.map((h) => [h.timeNs / MS, h.hz === 0 ? 'off' : h.hz / 1_000_000, h.uv / 1000]),
    ),
};

/** Paths there are now: one fdinfo for each open file. */
export function debugFiles(device: TyrDevice | undefined): string[] {
  if (device === undefined) return [];
  return [
    ...Object.keys(FILES).map((path) => `debug/${path}`),
    ...ATTRIBUTES.map(({ path }) => `sys/${path}`),
    ...device.drm.openFiles.map((f) => `proc/${f.client.pid}/fdinfo`),
  ];
}

/** The text of a file. UsageError for a path there is not. */
export function debugText(board: Board, device: TyrDevice, path: string): string {
  const [root = '', ...rest] = path.split('/');
  const name = rest.join('/');
  const render = root === 'debug' ? FILES[name] : undefined;
  if (render !== undefined) return render({ board, device });
  const attribute = root === 'sys' ? ATTRIBUTES.find((a) => a.path === name) : undefined;
  if (attribute !== undefined) return attribute.read(device);
  const file = root === 'proc' ? device.drm.openFiles.find((f) => `${f.client.pid}/fdinfo` === name) : undefined;
  if (file !== undefined)
    return fdinfo(file)
      .map(([key, value]) => `${key}:\t${value}`)
      .join('\n');
  throw new UsageError(`there is no file ${path}`);
}

/** Attributes that can be written. */
export const WRITABLE: ReadonlySet<string> = new Set(
  ATTRIBUTES.filter((a) => a.write !== undefined).map(({ path }) => `sys/${path}`),
);

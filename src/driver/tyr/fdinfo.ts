/**
 * What /proc/PID/fdinfo of an open file shows (Panthor `panthor_drv.c`, `panthor_gem.c`; keys of the kernel's
 * drm-usage-stats): time and cycles of its jobs as far as profiling is on, frequencies, memory.
 */
import type { DrmFile } from '../drm/file.ts';
import { SEC } from '../kernel/time.ts';
import type { TyrDevice } from './driver.ts';
import type { TyrFile } from './file.ts';
import { Bo } from './gem.ts';

/** Key and value of each line. Groups that are gone no longer count (chosen). */
export function fdinfo(file: DrmFile<TyrDevice, TyrFile>): readonly (readonly [key: string, value: string])[] {
  const { device, groups } = file.driverData;
  const queues = groups.list().flatMap(([, group]) => group.queues);
  const ticks = queues.reduce((sum, q) => sum + q.spent.ticks, 0);
  const cycles = queues.reduce((sum, q) => sum + q.spent.cycles, 0);
  const bos = file.objects.list().flatMap(([, object]) => (object instanceof Bo ? [object] : []));
  const kib = (list: readonly Bo[]): string => `${list.reduce((sum, bo) => sum + bo.size, 0) / 1024} KiB`;
  const resident = bos.filter((bo) => bo.hasPages);
  const ns = Math.floor((ticks * SEC) / device.kernel.platform.timerHz);
  return [
    ['drm-driver', 'panthor'],
    ['drm-client-id', String(file.id)],
    ...(file.clientName === '' ? [] : [['drm-client-name', file.clientName] as const]),
    ['drm-engine-panthor', `${ns} ns`],
    ['drm-cycles-panthor', String(cycles)],
    ['drm-maxfreq-panthor', `${device.devfreq.opps.fastest.hz} Hz`],
    ['drm-curfreq-panthor', `${device.devfreq.rate} Hz`],
    ['drm-total-memory', kib(bos)],
    ['drm-shared-memory', kib(bos.filter((bo) => bo.handleCount > 1))],
    ['drm-resident-memory', kib(resident)],
    ['drm-active-memory', kib(bos.filter((bo) => bo.resv.pending('BOOKKEEP').length > 0))],
  ];
}

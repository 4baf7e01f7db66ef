/**
 * Attributes of the device under /sys (drivers/base/power/sysfs.c, devfreq.c, Panthor `panthor_drv.c`): runtime power
 * management, frequency scaling and the switch for job profiling. The text of an attribute ends without a newline.
 */
import { KernelError, ensure, fail } from '../kernel/errno.ts';
import { MSEC } from '../kernel/time.ts';
import type { TyrDevice } from './driver.ts';

export interface Attribute {
  readonly path: string;
  read(device: TyrDevice): string;
  /** KernelError EINVAL for a value it does not know. Absent: read-only. */
  write?(device: TyrDevice, value: string): void;
}

/** Bits of `profiling`. */
const MAX_PROFILING = 3;

/** A number as kstrtouint takes it. KernelError EINVAL. */
function unsigned(text: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  return value <= 0xffff_ffff ? value : fail('EINVAL', `"${text}" is no unsigned number`);
}

export const ATTRIBUTES: readonly Attribute[] = [
  {
    path: 'profiling',
    read: (d) => String(d.profiling),
    write: (d, value) => {
      const bits = unsigned(value);
      ensure(bits <= MAX_PROFILING, 'EINVAL', `profiling is 0..${MAX_PROFILING}: cycles 1, timestamps 2`);
      d.profiling = bits;
    },
  },
  {
    path: 'power/control',
    read: (d) => (d.pm?.isForbidden === true ? 'on' : 'auto'),
    write: (d, value) => {
      ensure(value === 'on' || value === 'auto', 'EINVAL', `power/control is on or auto, not "${value}"`);
      d.pm?.forbid(value === 'on');
    },
  },
  { path: 'power/runtime_status', read: (d) => d.pm?.state.toLowerCase() ?? 'unsupported' },
  { path: 'power/runtime_usage', read: (d) => String(d.pm?.useCount ?? 0) },
  { path: 'power/autosuspend_delay_ms', read: (d) => String((d.pm?.delay ?? 0) / MSEC) },
  { path: 'devfreq/governor', read: () => 'simple_ondemand' },
  { path: 'devfreq/cur_freq', read: (d) => String(d.devfreq.rate) },
  { path: 'devfreq/min_freq', read: (d) => String(d.devfreq.opps.points[0]?.hz ?? 0) },
  { path: 'devfreq/max_freq', read: (d) => String(d.devfreq.opps.fastest.hz) },
  { path: 'devfreq/polling_interval', read: (d) => String(d.devfreq.polling / MSEC) },
  { path: 'devfreq/available_frequencies', read: (d) => d.devfreq.opps.points.map((p) => p.hz).join(' ') },
];

/** Writes an attribute in process context. KernelError ENOENT, EACCES for what cannot be written, EINVAL. */
export function writeAttribute(device: TyrDevice, path: string, value: string): void {
  const attribute = ATTRIBUTES.find((a) => a.path === path) ?? fail('ENOENT', `no attribute ${path}`);
  const write = attribute.write ?? fail('EACCES', `${path} is read-only`);
  try {
    write(device, value.trim());
  } catch (error) {
    if (error instanceof KernelError) device.log.debug(`write to ${path}: ${error.message}`);
    throw error;
  }
}

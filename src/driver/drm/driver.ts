/**
 * What a DRM driver tells the core (struct drm_driver; Rust `drm::Driver`). `Data` is the registration data: what
 * lives as long as user space can see the device. `FileData` is what the driver keeps per open file.
 */
import type { Plain } from '../../base/stateful.ts';
import type { MmapFlags } from '../kernel/char-device.ts';
import type { UserBacking } from '../kernel/uaccess.ts';
import type { DrmDevice } from './device.ts';
import type { DrmFile } from './file.ts';
import type { GemObject } from './gem.ts';
import type { DriverIoctls } from './ioctl.ts';

export type DrmFeature = 'RENDER' | 'GEM' | 'SYNCOBJ' | 'SYNCOBJ_TIMELINE' | 'GEM_GPUVA' | 'MODESET' | 'ATOMIC';

/** DRM_IOCTL_VERSION. */
export interface DriverInfo {
  readonly major: number;
  readonly minor: number;
  readonly patchlevel: number;
  readonly name: string;
  readonly desc: string;
}

export interface DrmDriver<Data = unknown, FileData = unknown> {
  readonly info: DriverInfo;
  readonly features: ReadonlySet<DrmFeature>;
  readonly ioctls: DriverIoctls<Data, FileData>;
  /** A file was opened. KernelError refuses it. */
  open(dev: DrmDevice<Data, FileData>, file: DrmFile<Data, FileData>): FileData;
  /** The file is closed; its handles are gone already. */
  postclose(dev: DrmDevice<Data, FileData>, file: DrmFile<Data, FileData>): void;
  /** Looks at an mmap before GEM does; undefined leaves it to GEM. */
  mmap?(file: DrmFile<Data, FileData>, offset: number, length: number, flags: MmapFlags): UserBacking | undefined;
  /** A mapping that `mmap` made, again from its id. */
  restoreMapping?(file: DrmFile<Data, FileData>, id: string): UserBacking | undefined;
  /** Saved form of what `open` returned, and back. */
  saveFile?(data: FileData): Plain;
  loadFile?(dev: DrmDevice<Data, FileData>, file: DrmFile<Data, FileData>, state: Plain): FileData;
  /** Makes an object again from what its `save` returned. */
  restoreObject?(dev: DrmDevice<Data, FileData>, id: number, state: Plain): GemObject;
}

/**
 * The driver's ioctl table and what the DRM core needs of it (Tyr `driver.rs`, Panthor `panthor_drv.c`).
 */
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { DrmDriver } from '../drm/driver.ts';
import { driverIoctls, handle } from '../drm/ioctl.ts';
import type { TyrDevice } from './driver.ts';
import { TyrFile } from './file.ts';
import { Bo } from './gem.ts';
import type { BoState } from './gem.ts';
import { groupCreate, groupDestroy, groupGetState, groupSubmit } from './ioctls-group.ts';
import {
  boCreate,
  boMmapOffset,
  boQueryInfo,
  boSetLabel,
  boSync,
  heapCreate,
  heapDestroy,
  setUserMmioOffset,
  vmBind,
  vmCreate,
  vmDestroy,
  vmGetState,
} from './ioctls-memory.ts';
import { devQuery } from './ioctls-query.ts';

export const drmDriver: DrmDriver<TyrDevice, TyrFile> = {
  info: { major: 1, minor: 9, patchlevel: 0, name: 'panthor', desc: 'ARM Mali Tyr DRM driver' },
  features: new Set(['RENDER', 'GEM', 'SYNCOBJ', 'SYNCOBJ_TIMELINE', 'GEM_GPUVA']),
  ioctls: driverIoctls<TyrDevice, TyrFile>([
    handle(PANTHOR_IOCTLS.DEV_QUERY, devQuery),
    handle(PANTHOR_IOCTLS.VM_CREATE, vmCreate),
    handle(PANTHOR_IOCTLS.VM_DESTROY, vmDestroy),
    handle(PANTHOR_IOCTLS.VM_BIND, vmBind),
    handle(PANTHOR_IOCTLS.VM_GET_STATE, vmGetState),
    handle(PANTHOR_IOCTLS.BO_CREATE, boCreate),
    handle(PANTHOR_IOCTLS.BO_MMAP_OFFSET, boMmapOffset),
    handle(PANTHOR_IOCTLS.GROUP_CREATE, groupCreate),
    handle(PANTHOR_IOCTLS.GROUP_DESTROY, groupDestroy),
    handle(PANTHOR_IOCTLS.GROUP_SUBMIT, groupSubmit),
    handle(PANTHOR_IOCTLS.GROUP_GET_STATE, groupGetState),
    handle(PANTHOR_IOCTLS.TILER_HEAP_CREATE, heapCreate),
    handle(PANTHOR_IOCTLS.TILER_HEAP_DESTROY, heapDestroy),
    handle(PANTHOR_IOCTLS.BO_SET_LABEL, boSetLabel),
    handle(PANTHOR_IOCTLS.SET_USER_MMIO_OFFSET, setUserMmioOffset),
    handle(PANTHOR_IOCTLS.BO_SYNC, boSync),
    handle(PANTHOR_IOCTLS.BO_QUERY_INFO, boQueryInfo),
  ]),
  open: (dev, file) => new TyrFile(dev.data, file),
  postclose: (_dev, file) => file.driverData.destroy(),
  mmap: (file, offset, length, flags) => file.driverData.mmap(offset, length, flags),
  saveFile: (data) => data.save(),
  loadFile: (dev, file, state) => {
    const own = new TyrFile(dev.data, file);
    dev.data.restoring.push([own, state]);
    return own;
  },
  restoreObject: (dev, id, state) => {
    const saved = state as unknown as BoState;
    const { vms, orphanResvs } = dev.data;
    return Bo.restore(dev, id, saved, vms.get(saved.vm)?.resv ?? orphanResvs.get(saved.vm));
  },
};

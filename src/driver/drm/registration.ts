/**
 * Registration of a DRM device (Rust `drm::Registration`): from here on user space sees it; disposing unplugs it.
 */
import type { Disposable } from '../../base/disposable.ts';
import { DisposableStack } from '../../base/disposable.ts';
import type { DrmDevice, NodeKind } from './device.ts';

export class Registration<Data, FileData> implements Disposable {
  readonly dev: DrmDevice<Data, FileData>;
  private readonly nodes = new DisposableStack();

  /** `dev` must not be registered. Nodes: `dri/card<N>`, and `dri/renderD<128+N>` with the RENDER feature. */
  constructor(dev: DrmDevice<Data, FileData>, data: Data) {
    this.dev = dev;
    dev.publish(data);
    const { nodes } = dev.kernel;
    const add = (path: string, node: NodeKind): void => {
      this.nodes.use(nodes.add(path, { open: (client) => dev.open(client, node), file: (id) => dev.file(id) }));
    };
    add(`dri/card${dev.minor}`, 'primary');
    if (dev.driver.features.has('RENDER')) {
      add(`dri/renderD${128 + dev.minor}`, 'render');
    }
    const { name, major, minor, patchlevel } = dev.driver.info;
    dev.log.info(`[drm] Initialized ${name} ${major}.${minor}.${patchlevel} on minor ${dev.minor}`);
  }

  /** drm_dev_unplug: nodes go, every later call gets ENODEV. */
  dispose(): void {
    this.nodes.dispose();
    this.dev.unplug();
  }
}

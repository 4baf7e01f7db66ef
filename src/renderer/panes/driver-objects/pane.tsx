/** The Driver Objects pane: everything the driver holds, looked up in the live objects at each change. */
import type { ComponentType } from 'react';
import { Empty } from '../../components/empty.tsx';
import { useStatus } from '../../engine/context.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { FencesTab, SyncobjsTab } from './fences-tab.tsx';
import { FilesTab } from './files-tab.tsx';
import { GroupsTab } from './groups-tab.tsx';
import { InterfaceTab, PowerTab, SpacesTab } from './hardware-tabs.tsx';
import { ObjectsTab, VmsTab } from './objects-tab.tsx';
import { TABS, showTab, useObjects, type Tab } from './state.ts';

const VIEWS: Readonly<Record<Tab, ComponentType>> = {
  objects: ObjectsTab,
  vms: VmsTab,
  groups: GroupsTab,
  fences: FencesTab,
  syncobjs: SyncobjsTab,
  spaces: SpacesTab,
  power: PowerTab,
  interface: InterfaceTab,
  files: FilesTab,
};

export default function DriverObjectsPane() {
  const status = useStatus();
  const tab = useObjects((s) => s.tab);
  if (status === undefined || !status.powered) {
    return <Empty command="bench.boot">There is no machine yet. Boot the demo to see what its driver holds.</Empty>;
  }
  const View = VIEWS[tab];
  return (
    <div className="pane objects">
      <Tabs label="Kinds of driver objects" tabs={TABS} shown={tab} onShow={showTab}>
        <View />
      </Tabs>
    </div>
  );
}

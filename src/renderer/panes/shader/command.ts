/** From a job to the command that issued it: its rows in the log. */
import type { Workspace } from '../../workspace.ts';
import { showLog } from '../access-log/state.ts';

/** Shows what the session has of the command at an address of a stream. */
export function showCommand(w: Workspace, address: number): void {
  const columns = "seq, time_ns, group_id, queue, printf('0x%x', pc) AS pc, opcode, detail";
  showLog({ pane: 'log', sql: `SELECT ${columns} FROM cs_event WHERE pc = ${address} ORDER BY seq` });
  w.layout.show('log');
}

/**
 * What a session records, as plain rows. The engine produces them through its `Recorder`, the session stores
 * them, hosts show them; docs/session-format.md lists the tables behind them.
 *
 * Times are integer nanoseconds of virtual time. `seq` numbers all rows of a session in the order they came.
 */

/** Names of the views of a session, in the order of docs/session-format.md. */
export const VIEW_NAMES = [
  'session_info',
  'register_access',
  'job',
  'cs_event',
  'mcu_event',
  'irq',
  'fence',
  'driver_log',
  'ioctl',
  'input',
  'snapshot',
  'blob',
  'note',
] as const;

/** Who made a register access. The index is what the store keeps. */
export const INITIATORS = ['driver', 'user', 'mcu', 'script'] as const;
export type Initiator = (typeof INITIATORS)[number];

/**
 * Register accesses are the bulk of a session and travel as 8 Int32 words each:
 * seq, time low, time high, meta, offset, value, old value, cause.
 */
export const ACCESS_WORDS = 8;
/** `meta`: initiator [1:0], write [2], MCU space [3], width in bytes [7:4], branch [31:8]. */
export function packMeta(initiator: number, write: boolean, mcuSpace: boolean, width: number, branch: number): number {
  return initiator | (write ? 4 : 0) | (mcuSpace ? 8 : 0) | (width << 4) | (branch << 8);
}

export interface InputRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly branch: number;
  readonly kind: string;
  /** JSON of the input; byte strings above a few hundred bytes are blobs named by hash. */
  readonly payload: string;
}

export interface JobRow {
  readonly id: number;
  readonly groupId: number;
  readonly queue: number;
  readonly submittedNs: number;
  readonly startedNs: number | undefined;
  readonly finishedNs: number | undefined;
  readonly streamVa: number;
  readonly streamSize: number;
  readonly status: string;
  readonly fault: string | undefined;
}

export interface CsEventRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly groupId: number;
  readonly queue: number;
  readonly pc: number;
  readonly opcode: string;
  readonly detail: string;
}

export interface McuEventRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly kind: string;
  readonly pc: number;
  readonly detail: string;
}

export interface IrqRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly line: string;
  readonly raised: boolean;
  readonly status: number;
}

export interface FenceRow {
  readonly id: number;
  readonly kind: string;
  readonly point: number;
  readonly createdNs: number;
  readonly signalledNs: number | undefined;
  readonly cause: string;
}

export interface DriverLogRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly level: string;
  readonly source: string;
  readonly message: string;
}

export interface IoctlRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly client: number;
  readonly name: string;
  readonly result: number;
  readonly args: string;
}

export interface SnapshotRow {
  readonly id: number;
  readonly timeNs: number;
  readonly branch: number;
  readonly label: string;
  readonly parentId: number | undefined;
  /** State hash of the whole engine at that point. */
  readonly hash: string;
}

export interface NoteRow {
  readonly id: number;
  readonly timeNs: number;
  readonly text: string;
}

/** Opcodes of rows of `cs_event` that are no instructions, as lists of SQL: tasks of shader cores, and what went wrong. */
export const TASK_OPCODES = "('TASK_BEGIN', 'TASK_END')";
export const FAULT_OPCODES = "('fault', 'fatal', 'SHADER_FAULT')";

/** Everything but register accesses. */
export interface RecordKinds {
  input: InputRow;
  job: JobRow;
  csEvent: CsEventRow;
  mcuEvent: McuEventRow;
  irq: IrqRow;
  fence: FenceRow;
  driverLog: DriverLogRow;
  ioctl: IoctlRow;
  snapshot: SnapshotRow;
  note: NoteRow;
  /** Text of a cause number in accesses. */
  cause: { readonly id: number; readonly text: string };
  blob: { readonly sha256: string; readonly name: string; readonly bytes: Uint8Array };
  info: { readonly key: string; readonly value: string };
}
export type RecordKind = keyof RecordKinds;

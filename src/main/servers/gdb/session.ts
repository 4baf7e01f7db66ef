/**
 * One GDB client: a table of packets, each a small function over the debug requests of the protocol. All-stop, one
 * thread; reverse step and continue from the session's history; monitor commands for the bench.
 */
import { TyrError } from '../../../base/errors.ts';
import type { Client } from '../../../protocol/client.ts';
import type { StopState } from '../../../protocol/debug.ts';
import { MCU_REGISTERS } from '../../../protocol/debug.ts';
import { fromHex, hexWord, PACKET_SIZE, toHex, wordHex } from './packets.ts';
import { CORE_COUNT, MEMORY_MAP_XML, TARGET_XML } from './target.ts';

/** Virtual time granted between two looks at the socket, in ns. */
const SLICE_NS = 2_000_000;
const SIGINT = 'S02';
const SIGTRAP = 'T05';
/** The core has stopped for good: lockup, or MCU_STATUS says FATAL. */
const SIGSEGV = 'S0b';
const DEAD: ReadonlySet<string> = new Set(['lockup', 'fatal']);
const OK = 'OK';
/** GDB's E numbers are free; errno EINVAL. */
const ERROR = 'E16';
/** RSP stop with no thread running: the answer to `vCont` that has nothing left to run. */
const KINDS = { '0': 'execute', '1': 'execute', '2': 'write', '3': 'read', '4': 'access' } as const;

type Reply = string | undefined;

export class GdbSession {
  private readonly client: Client;
  private readonly send: (reply: string) => void;
  private readonly points = new Map<string, number>();
  private interrupted = false;
  private running = false;
  /** A monitor command is under way. */
  private commanding = false;
  /** A stop inside a driver call, told by a notice. */
  private stoppedInside: StopState | undefined;
  noAck = false;

  constructor(client: Client, send: (reply: string) => void) {
    this.client = client;
    this.send = send;
  }

  /** Ctrl+C. */
  interrupt(): void {
    this.interrupted = true;
  }

  /** A `stopped` notice of the engine. */
  stopped(state: StopState): void {
    this.stoppedInside = state;
    // GDB waits for its command's answer and cannot let the MCU go on itself.
    if (this.commanding) void this.client.call('debug.run', { ns: 1 }).catch(() => {});
  }

  /** Answers one packet; an empty reply means "not known". */
  async handle(packet: string): Promise<void> {
    let reply: Reply;
    try {
      reply = await this.answer(packet);
    } catch (error) {
      if (!(error instanceof TyrError)) throw error;
      reply = packet.startsWith('qRcmd') ? toHex(new TextEncoder().encode(`${error.message}\n`)) : ERROR;
    }
    if (reply !== undefined) this.send(reply);
  }

  private async answer(packet: string): Promise<Reply> {
    const prefixed = PREFIXES.find(([prefix]) => packet.startsWith(prefix));
    if (prefixed !== undefined) return prefixed[1](this, packet.slice(prefixed[0].length));
    const handler = LETTERS[packet[0] ?? ''];
    return handler === undefined ? '' : handler(this, packet.slice(1));
  }

  async registers(): Promise<string> {
    const values = await this.client.call('debug.registers', {});
    return values.slice(0, CORE_COUNT).map(wordHex).join('');
  }

  async register(index: number): Promise<string> {
    if (MCU_REGISTERS[index] === undefined) return ERROR;
    const values = await this.client.call('debug.registers', {});
    return wordHex(values[index] ?? 0);
  }

  async setRegister(index: number, hex: string): Promise<string> {
    const name = MCU_REGISTERS[index];
    const value = hexWord(hex);
    if (name === undefined || value === undefined) return ERROR;
    await this.client.call('debug.setRegister', { name, value });
    return OK;
  }

  async read(text: string): Promise<string> {
    const [address, length] = numbers(text);
    if (address === undefined || length === undefined) return ERROR;
    const bytes = await this.client.call('debug.read', { address, length: Math.min(length, PACKET_SIZE / 2) });
    return bytes.length === 0 && length > 0 ? ERROR : toHex(bytes);
  }

  async write(text: string): Promise<string> {
    const colon = text.indexOf(':');
    const [address, length] = numbers(text.slice(0, colon));
    const bytes = fromHex(text.slice(colon + 1));
    if (address === undefined || bytes === undefined || bytes.length !== length) return ERROR;
    await this.client.call('debug.write', { address, bytes });
    return OK;
  }

  async addPoint(text: string): Promise<string> {
    const [type = '', at = '', size = '4'] = text.split(',');
    const kind = KINDS[type as keyof typeof KINDS];
    const address = Number.parseInt(at, 16);
    if (kind === undefined || Number.isNaN(address)) return '';
    if (this.points.has(`${type},${at}`)) return OK;
    const bytes = kind === 'execute' ? 4 : Math.max(1, Number.parseInt(size.split(';')[0] ?? '4', 16));
    const { id, status } = await this.client.call('debug.break', {
      kind,
      address,
      size: Math.min(bytes, 4096),
      by: 'gdb',
    });
    if (status === 'refused') {
      await this.client.call('debug.unbreak', { id });
      return ERROR;
    }
    this.points.set(`${type},${at}`, id);
    return OK;
  }

  async removePoint(text: string): Promise<string> {
    const key = text.split(',').slice(0, 2).join(',');
    const id = this.points.get(key);
    if (id === undefined) return OK;
    this.points.delete(key);
    await this.client.call('debug.unbreak', { id });
    return OK;
  }

  /** Runs until something stops the MCU, GDB interrupts, or nothing is left to do. */
  async resume(): Promise<string> {
    this.interrupted = false;
    this.stoppedInside = undefined;
    this.running = true;
    try {
      for (;;) {
        const state = await this.client.call('debug.run', { ns: SLICE_NS });
        if (state.state === 'stopped') return this.stopReply(state);
        // A stop inside a driver call comes as a notice while the request above is under way.
        if (this.stoppedInside !== undefined) return this.stopReply(this.stoppedInside);
        if (this.interrupted) return SIGINT;
        if (DEAD.has(state.state)) return SIGSEGV;
        if (state.state !== 'running') await pause();
      }
    } finally {
      this.running = false;
    }
  }

  async step(): Promise<string> {
    const state = await this.client.call('debug.step', { count: 1 });
    return this.stopReply(state);
  }

  async back(kind: 's' | 'c'): Promise<string> {
    const state =
      kind === 's'
        ? await this.client.call('debug.stepBack', { count: 1 })
        : await this.client.call('debug.continueBack', {});
    return state.reason === 'start' || state.instructions === 0 ? `${SIGTRAP}replaylog:begin;` : this.stopReply(state);
  }

  stopReply(state: StopState): string {
    if (state.address !== undefined) {
      const kind = state.reason === 'write' ? 'watch' : state.reason === 'read' ? 'rwatch' : 'awatch';
      return `${SIGTRAP}${kind}:${state.address.toString(16)};thread:1;`;
    }
    return `${SIGTRAP}${state.breakpoint === undefined ? '' : 'hwbreak:;'}thread:1;`;
  }

  /** `monitor ...`: the bench's own commands. */
  async monitor(hex: string): Promise<string> {
    const text = new TextDecoder().decode(fromHex(hex) ?? new Uint8Array());
    const [command = '', ...words] = text.trim().split(/\s+/);
    this.commanding = true;
    try {
      return toHex(new TextEncoder().encode(await this.command(command, words)));
    } finally {
      this.commanding = false;
    }
  }

  private async command(command: string, words: readonly string[]): Promise<string> {
    const [name = '', value = ''] = words;
    switch (command) {
      case 'peek': {
        const [r] = await this.client.call('register.peek', { names: [name] });
        return `${name} = ${typeof r?.value === 'number' ? `0x${r.value.toString(16)}` : String(r?.value)}\n`;
      }
      case 'poke':
        await this.client.call('register.poke', { name, value });
        return `${name} written\n`;
      case 'status': {
        const s = await this.client.call('bench.status', {});
        return `time ${s.timeNs} ns, MCU ${s.mcu}, ${s.accesses} accesses, session ${s.session}\n`;
      }
      case 'advance': {
        const { timeNs } = await this.client.call('time.advance', { ns: Number(name) || 0 });
        return `time ${timeNs} ns\n`;
      }
      case 'where':
        return (await this.client.call('debug.callStack', {}))
          .map((f, k) => {
            const name = f.place === undefined || f.place.name === '' ? '' : ` ${f.place.name}+${f.place.offset}`;
            const interrupted = f.exception === undefined ? '' : `, interrupted by ${f.exception}`;
            return `#${k} 0x${f.pc.toString(16)}${name}${interrupted}\n`;
          })
          .join('');
      case 'locals': {
        const { rows, problem } = await this.client.call('debug.variables', { frame: Number(name) || 0 });
        const lines = rows.map((r) =>
          r.kind === 'group'
            ? `${r.name}:${r.value === '' ? '' : ` ${r.value}`}`
            : `  ${r.type} ${r.name} = ${r.value}`,
        );
        return `${[...lines, ...(problem === undefined ? [] : [problem])].join('\n')}\n`;
      }
      case 'fault': {
        const story = await this.client.call('debug.fault', {});
        return `${[story.title, ...story.words].join('\n')}\n`;
      }
      default:
        return 'monitor peek REGISTER | poke REGISTER VALUE | status | advance NS | where | locals [FRAME] | fault\n';
    }
  }

  /** A piece of a document, as qXfer wants it. */
  piece(document: string, range: string): string {
    const [offset = 0, length = 0] = numbers(range);
    const part = document.slice(offset, offset + length);
    return `${offset + length < document.length ? 'm' : 'l'}${part}`;
  }

  async detach(): Promise<string> {
    await this.client.call('debug.attach', { on: false, by: 'gdb' });
    return OK;
  }

  get isRunning(): boolean {
    return this.running;
  }
}

/** Lets the event loop look at the socket while the MCU sleeps. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Hex numbers between commas. */
function numbers(text: string): (number | undefined)[] {
  return text.split(',').map((part) => (/^[0-9a-f]+$/i.test(part) ? Number.parseInt(part, 16) : undefined));
}

type Handler = (s: GdbSession, rest: string) => Reply | Promise<Reply>;

const FEATURES = `PacketSize=${PACKET_SIZE.toString(16)};qXfer:features:read+;qXfer:memory-map:read+;QStartNoAckMode+;vContSupported+;ReverseStep+;ReverseContinue+;hwbreak+;swbreak+`;

/** Packets with a name, longest first. */
const PREFIXES: readonly (readonly [string, Handler])[] = [
  ['qSupported', () => FEATURES],
  [
    'QStartNoAckMode',
    (s) => {
      s.noAck = true;
      return OK;
    },
  ],
  ['qXfer:features:read:target.xml:', (s, range) => s.piece(TARGET_XML, range)],
  ['qXfer:memory-map:read::', (s, range) => s.piece(MEMORY_MAP_XML, range)],
  ['qRcmd,', (s, hex) => s.monitor(hex)],
  ['qAttached', () => '1'],
  ['qC', () => 'QC1'],
  ['qfThreadInfo', () => 'm1'],
  ['qsThreadInfo', () => 'l'],
  ['qThreadExtraInfo', () => toHex(new TextEncoder().encode('MCU'))],
  ['qSymbol', () => OK],
  ['qTStatus', () => ''],
  ['vCont?', () => 'vCont;c;C;s;S'],
  ['vCont;c', (s) => s.resume()],
  ['vCont;C', (s) => s.resume()],
  ['vCont;s', (s) => s.step()],
  ['vCont;S', (s) => s.step()],
  ['vKill', (s) => s.detach()],
  ['vMustReplyEmpty', () => ''],
];

const LETTERS: Readonly<Record<string, Handler>> = {
  '?': async (s) =>
    s.stopReply({ state: 'stopped', reason: 'attach', pc: 0, timeNs: 0, instructions: 0, inside: false }),
  g: (s) => s.registers(),
  G: async (s, hex) => {
    if (!/^([0-9a-f]{8})+$/i.test(hex)) return ERROR;
    for (let i = 0; i < 17 && (i + 1) * 8 <= hex.length; i++) await s.setRegister(i, hex.slice(i * 8, i * 8 + 8));
    return OK;
  },
  p: (s, index) => s.register(Number.parseInt(index, 16)),
  P: (s, rest) => {
    const [index = '', hex = ''] = rest.split('=');
    return s.setRegister(Number.parseInt(index, 16), hex);
  },
  m: (s, rest) => s.read(rest),
  M: (s, rest) => s.write(rest),
  Z: (s, rest) => s.addPoint(rest),
  z: (s, rest) => s.removePoint(rest),
  c: (s) => s.resume(),
  s: (s) => s.step(),
  b: (s, rest) => (rest === 's' || rest === 'c' ? s.back(rest) : ''),
  H: () => OK,
  T: () => OK,
  D: (s) => s.detach(),
  k: async (s) => {
    await s.detach();
    return undefined;
  },
};

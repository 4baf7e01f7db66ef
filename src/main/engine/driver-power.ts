/** Power and the firmware's request words as plain rows: clocks, supplies, domains, runtime PM, devfreq, req and ack. */
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import type { BlockView, RequestPair } from '../../driver/tyr/fw/protocol.ts';
import type { PowerView, WordPairView } from '../../protocol/driver-views.ts';
import {
  CSG_INPUT,
  CSG_OUTPUT,
  CSG_REQ,
  CS_INPUT,
  CS_OUTPUT,
  CS_REQ,
  GLB_INPUT,
  GLB_OUTPUT,
  GLB_REQ,
  SHARED_BASE,
  type RequestWord,
} from '../../spec/firmware/interface.ts';
import type { Board } from './board.ts';

const MHZ = 1_000_000;

const mhz = (hz: number): string => `${hz / MHZ} MHz`;

/** What the board supplies and what the driver makes of it. */
export function powerViews(board: Board, device: TyrDevice | undefined): PowerView[] {
  const held = new Set(board.held);
  const state = (id: string): string => (held.has(id) ? 'on' : 'off');
  const out: PowerView[] = [];
  for (const node of board.devices) {
    for (const { name, id } of node.clocks) {
      out.push({ kind: 'clock', name: `${name} (${id})`, state: state(id), value: mhz(board.clocks.rate(id)) });
    }
    for (const { name, id } of node.supplies) {
      const value = `${board.regulators.getVoltage(id) / 1000} mV`;
      out.push({ kind: 'supply', name: `${name} (${id})`, state: state(id), value });
    }
    for (const id of node.powerDomains) out.push({ kind: 'domain', name: id, state: state(id), value: '' });
  }
  if (device?.pm === undefined) return out;
  const { pm, devfreq } = device;
  const pmState = pm.save();
  out.push({
    kind: 'runtime PM',
    name: 'device',
    state: pm.state.toLowerCase(),
    value: `${pmState.uses} uses, ${pmState.suspends} suspends${pmState.forbidden ? ', kept on' : ''}`,
  });
  const freq = devfreq.save();
  out.push({
    kind: 'devfreq',
    name: 'governor',
    state: freq.running ? (freq.busyNow ? 'busy' : 'idle') : 'stopped',
    value: `${mhz(freq.hz)}, transitions: ${freq.transitions}, busy ${freq.busy} of ${freq.busy + freq.idle} ns`,
  });
  for (const { hz, uv } of board.devices[0]?.opp ?? []) {
    out.push({ kind: 'point', name: mhz(hz), state: hz === freq.hz ? 'now' : '', value: `${uv / 1000} mV` });
  }
  return out;
}

/** Request and acknowledge words of the interfaces, outermost first. */
export function interfaceViews(device: TyrDevice): WordPairView[] {
  if (!device.fw.isBooted) return [];
  const { glb } = device.fw;
  const out = [
    pair('GLB', 'REQ / ACK', glb.input, GLB_INPUT.REQ, glb.output, GLB_OUTPUT.ACK, glb.requests, GLB_REQ),
    pair('GLB', 'DOORBELL', glb.input, GLB_INPUT.DOORBELL_REQ, glb.output, GLB_OUTPUT.DOORBELL_ACK, glb.doorbells, {}),
  ];
  for (const [i, g] of glb.groups.entries()) {
    const name = `CSG ${i}`;
    out.push(
      pair(name, 'REQ / ACK', g.input, CSG_INPUT.REQ, g.output, CSG_OUTPUT.ACK, g.requests, CSG_REQ),
      pair(name, 'DOORBELL', g.input, CSG_INPUT.DOORBELL_REQ, g.output, CSG_OUTPUT.DOORBELL_ACK, g.doorbells, {}),
      pair(name, 'CS_IRQ', g.input, CSG_INPUT.CS_IRQ_ACK, g.output, CSG_OUTPUT.CS_IRQ_REQ, g.csEvents, {}),
    );
    for (const [s, cs] of g.streams.entries()) {
      const block = `${name} CS ${s}`;
      out.push(pair(block, 'REQ / ACK', cs.input, CS_INPUT.REQ, cs.output, CS_OUTPUT.ACK, cs.requests, CS_REQ));
    }
  }
  return out;
}

interface At {
  readonly offset: number;
}

function pair(
  block: string,
  name: string,
  input: BlockView,
  reqAt: At,
  output: BlockView,
  ackAt: At,
  words: RequestPair,
  layout: RequestWord,
): WordPairView {
  const { req, ack } = words;
  const field = (word: number, lsb: number, width: number): number => Math.floor(word / 2 ** lsb) % 2 ** width;
  return {
    block,
    name,
    reqVa: SHARED_BASE + input.offset + reqAt.offset,
    ackVa: SHARED_BASE + output.offset + ackAt.offset,
    req,
    ack,
    bits: Object.entries(layout).map(([bit, { lsb, width, kind, doc }]) => ({
      name: bit,
      kind,
      req: field(req, lsb, width ?? 1),
      ack: field(ack, lsb, width ?? 1),
      doc: doc ?? '',
    })),
  };
}

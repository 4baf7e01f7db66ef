/**
 * The flame graph: a row for each depth of calls, as wide as the virtual time spent there and below. A tree to the
 * keyboard and to screen readers: Enter goes to the function and makes it fill the width, Backspace goes back out.
 */
import { useState } from 'react';
import { usePoll } from '../../engine/context.tsx';
import { plural, timeText } from '../../lib/format.ts';
import { showAddress } from './actions.ts';
import { layOut } from './flame-layout.ts';

const HUES = 6;

/** The same colour for the same name, everywhere. */
function hue(name: string): number {
  let sum = 0;
  for (const c of name) sum = (sum * 31 + c.charCodeAt(0)) >>> 0;
  return sum % HUES;
}

export function Flame() {
  const { data: nodes } = usePoll('debug.profile', {});
  const [root, setRoot] = useState(0);
  if (nodes === undefined || nodes.length === 0) return undefined;
  const at = root < nodes.length ? root : 0;
  const boxes = layOut(nodes, at);
  const depth = Math.max(...boxes.map((b) => b.depth), 0);
  const whole = nodes[at]?.totalNs ?? 1;
  return (
    <div
      className="mcu-flame"
      role="tree"
      aria-label="Time by call stack"
      style={{ height: `calc(var(--row) * ${depth + 1})` }}
    >
      {boxes.map(({ index, node, depth: d, from, width }) => {
        const share = `${((node.totalNs / whole) * 100).toFixed(1)} %`;
        const words = `${node.name}: ${timeText(node.totalNs)} (${share}), ${timeText(node.selfNs)} by itself, ${plural(node.calls, 'call')}`;
        return (
          <button
            key={index}
            type="button"
            role="treeitem"
            aria-level={d + 1}
            aria-label={words}
            title={words}
            className={`mcu-flame-box mcu-flame-${hue(node.name)}`}
            style={{
              left: `${from * 100}%`,
              width: `${width * 100}%`,
              top: `calc(var(--row) * ${d})`,
            }}
            onClick={() => {
              setRoot(index === at ? Math.max(0, node.parent) : index);
              if (node.address !== 0) showAddress(node.address);
            }}
            onKeyDown={(e) => e.key === 'Backspace' && setRoot(Math.max(0, nodes[at]?.parent ?? 0))}
          >
            {node.name}
          </button>
        );
      })}
    </div>
  );
}

/** Searches memory for bytes, a value or text, forwards and backwards from the cursor. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { sizeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { parsePattern } from './hex-layout.ts';
import { jump, topOf, type MemoryPlace } from './place.ts';

export function FindBar({ from }: { readonly from: MemoryPlace }) {
  const w = useWorkspace();
  const [text, setText] = useState('');
  const [told, setTold] = useState('');
  const pattern = parsePattern(text);
  const find = async (backwards: boolean) => {
    if (!pattern.ok) return;
    setTold('searching…');
    const [address, end] = backwards ? [0, from.address] : [from.address + 1, topOf(from)];
    const place = { space: from.space, number: from.number };
    const found = await w.act(
      w.client.call('memory.find', {
        ...place,
        address,
        length: end - address,
        pattern: pattern.bytes,
        backwards,
      }),
    );
    if (found?.address === undefined) {
      const looked = found === undefined ? '' : `, ${sizeText(found.searched)} searched`;
      setTold(`not ${backwards ? 'before' : 'after'} the cursor${looked}`);
    } else {
      setTold('');
      jump({ ...place, address: found.address });
    }
  };
  const state = text === '' ? '' : pattern.ok ? 'filter-good' : 'filter-bad';
  return (
    <form
      className="pane-bar memory-low"
      role="search"
      aria-label="Find in memory"
      onSubmit={(event) => {
        event.preventDefault();
        void find(false);
      }}
    >
      <input
        type="text"
        className={`mono memory-find ${state}`}
        aria-label="Find bytes"
        aria-invalid={text !== '' && !pattern.ok}
        placeholder={'de ad be ef, 0x12345678 or "text"'}
        title={pattern.ok ? undefined : pattern.message}
        value={text}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      <Tool icon={ArrowDown} name="Find next" keys="Enter" disabled={!pattern.ok} onClick={() => void find(false)} />
      <Tool icon={ArrowUp} name="Find previous" disabled={!pattern.ok} onClick={() => void find(true)} />
      <output className="dim">{told}</output>
    </form>
  );
}

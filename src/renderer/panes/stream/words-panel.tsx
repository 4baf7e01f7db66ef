/** The stream as words: shown, copied, saved as a file; and words from elsewhere turned into text. */
import { useState } from 'react';
import { useWorkspace } from '../../workspace.ts';
import { activeDocument, addDocument, saveBytes, useDocuments } from './documents.ts';
import { SOURCES } from './sources.ts';
import { assembled, bytesOf, readWords, textOfWords, wordText } from './words.ts';

export function Words() {
  const w = useWorkspace();
  const document = useDocuments(activeDocument);
  const [pasted, setPasted] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const words = assembled(document?.text ?? '', SOURCES).words;
  const own = Array.from(words, (word, i) => `${(i * 8).toString(16).padStart(4, '0')}: ${wordText(word)}`).join('\n');
  const bytes = bytesOf(document?.text ?? '', SOURCES);
  const use = () => {
    const read = readWords(pasted ?? own);
    if (!read.ok) return setProblem(read.message);
    addDocument('words.cs', textOfWords(read.words));
    setPasted(undefined);
    setProblem(undefined);
  };
  return (
    <div className="stream-words">
      <textarea
        className="mono"
        aria-label="Words of the stream"
        aria-invalid={problem !== undefined}
        spellCheck={false}
        value={pasted ?? own}
        onChange={(e) => setPasted(e.target.value)}
      />
      {problem !== undefined && <p role="alert">{problem}</p>}
      <div className="pane-bar">
        <button type="button" className="button button-small" onClick={use} disabled={pasted === undefined}>
          Words to text
        </button>
        <button
          type="button"
          className="button button-small"
          disabled={bytes === undefined}
          onClick={() => {
            const stem = (document?.name ?? 'stream').replace(/\.cs$/, '');
            if (bytes !== undefined) void saveBytes(w, `${stem}.bin`, bytes);
          }}
        >
          Save as binary
        </button>
      </div>
    </div>
  );
}

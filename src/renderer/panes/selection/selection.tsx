/** Tells about the selected object and leads on from it. */
import { ArrowLeft, Link2 } from 'lucide-react';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Empty } from '../../components/empty.tsx';
import { selectionText } from '../../state/selection.ts';
import { useUi } from '../../state/ui.ts';
import { CommandDetails } from './command-details.tsx';
import { EntryDetails } from './entry-details.tsx';
import { RegisterDetails } from './register-details.tsx';
import { RowDetails } from './row-details.tsx';

export default function SelectionPane() {
  const selection = useUi((s) => s.selection);
  useUi((s) => s.history);
  return (
    <>
      <div className="pane-bar">
        <CommandTool id="selection.back" icon={ArrowLeft} />
        <Link2 size={14} aria-hidden />
        <h2 className="mono selection-title">
          {selection === undefined ? 'Nothing selected' : selectionText(selection)}
        </h2>
      </div>
      <div className="pane-scroll" tabIndex={0} role="group" aria-label="Details of the selection">
        <Details />
      </div>
    </>
  );
}

function Details() {
  const selection = useUi((s) => s.selection);
  switch (selection?.kind) {
    case undefined:
      return <Empty command="go.register">Select a register, an access, a job or any other name to see it here.</Empty>;
    case 'register':
      return <RegisterDetails key={selection.name} name={selection.name} field={selection.field} />;
    case 'access':
      return <RowDetails view="register_access" id={selection.seq} session={selection.session} />;
    case 'job':
      return <RowDetails view="job" id={selection.id} session={selection.session} />;
    case 'row':
      return <RowDetails view={selection.view} id={selection.key} session={selection.session} />;
    case 'entry':
      return <EntryDetails offset={selection.offset} />;
    case 'command':
      return <CommandDetails text={selection.text} stream={selection.stream} line={selection.line} />;
  }
}

/** The console's thread of the page: a file of ours, so that the content security policy needs nothing but 'self'. */
import type { ToWorker } from './messages.ts';
import { ConsoleProgram } from './program.ts';

const program = new ConsoleProgram((message) => globalThis.postMessage(message));
globalThis.onmessage = (event: MessageEvent<ToWorker>) => program.receive(event.data);

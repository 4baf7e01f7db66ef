/** The tests of the engine and of its instructions again, with every program translated from its first instruction. */
import { benchesUse } from '../testing.ts';

benchesUse('translator');
await import('../engine.test.ts');
await import('../instructions.test.ts');

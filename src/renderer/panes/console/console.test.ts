import { describe, expect, it } from 'vitest';
import { Bench } from '../../../protocol/scenario.ts';
import { complete, sharedStart } from './complete.ts';
import { Interpreter } from './interpreter.ts';
import { ConsoleProblem, isOpen, parseProgram } from './syntax.ts';

/** A bench of registers in a Map; GPU_STATUS counts the time up. */
function scripted(registers: Record<string, number | string> = {}) {
  const asked: string[] = [];
  let timeNs = 0;
  const call = (name: string, params: Record<string, unknown>) => {
    asked.push(name);
    const register = String(params['name'] ?? (params['names'] as string[] | undefined)?.[0]);
    if (name === 'register.peek') {
      const value = register === 'GPU_STATUS' ? timeNs : (registers[register] ?? 0);
      return Promise.resolve([{ name: register, offset: 0, width: 32, value, fields: [] }]);
    }
    if (name === 'register.poke') {
      registers[register] = params['value'] as number;
      return Promise.resolve({ register: {}, changes: [{ name: register, before: 0, after: 1 }] });
    }
    if (name === 'time.advance') timeNs += params['ns'] as number;
    return Promise.resolve({ timeNs, reason: 'time' });
  };
  const printed: string[] = [];
  const print = (text: string) => printed.push(text);
  const client = { call } as never;
  const interpreter = new Interpreter(new Bench(client, print), print, () => Promise.resolve());
  return { interpreter, registers, printed, asked, run: (text: string) => interpreter.run(text) };
}

describe('the language of the console', () => {
  it('pokes, peeks with fields, and takes expressions, times and enum names', async () => {
    const { run, registers, printed } = scripted({ GPU_ID: 0xa8670005 });
    await run('peek GPU_ID; poke GPU_INT_MASK 1<<8 | 1\npoke GPU_CMD RESET\nadvance 1500us');
    expect(printed[0]).toMatch(/^GPU_ID = a867_0005 {2}\S/);
    expect(registers).toMatchObject({ GPU_INT_MASK: 0x101, GPU_CMD: 'RESET' });
    expect(printed.at(-1)).toBe('1.500 000 ms');
  });

  it('keeps variables from line to line and binds operators as C does', async () => {
    const { run, printed } = scripted();
    await run('let n = 2 + 3 * 4 << 1');
    await run('print n (n & 0xf) -1 "words" 7 - 8 !n ~0 & 0xff');
    expect(printed).toEqual(['0x1c 0xc -1 words -1 0x0 0xff']);
    await run('print 1 == 1 && 2 < 1 || 3');
    expect(printed.at(-1)).toBe('0x1');
  });

  it('keeps every bit of 64-bit values', async () => {
    const { run, registers } = scripted({ GPU_SHADER_PRESENT: '0xffffffffffffffff' });
    await run('poke GPU_FAULT_ADDR GPU_SHADER_PRESENT - 1');
    expect(registers['GPU_FAULT_ADDR']).toBe('0xfffffffffffffffe');
  });

  it('loops, branches and waits', async () => {
    const { run, printed } = scripted();
    await run('let n = 0\nrepeat 5 { let n = n + 1; if n == 3 { print n } else if n > 4 { print "end" } }');
    expect(printed).toEqual(['0x3', 'end']);
    await run('while GPU_STATUS < 2500 { advance 1us }');
    expect(printed.at(-1)).toBe('0.003 000 ms');
    await run('wait GPU_STATUS >= 20us 1ms; expect GPU_STATUS 0; expect GPU_STATUS > 1');
    expect(printed.slice(-2)).toEqual([expect.stringMatching(/^failed/), 'ok: the condition holds']);
  });

  it('previews with no poke by itself', async () => {
    const { run, printed, asked } = scripted();
    await run('preview GPU_CMD 1');
    expect(asked).toEqual(['register.poke']);
    expect(printed).toEqual(['GPU_CMD: 0x0 → 0x1']);
  });

  it.each([
    ['pek GPU_ID', 'did you mean peek?'],
    ['print GPU_IDD', 'did you mean GPU_ID?'],
    ['peek', 'usage: peek NAME'],
    ['print 1 / 0', 'division by zero'],
    ['print 1 << 65', 'a shift is by 0 to 64'],
    ['let N = 1', 'small letter'],
    ['print (1', '")" is missing'],
    ['\n\nif 1 {', 'line 3: "}" is missing'],
    ['print ' + '('.repeat(5000), 'nested too deeply'],
    ['print 1 @ 2', 'not understood'],
    ['wait 0 1us', 'did not hold'],
    ['constructor', 'there is no command'],
    ['let a = 1; repeat 9 { let a = a << 64 }', 'wider than'],
    ['poke GPU_CMD -1', 'no negative'],
  ])('refuses %j and says why', async (text, message) => {
    await expect(scripted().run(text)).rejects.toThrow(ConsoleProblem);
    await expect(scripted().run(text)).rejects.toThrow(message);
  });

  it('ends a program without an end when it is told to', async () => {
    const { interpreter, run } = scripted();
    const going = run('while 1 { let a = 1 }');
    interpreter.stop();
    await expect(going).rejects.toThrow('stopped');
  });

  it('knows when a block is open', () => {
    expect([isOpen('while 1 {'), isOpen('while 1 { }'), isOpen('print "{"  # {')]).toEqual([true, false, false]);
    expect(parseProgram('# nothing\n\n;')).toEqual([]);
  });
});

describe('completion', () => {
  it('offers commands first, then registers, fields and variables', () => {
    expect(complete('pe', 2, []).words[0]).toBe('peek');
    expect(complete('peek gpu_i', 10, []).words).toContain('GPU_ID');
    expect(complete('peek GPU_CMD.', 13, []).words.every((w) => w.startsWith('GPU_CMD.'))).toBe(true);
    expect(complete('print co', 8, ['count']).words).toContain('count');
    expect(complete('if 1 { po', 9, [])).toMatchObject({ from: 7, words: ['poke', 'powercycle'] });
  });
  it('shares the beginning of the words', () => {
    expect(sharedStart(['GPU_INT_MASK', 'GPU_INT_STAT'])).toBe('GPU_INT_');
    expect(sharedStart([])).toBe('');
  });
});

import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from './confirm.ts';

const never = new AbortController().signal;

/** A terminal at which a person types; what is asked is kept. */
function terminal(isTTY: boolean) {
  let asked = '';
  const output = new Writable({
    write(chunk, _, done) {
      asked += String(chunk);
      done();
    },
  });
  const input = Object.assign(new PassThrough(), { isTTY });
  // Only what readline uses of a terminal is here.
  const streams = { input, output } as unknown as Parameters<typeof confirm>[3];
  return { input, streams, asked: () => asked };
}

describe('a question', () => {
  it.each([
    ['y', true],
    ['YES', true],
    [' yes ', true],
    ['', false],
    ['n', false],
    ['yesterday', false],
  ])('answered with "%s" is %s', async (answer, agreed) => {
    const person = terminal(true);
    const asking = confirm({ signal: never }, 'Drop all?', 'drop --yes', person.streams);
    person.input.write(`${answer}\n`);
    expect(await asking).toBe(agreed);
    expect(person.asked()).toContain('Drop all? [y/N] ');
  });

  it('is not asked where nobody sits: the command that needs no answer is told', async () => {
    const asking = confirm({ signal: never }, 'Drop all?', 'drop --yes', terminal(false).streams);
    await expect(asking).rejects.toMatchObject({ exit: 'usage', detail: /drop --yes/ });
  });

  it('ends when the person presses Ctrl-C', async () => {
    const interruption = new AbortController();
    const asking = confirm({ signal: interruption.signal }, 'Drop all?', 'drop --yes', terminal(true).streams);
    interruption.abort();
    await expect(asking).rejects.toThrow();
  });
});

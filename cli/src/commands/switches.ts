import type { SwitchName } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';

/** The names people type, and what they stand for. */
const SWITCHES = {
  'sign-up': 'signUp',
  'url-fetching': 'urlFetching',
  generation: 'generation',
  chat: 'chat',
} as const satisfies Record<string, SwitchName>;

export type TypedSwitch = keyof typeof SWITCHES;

/** `scholium switches [name] [on|off]`: shows what is switched on, or switches one. */
export async function switches(context: CommandContext, input: { name?: TypedSwitch; state?: 'on' | 'off' }): Promise<void> {
  const { name, state } = input;
  const client = await context.connect();
  const reply =
    name !== undefined && state !== undefined
      ? await client.call('updateSwitches', { body: { [SWITCHES[name]]: state === 'on' }, signal: context.signal })
      : await client.call('getSwitches', { signal: context.signal });
  printResult(context, reply, () => {
    for (const [typed, each] of Object.entries(SWITCHES))
      if (name === undefined || typed === name) context.terminal.print(`  ${typed.padEnd(14)}${reply[each] ? 'on' : 'off'}`);
  });
}

import { expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentLog } from '../../../testkit/silent-log.ts';
import { changeSwitches, requireOn, whileOn } from './switches.ts';

const names = ['signUp', 'urlFetching', 'generation', 'chat'] as const;

it.each(names)('%s off refuses what belongs to it and nothing else, from the next call on', async (name) => {
  const deps = { store: memoryStore(), clock: new ManualClock(), log: silentLog };
  let done = 0;
  const running = Promise.withResolvers<void>();
  const work = whileOn(deps, name, async () => {
    await running.promise;
    done++;
  });
  const begun = work();
  await requireOn(deps, name);
  await changeSwitches(deps, { [name]: false });
  await expect(work()).rejects.toMatchObject({ code: 'switched_off' });
  for (const other of names.filter((each) => each !== name)) await requireOn(deps, other);
  running.resolve();
  await begun; // what ran goes on
  expect(done).toBe(1);
  await changeSwitches(deps, { [name]: true });
  await work();
  expect(done).toBe(2);
});

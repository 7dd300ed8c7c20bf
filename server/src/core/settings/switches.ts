import type { SwitchName, Switches } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import { ownerScope, SYSTEM_OWNER } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

export interface SwitchDeps {
  readonly store: Pick<Store, 'settings'>;
}

/** They are the installation's, not a person's. */
const INSTALLATION = ownerScope(SYSTEM_OWNER);

/** What is switched on. All is, until somebody switches it off. Read from the database at each call: every process sees a change at once. */
export async function readSwitches({ store }: SwitchDeps): Promise<Switches> {
  const set = await store.settings.read(INSTALLATION, 'switches');
  const isOn = (name: SwitchName): boolean => set[name] !== false;
  return { signUp: isOn('signUp'), urlFetching: isOn('urlFetching'), generation: isOn('generation'), chat: isOn('chat') };
}

/** Sets the switches that are named; work that runs is not stopped. Returns all of them. */
export async function changeSwitches(
  deps: SwitchDeps & { readonly clock: Pick<Clock, 'now'>; readonly log: Log },
  change: { readonly [Name in SwitchName]?: boolean | undefined },
): Promise<Switches> {
  const named = Object.fromEntries(Object.entries(change).filter(([, isOn]) => isOn !== undefined));
  await deps.store.settings.write(INSTALLATION, 'switches', named, deps.clock.now());
  if (Object.keys(named).length > 0) deps.log.info('application', 'switches.changed', named);
  return readSwitches(deps);
}

const refusals: Readonly<Record<SwitchName, string>> = {
  signUp: 'New accounts are not taken at the moment.',
  urlFetching: 'Web pages are not fetched at the moment. Files can be added.',
  generation: 'Notes are not written at the moment. What was written before can be read.',
  chat: 'Questions are not answered at the moment. Search works, and earlier conversations can be read.',
};

/** @throws AppError `switched_off` while the operator has switched it off */
export async function requireOn(deps: SwitchDeps, name: SwitchName): Promise<void> {
  if ((await readSwitches(deps))[name]) return;
  throw new AppError('switched_off', `${refusals[name]} Ask whoever runs this server.`);
}

/** The same use case, refused while the switch is off. @throws AppError `switched_off`, and what the use case throws */
export function whileOn<Args extends readonly unknown[], Made>(
  deps: SwitchDeps,
  name: SwitchName,
  work: (...args: Args) => Promise<Made>,
): (...args: Args) => Promise<Made> {
  return async (...args) => {
    await requireOn(deps, name);
    return work(...args);
  };
}

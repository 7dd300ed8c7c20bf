import type { Profile, Switches, UsageReply } from '@scholium/contract';
import type { Scope } from '../domain/scope.ts';
import type { Totals } from '../ports/figure-store.ts';
import { changeProfile, readProfile } from './profile.ts';
import { readUsage } from './read-usage.ts';
import { changeSwitches, readSwitches } from './switches.ts';

type OwnerScope = Extract<Scope, { kind: 'owner' }>;
type Deps = Parameters<typeof changeSwitches>[0] & Parameters<typeof readUsage>[0];

/** What people and operators set and see of their own use. */
export interface SettingUseCases {
  profile(input: { scope: OwnerScope }): Promise<Profile>;
  changeProfile(input: Parameters<typeof changeProfile>[1]): Promise<Profile>;
  switches(): Promise<Switches>;
  changeSwitches(change: Parameters<typeof changeSwitches>[1]): Promise<Switches>;
  usage(input: { scope: OwnerScope; days: number }): Promise<UsageReply>;
  totals(input: { scope: OwnerScope }): Promise<Totals>;
}

/** The use cases over their ports. */
export function bindSettings(deps: Deps): SettingUseCases {
  return {
    profile: ({ scope }) => readProfile(deps, scope),
    changeProfile: (input) => changeProfile(deps, input),
    switches: () => readSwitches(deps),
    changeSwitches: (change) => changeSwitches(deps, change),
    usage: (input) => readUsage(deps, input),
    totals: ({ scope }) => deps.store.figures.totals(scope),
  };
}

import type { Scope } from '../domain/scope.ts';

/** `profile`: of a person; `switches`: of the installation, `workers`: what each worker says of itself (both of `SYSTEM_OWNER`). */
export type SettingGroup = 'profile' | 'switches' | 'workers';

/** What people set at run time, as JSON values by name. Every value is stored apart, so that two changes at once are both kept. */
export interface SettingStore {
  /** What was set, as it was written; names that were never set are missing. The scope is an owner's. */
  read(scope: Scope, group: SettingGroup): Promise<Readonly<Record<string, unknown>>>;
  /** Sets what is named, all or nothing; the rest stays. The scope is an owner's. */
  write(scope: Scope, group: SettingGroup, values: Readonly<Record<string, unknown>>, now: number): Promise<void>;
  /** Removes these names; those that are not there are passed over. The scope is an owner's. */
  remove(scope: Scope, group: SettingGroup, names: readonly string[]): Promise<void>;
}

import { systemPromptSchema, type Profile, type profileChangeSchema } from '@scholium/contract';
import type { z } from 'zod';
import type { Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export interface ProfileDeps {
  readonly store: Pick<Store, 'settings'>;
}

type OwnerScope = Extract<Scope, { kind: 'owner' }>;

/** What a person set for himself; nothing is set to begin with. */
export async function readProfile({ store }: ProfileDeps, scope: Scope): Promise<Profile> {
  const set = await store.settings.read(scope, 'profile');
  // A value that an older or newer version wrote otherwise counts as not set.
  const systemPrompt = systemPromptSchema.safeParse(set['systemPrompt']);
  return { systemPrompt: systemPrompt.success ? systemPrompt.data : null, fallback: set['fallback'] !== false };
}

/** Sets what is named and gives the whole. */
export async function changeProfile(
  deps: ProfileDeps & { readonly clock: Pick<Clock, 'now'> },
  input: { readonly scope: OwnerScope; readonly change: z.infer<typeof profileChangeSchema> },
): Promise<Profile> {
  const { systemPrompt, fallback } = input.change;
  // No text is no wish.
  const values = {
    ...(systemPrompt !== undefined && { systemPrompt: systemPrompt || null }),
    ...(fallback !== undefined && { fallback }),
  };
  await deps.store.settings.write(input.scope, 'profile', values, deps.clock.now());
  return readProfile(deps, input.scope);
}

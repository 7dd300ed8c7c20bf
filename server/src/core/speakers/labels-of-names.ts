import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';

/**
 * What people call a speaker, as stored versions do: the label of whoever has that name in the recording, else what they said. A label means itself.
 */
export async function labelsOfNames(
  store: Pick<Store, 'speakers'>,
  scope: Scope,
  sourceId: string,
): Promise<(said: string | null) => string | null> {
  const speakers = await store.speakers.ofSource(scope, sourceId);
  return (said) => {
    if (said === null || speakers.some(({ label }) => label === said)) return said;
    return speakers.find(({ name }) => name === said)?.label ?? said;
  };
}

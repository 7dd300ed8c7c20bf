import { AppError } from '../domain/app-error.ts';
import { newId } from '../domain/ids.ts';
import { builtInPresets, type OwnPreset, type Preset } from '../domain/preset.ts';
import type { Scope } from '../domain/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export interface PresetDeps {
  readonly store: Pick<Store, 'presets'>;
}

type OwnerScope = Extract<Scope, { kind: 'owner' }>;
export type PresetWishes = Omit<Preset, 'id' | 'version'>;

/** More than that nobody finds his way in. */
const MOST_PRESETS = 200;

/** The built-in presets, then those of the owner, oldest first. */
export async function listPresets({ store }: PresetDeps, scope: Scope): Promise<readonly Preset[]> {
  return [...builtInPresets, ...(await store.presets.list(scope))];
}

/** @throws AppError `preset_not_found`, naming the presets that exist */
export async function findPreset({ store }: PresetDeps, scope: Scope, id: string): Promise<Preset> {
  const preset = builtInPresets.find((candidate) => candidate.id === id) ?? (await store.presets.find(scope, id));
  if (preset) return preset;
  const known = (await listPresets({ store }, scope)).slice(0, 20).map((candidate) => candidate.id);
  throw new AppError('preset_not_found', `There is no preset "${id.slice(0, 80)}". Use one of: ${known.join(', ')}.`);
}

/** Makes a preset. @throws AppError `preset_conflict` for an id that exists, or when there are too many */
export async function createPreset(
  deps: PresetDeps & { readonly clock: Pick<Clock, 'now'> },
  input: { readonly scope: OwnerScope; readonly id: string | null; readonly wishes: PresetWishes },
): Promise<Preset> {
  const { scope, wishes } = input;
  const id = input.id ?? newId('pre');
  if ((await deps.store.presets.list(scope)).length >= MOST_PRESETS)
    throw new AppError('preset_conflict', `There are ${MOST_PRESETS} presets already. Delete one that is not used.`);
  const preset: OwnPreset = { ...wishes, id, version: 1, ownerId: scope.ownerId, createdAt: deps.clock.now() };
  const isNew = !builtInPresets.some((candidate) => candidate.id === id) && (await deps.store.presets.insert(scope, preset));
  if (isNew) return preset;
  throw new AppError('preset_conflict', `There is a preset "${id}" already. Choose another id, or change that one.`);
}

/** Changes a preset; what was made by it before keeps saying by which version. @throws AppError `preset_not_found`, `preset_conflict` */
export async function updatePreset(
  deps: PresetDeps,
  input: { readonly scope: OwnerScope; readonly presetId: string; readonly change: Partial<PresetWishes> },
): Promise<Preset> {
  const { scope, presetId } = input;
  await requireOwn(deps, scope, presetId);
  const changed = await deps.store.presets.update(scope, presetId, input.change);
  return changed ?? findPreset(deps, scope, presetId);
}

/** Removes a preset. Lectures that name it take another when notes are made again. @throws AppError as `updatePreset` */
export async function removePreset(deps: PresetDeps, input: { scope: OwnerScope; presetId: string }): Promise<void> {
  await requireOwn(deps, input.scope, input.presetId);
  await deps.store.presets.remove(input.scope, input.presetId);
}

async function requireOwn(deps: PresetDeps, scope: Scope, id: string): Promise<void> {
  await findPreset(deps, scope, id);
  if (builtInPresets.some((preset) => preset.id === id))
    throw new AppError('preset_conflict', `The preset "${id}" belongs to Scholium. Make one of your own with POST /api/presets.`);
}

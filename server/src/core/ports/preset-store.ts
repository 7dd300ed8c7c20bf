import type { OwnPreset, Preset } from '../domain/preset.ts';
import type { Scope } from '../domain/scope.ts';

/** Presets that people made. */
export interface PresetStore {
  /** False, and no change, when the owner has one of this id. */
  insert(scope: Scope, preset: OwnPreset): Promise<boolean>;
  find(scope: Scope, id: string): Promise<OwnPreset | null>;
  /** Oldest first. */
  list(scope: Scope): Promise<readonly OwnPreset[]>;
  /** Changes what is named and raises the version; null when there is none. */
  update(scope: Scope, id: string, change: Partial<Omit<Preset, 'id' | 'version'>>): Promise<OwnPreset | null>;
  remove(scope: Scope, id: string): Promise<void>;
}

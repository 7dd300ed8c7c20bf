import { ownerOf } from '../src/core/domain/scope.ts';
import type { PresetStore } from '../src/core/ports/preset-store.ts';
import { byAge, keyOf, select, type Access } from './memory-state.ts';

export function memoryPresets(access: Access): PresetStore {
  return {
    insert: (scope, preset) =>
      access(({ presets }) => {
        const key = keyOf(ownerOf(scope, preset.ownerId), preset.id);
        if (presets.has(key)) return false;
        presets.set(key, structuredClone(preset));
        return true;
      }),
    find: (scope, id) => access(({ presets }) => select(presets, scope, (row) => row.id === id)[0] ?? null),
    list: (scope) => access(({ presets }) => select(presets, scope, () => true).sort(byAge)),
    update: (scope, id, change) =>
      access(({ presets }) => {
        const key = keyOf(ownerOf(scope), id);
        const row = presets.get(key);
        if (!row) return null;
        const changed = { ...row, ...structuredClone(change), version: row.version + 1 };
        presets.set(key, changed);
        return changed;
      }),
    remove: (scope, id) => access(({ presets }) => void presets.delete(keyOf(ownerOf(scope), id))),
  };
}

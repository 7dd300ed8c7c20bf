import { sql } from 'kysely';
import type { OwnPreset } from '../../core/domain/preset.ts';
import { ownerOf } from '../../core/domain/scope.ts';
import type { PresetStore } from '../../core/ports/preset-store.ts';
import { within } from './scoped.ts';
import type { Db, PresetRow } from './tables.ts';

export function presetStore(db: Db): PresetStore {
  return {
    async insert(scope, { artifacts, ...preset }) {
      ownerOf(scope, preset.ownerId);
      const done = await db
        .insertInto('presets')
        .values({ ...preset, artifactsJson: JSON.stringify(artifacts) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return done.numInsertedOrUpdatedRows === 1n;
    },
    async find(scope, id) {
      const row = await db
        .selectFrom('presets')
        .selectAll()
        .where(within(scope, 'presets'))
        .where('id', '=', id)
        .executeTakeFirst();
      return row ? toPreset(row) : null;
    },
    async list(scope) {
      const rows = await db
        .selectFrom('presets')
        .selectAll()
        .where(within(scope, 'presets'))
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
      return rows.map(toPreset);
    },
    async update(scope, id, { artifacts, ...change }) {
      const row = await db
        .updateTable('presets')
        .set({ ...change, ...(artifacts && { artifactsJson: JSON.stringify(artifacts) }), version: sql<number>`version + 1` })
        .where('ownerId', '=', ownerOf(scope))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row ? toPreset(row) : null;
    },
    async remove(scope, id) {
      await db.deleteFrom('presets').where('ownerId', '=', ownerOf(scope)).where('id', '=', id).execute();
    },
  };
}

function toPreset({ artifactsJson, ...preset }: PresetRow): OwnPreset {
  return { ...preset, artifacts: JSON.parse(artifactsJson) as OwnPreset['artifacts'] }; // written by `insert` and `update`
}

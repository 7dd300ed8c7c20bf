import { ownerOf } from '../../core/domain/scope.ts';
import type { SettingStore } from '../../core/ports/setting-store.ts';
import type { Db } from './tables.ts';

export function settingStore(db: Db): SettingStore {
  return {
    async read(scope, group) {
      const rows = await db
        .selectFrom('settings')
        .select(['name', 'valueJson'])
        .where('ownerId', '=', ownerOf(scope))
        .where('groupName', '=', group)
        .execute();
      return Object.fromEntries(rows.map(({ name, valueJson }) => [name, JSON.parse(valueJson) as unknown]));
    },
    async write(scope, group, values, now) {
      const ownerId = ownerOf(scope);
      const rows = Object.entries(values).map(([name, value]) => ({
        ownerId,
        groupName: group,
        name,
        valueJson: JSON.stringify(value),
        updatedAt: now,
      }));
      if (rows.length === 0) return;
      await db
        .insertInto('settings')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['ownerId', 'groupName', 'name']).doUpdateSet((eb) => ({
            valueJson: eb.ref('excluded.valueJson'),
            updatedAt: eb.ref('excluded.updatedAt'),
          })),
        )
        .execute();
    },
    async remove(scope, group, names) {
      if (names.length === 0) return;
      await db
        .deleteFrom('settings')
        .where('ownerId', '=', ownerOf(scope))
        .where('groupName', '=', group)
        .where('name', 'in', names)
        .execute();
    },
  };
}

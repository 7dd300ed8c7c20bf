import { ownerOf, type Scope } from '../../core/domain/scope.ts';
import type { FigureStore, TallyName, UsageOfDay } from '../../core/ports/figure-store.ts';
import { within } from './scoped.ts';
import type { Db, ModelUseRow } from './tables.ts';
import { visible } from './visible.ts';

export function figureStore(db: Db): FigureStore {
  return {
    async use(scope, { costUsd, ...use }) {
      await db
        .insertInto('modelUses')
        .values({ ...use, ownerId: ownerOf(scope), calls: 1, costUsd: costUsd ?? 0, unpricedCalls: costUsd === null ? 1 : 0 })
        .onConflict((conflict) =>
          conflict.columns(['ownerId', 'day', 'engine', 'model', 'purpose']).doUpdateSet((eb) => ({
            calls: eb('modelUses.calls', '+', eb.ref('excluded.calls')),
            inputTokens: eb('modelUses.inputTokens', '+', eb.ref('excluded.inputTokens')),
            outputTokens: eb('modelUses.outputTokens', '+', eb.ref('excluded.outputTokens')),
            costUsd: eb('modelUses.costUsd', '+', eb.ref('excluded.costUsd')),
            unpricedCalls: eb('modelUses.unpricedCalls', '+', eb.ref('excluded.unpricedCalls')),
          })),
        )
        .execute();
    },
    async usage(scope, { from, to }) {
      const rows = await db
        .selectFrom('modelUses')
        .selectAll()
        .where('ownerId', '=', ownerOf(scope))
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day', 'desc')
        .orderBy('engine')
        .orderBy('model')
        .orderBy('purpose')
        .execute();
      return rows.map(toUsage);
    },
    async tally(scope, name) {
      await db
        .insertInto('tallies')
        .values({ ownerId: ownerOf(scope), name, count: 1 })
        .onConflict((conflict) =>
          conflict.columns(['ownerId', 'name']).doUpdateSet((eb) => ({ count: eb('tallies.count', '+', 1) })),
        )
        .execute();
    },
    async totals(scope) {
      const ownerId = ownerOf(scope);
      const tallies = await db.selectFrom('tallies').select(['name', 'count']).where('ownerId', '=', ownerId).execute();
      const tallied = (name: TallyName): number => tallies.find((row) => row.name === name)?.count ?? 0;
      const [lectures, kinds] = await Promise.all([countLectures(db, scope), countSources(db, scope)]);
      const ofKind = (kind: string): number => Number(kinds.find((row) => row.kind === kind)?.count ?? 0);
      return {
        questions: tallied('questions'),
        cacheHits: tallied('cacheHits'),
        lectures,
        recordings: ofKind('recording'),
        documents: ofKind('document'),
      };
    },
  };
}

async function countLectures(db: Db, scope: Scope): Promise<number> {
  const { count } = await db
    .selectFrom('lectures')
    .select((eb) => eb.fn.countAll().as('count'))
    .where(within(scope, 'lectures'))
    .where(visible('lectures'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function countSources(db: Db, scope: Scope) {
  return db
    .selectFrom('sources')
    .select((eb) => ['kind', eb.fn.countAll().as('count')])
    .where(within(scope, 'sources'))
    .where(visible('sources'))
    .groupBy('kind')
    .execute();
}

function toUsage({ ownerId: _owner, ...row }: ModelUseRow): UsageOfDay {
  return {
    ...row,
    purpose: row.purpose as UsageOfDay['purpose'], // written by `use`
    costUsd: row.unpricedCalls === row.calls ? null : row.costUsd,
  };
}

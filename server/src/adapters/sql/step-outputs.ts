import { ownerOf } from '../../core/domain/scope.ts';
import type { StepOutput, StepOutputStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db } from './tables.ts';

export function stepOutputStore(db: Db): StepOutputStore {
  return {
    async find(scope, key): Promise<StepOutput | null> {
      const output = await db
        .selectFrom('stepOutputs')
        .selectAll()
        .where(within(scope, 'stepOutputs'))
        .where('key', '=', key)
        .executeTakeFirst();
      if (!output) return null;
      const parts = await db
        .selectFrom('stepOutputParts')
        .select(['position', 'bodyJson'])
        .where('ownerId', '=', output.ownerId)
        .where('key', '=', key)
        .orderBy('position')
        .execute();
      return {
        key,
        complete: output.complete === 1,
        body: JSON.parse(output.bodyJson) as unknown,
        parts: parts.map((part) => ({ index: part.position, body: JSON.parse(part.bodyJson) as unknown })),
      };
    },
    async putPart(scope, key, { step, sourceId, index, body }) {
      const ownerId = ownerOf(scope);
      await atomically(db, async (tx) => {
        await use(tx, { ownerId, key, step, sourceId });
        await tx
          .insertInto('stepOutputParts')
          .values({ ownerId, key, position: index, bodyJson: toJson(body) })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
    },
    async complete(scope, key, { step, sourceId, body }) {
      const ownerId = ownerOf(scope);
      await atomically(db, async (tx) => {
        await use(tx, { ownerId, key, step, sourceId });
        await tx
          .updateTable('stepOutputs')
          .set({ complete: 1, bodyJson: toJson(body) })
          .where('ownerId', '=', ownerId)
          .where('key', '=', key)
          .execute();
      });
    },
  };
}

/** Removes the owner's outputs whose last source is gone. Called in the transaction that removed sources. */
export async function removeUnusedOutputs(tx: Db, ownerId: string): Promise<void> {
  await tx
    .deleteFrom('stepOutputs')
    .where('ownerId', '=', ownerId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('stepOutputUses')
            .select('stepOutputUses.sourceId')
            .whereRef('stepOutputUses.ownerId', '=', 'stepOutputs.ownerId')
            .whereRef('stepOutputUses.key', '=', 'stepOutputs.key'),
        ),
      ),
    )
    .execute();
}

async function use(tx: Db, output: { ownerId: string; key: string; step: string; sourceId: string }): Promise<void> {
  const { ownerId, key, step, sourceId } = output;
  await tx
    .insertInto('stepOutputs')
    .values({ ownerId, key, step, complete: 0, bodyJson: 'null' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await tx
    .insertInto('stepOutputUses')
    .values({ ownerId, key, sourceId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function toJson(body: unknown): string {
  return JSON.stringify(body ?? null);
}

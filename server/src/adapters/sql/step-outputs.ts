import { ownerOf } from '../../core/domain/scope.ts';
import type { StepOutput, StepOutputStore } from '../../core/ports/store.ts';
import { atomically } from './atomically.ts';
import { within } from './scoped.ts';
import type { Db, StepOutputHolderRow } from './tables.ts';

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
    reservePart: (scope, key, part) =>
      atomically(db, async (tx) => {
        const ownerId = ownerOf(scope);
        await use(tx, { ownerId, key, step: part.step, sourceId: part.sourceId });
        const stored = await tx
          .selectFrom('stepOutputParts')
          .select('position')
          .where('ownerId', '=', ownerId)
          .where('key', '=', key)
          .where('position', '=', part.index)
          .executeTakeFirst();
        return stored ? 'done' : holdPart(tx, { ownerId, key, position: part.index, ...part.holder }, part.now);
      }),
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

/** Writes the row if there is none, or in place of one whose job is not alive any more. */
async function holdPart(tx: Db, row: StepOutputHolderRow, now: number): Promise<'mine' | 'taken'> {
  const { ownerId, key, position, jobId, token } = row;
  const written = await tx
    .insertInto('stepOutputHolders')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (written.numInsertedOrUpdatedRows === 1n) return 'mine';
  const held = await tx
    .selectFrom('stepOutputHolders')
    .leftJoin('jobs', 'jobs.id', 'stepOutputHolders.jobId')
    .select(['stepOutputHolders.jobId', 'stepOutputHolders.token', 'jobs.status', 'jobs.lastToken', 'jobs.leaseExpiresAt'])
    .where('stepOutputHolders.ownerId', '=', ownerId)
    .where('stepOutputHolders.key', '=', key)
    .where('stepOutputHolders.position', '=', position)
    .executeTakeFirst();
  if (!held) return 'taken'; // the output went away with its source
  if (held.jobId === jobId && held.token === token) return 'mine';
  if (held.status === 'running' && held.lastToken === held.token && (held.leaseExpiresAt ?? 0) > now) return 'taken';
  const replaced = await tx
    .updateTable('stepOutputHolders')
    .set({ jobId, token })
    .where('ownerId', '=', ownerId)
    .where('key', '=', key)
    .where('position', '=', position)
    .where('jobId', '=', held.jobId)
    .where('token', '=', held.token)
    .executeTakeFirst();
  return replaced.numUpdatedRows === 1n ? 'mine' : 'taken';
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

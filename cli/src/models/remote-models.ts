import type { Client } from '@scholium/client';
import { followJob } from '../follow-job.ts';
import type { ModelsHere } from './local-models.ts';

/** Those of the server's machine. Cancelling a pull here cancels its job there. */
export async function remoteModels(client: Client, serverUrl: string, signal: AbortSignal): Promise<ModelsHere> {
  const { models } = await client.call('listModels', { signal });
  return {
    models,
    where: `the server at ${serverUrl}`,
    async pull({ modelId }, onProgress, pulling) {
      const { jobId } = await client.call('pullModel', { params: { modelId }, signal: pulling });
      try {
        const progress = { update: onProgress, stop: () => {}, line: () => {}, glimpse: () => {} };
        await followJob({ client, jobId, progress, signal: pulling });
      } catch (error) {
        if (pulling.aborted) await client.call('cancelJob', { params: { jobId } }).catch(() => {}); // it has ended
        throw error;
      }
    },
    verify: ({ modelId }, checking) => client.call('verifyModel', { params: { modelId }, signal: checking }),
    remove: async ({ modelId }, removing) =>
      (await client.call('removeModel', { params: { modelId }, signal: removing })).removed,
  };
}

import type { ModelCheckReply, ModelReply } from '@scholium/contract';
import { openModelsAlone } from '@scholium/server/compose-speech.ts';
import { loadConfig } from '@scholium/server/config.ts';
import { findModel } from '@scholium/server/core/models/request-pull.ts';
import { presentCheck, presentModel } from '@scholium/server/faces/api/present-models.ts';

/** The models of a machine, and what can be done with them. */
export interface ModelsHere {
  readonly models: readonly ModelReply[];
  /** For people. */
  readonly where: string;
  pull(model: ModelReply, onProgress: (fraction: number, message: string) => void, signal: AbortSignal): Promise<void>;
  verify(model: ModelReply, signal: AbortSignal): Promise<ModelCheckReply>;
  /** False when there was nothing. */
  remove(model: ModelReply, signal: AbortSignal): Promise<boolean>;
}

/** Those of this machine, without a server; a server that starts meanwhile does not get in the way. */
export async function openLocalModels(): Promise<ModelsHere> {
  const { models, shelf } = await openModelsAlone(loadConfig());
  const modelOf = ({ modelId }: ModelReply) => findModel(models, modelId);
  return {
    models: await Promise.all(models.map(async (model) => presentModel({ model, state: await shelf.state(model) }))),
    where: 'this machine; no server is running here',
    pull: (model, onProgress, signal) =>
      shelf.pull(
        modelOf(model),
        ({ bytes, ofBytes }) => {
          const of = ofBytes === null ? '' : ` of ${Math.ceil(ofBytes / 1e6)}`;
          onProgress(ofBytes === null ? 0 : bytes / ofBytes, `Fetched ${Math.floor(bytes / 1e6)}${of} MB.`);
        },
        signal,
      ),
    verify: async (model, signal) => presentCheck({ model: modelOf(model), files: await shelf.verify(modelOf(model), signal) }),
    remove: (model) => shelf.remove(modelOf(model)),
  };
}

import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentCheck, presentEngine, presentModel } from '../present-models.ts';

/** Everybody sees what is here; what fills or empties the disk is for operators. */
export function modelHandlers({ speechModels }: ApiDeps) {
  return {
    async listModels() {
      const models = await speechModels.list();
      return { status: 200, body: { models: models.map(presentModel), offline: speechModels.offline } };
    },
    async listEngines() {
      return { status: 200, body: { engines: (await speechModels.engines()).map(presentEngine) } };
    },
    async pullModel({ scope, params }) {
      return { status: 202, body: { jobId: (await speechModels.pull(scope, params.modelId)).id } };
    },
    async verifyModel({ params, signal }) {
      return { status: 200, body: presentCheck(await speechModels.verify(params.modelId, signal)) };
    },
    async removeModel({ params }) {
      const { model, removed } = await speechModels.remove(params.modelId);
      return { status: 200, body: { modelId: model.id, removed } };
    },
  } satisfies Partial<Handlers>;
}

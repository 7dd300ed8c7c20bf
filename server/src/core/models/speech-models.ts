import type { ModelShelf } from '../ports/model-shelf.ts';
import type { SpeechModel } from './speech-model.ts';

/** What the engines of this machine can load. */
export interface SpeechModels {
  readonly models: readonly SpeechModel[];
  readonly shelf: ModelShelf;
  /** `WHISPER_MODEL`; null: the best that is here. */
  readonly defaultModel: string | null;
}

/** For engines that bring their models with them. */
export const noModels: SpeechModels = {
  models: [],
  shelf: {
    offline: true,
    locate: async () => null,
    state: async () => ({ state: 'missing', bytes: 0 }),
    pull: async () => {},
    verify: async () => [],
    remove: async () => false,
  },
  defaultModel: null,
};

import { ggmlModels } from './ggml-models.ts';
import { otherSherpaModels } from './other-sherpa-models.ts';
import { speakerModels } from './speaker-models.ts';
import type { SpeechModel } from './speech-model.ts';
import { whisperModels } from './whisper-models.ts';

/** What is fetched when nothing that is ready does what is asked for: the smallest that is worth reading, in 99 languages. */
export const FIRST_MODEL = 'base';

/**
 * Every model that can be fetched. Of one engine the better come first; where several are called the same, the engine that comes with
 * Scholium comes first. Sizes and checksums are those that Hugging Face shows for the files at the revision that is named.
 */
export const CATALOGUE: readonly SpeechModel[] = [
  ...whisperModels.filter(({ quality }) => quality === 'best'),
  ...otherSherpaModels,
  ...whisperModels.filter(({ quality }) => quality !== 'best'),
  ...ggmlModels,
  ...speakerModels,
];

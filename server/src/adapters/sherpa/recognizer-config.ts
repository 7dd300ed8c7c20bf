import type { ModelFolder } from './model-folder.ts';

export interface RecognizerSettings {
  /** ISO 639-1; null lets the model find out. */
  readonly language: string | null;
  readonly task: 'transcribe' | 'translate';
  readonly threads: number;
  /** sherpa's name of what computes: `cpu`, `cuda`, `coreml`, `directml`. */
  readonly provider: string;
  /** The vocabulary with scores when hints are used; null when they are not. */
  readonly bpeVocabPath: string | null;
}

/** As in sherpa's examples; a token of a hint is this much (in log probability) more likely. */
const HINT_SCORE = 1.5;
/** How many guesses the search keeps, which hints need; its default. */
const SEARCH_PATHS = 4;

/** The settings of sherpa's `OfflineRecognizer` for a model. */
export function recognizerConfig(model: ModelFolder, settings: RecognizerSettings): object {
  const { bpeVocabPath, threads, provider } = settings;
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    decodingMethod: bpeVocabPath === null ? 'greedy_search' : 'modified_beam_search',
    maxActivePaths: SEARCH_PATHS,
    hotwordsScore: HINT_SCORE,
    modelConfig: {
      ...familyConfig(model, settings),
      ...(bpeVocabPath !== null && { modelingUnit: 'bpe', bpeVocab: bpeVocabPath }),
      tokens: model.tokensPath,
      numThreads: threads,
      provider,
      debug: 0,
    },
  };
}

/** Whether the model tells when each piece of text is said, by attention; the usual exports of Whisper do not. */
function tellsTokenTimes(model: ModelFolder): boolean {
  return Number(model.metadata.get('n_alignment_heads') ?? 0) > 0;
}

function familyConfig(model: ModelFolder, settings: RecognizerSettings): object {
  const { files } = model;
  switch (model.family) {
    case 'whisper':
      return {
        whisper: {
          ...files,
          language: isMultilingual(model) ? (settings.language ?? '') : '',
          task: settings.task,
          tailPaddings: -1,
          enableTokenTimestamps: Number(tellsTokenTimes(model)),
          enableSegmentTimestamps: Number(!tellsTokenTimes(model)),
        },
      };
    case 'transducer':
      return { transducer: files, modelType: isNemo(model) ? 'nemo_transducer' : 'transducer' };
    case 'ctc':
      return { nemoCtc: files };
    case 'sense-voice':
      return { senseVoice: { ...files, language: settings.language ?? 'auto', useInverseTextNormalization: 1 } };
    case 'moonshine':
    case 'moonshine-2':
      return { moonshine: files };
  }
}

/** The settings of sherpa's `OnlineRecognizer`: an utterance ends after 0.8 s of silence, or after 20 s. */
export function streamingConfig(model: ModelFolder, settings: { threads: number; provider: string }): object {
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    decodingMethod: 'greedy_search',
    enableEndpoint: true,
    rule1MinTrailingSilence: 2.4,
    rule2MinTrailingSilence: 0.8,
    rule3MinUtteranceLength: 20,
    modelConfig: {
      ...streamingFamily(model),
      tokens: model.tokensPath,
      numThreads: settings.threads,
      provider: settings.provider,
      debug: 0,
    },
  };
}

function streamingFamily(model: ModelFolder): object {
  if (model.family === 'transducer') return { transducer: model.files };
  return isNemo(model) ? { nemoCtc: model.files } : { zipformer2Ctc: model.files };
}

/** The languages a model is told, as it names them; null when the files do not say. */
export function languagesOf(model: ModelFolder): readonly string[] | null {
  if (model.family === 'whisper')
    return isMultilingual(model) ? (model.metadata.get('all_language_codes') ?? '').split(',') : ['en'];
  return model.family === 'sense-voice' ? ['zh', 'en', 'ja', 'ko', 'yue'] : null;
}

export function isMultilingual(model: ModelFolder): boolean {
  return model.family === 'whisper' && model.metadata.get('is_multilingual') !== '0';
}

function isNemo(model: ModelFolder): boolean {
  return model.metadata.get('model_type')?.startsWith('EncDec') ?? false;
}

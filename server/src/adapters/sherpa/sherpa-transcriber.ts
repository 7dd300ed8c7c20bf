import { AppError } from '../../core/domain/app-error.ts';
import type { Log } from '../../core/ports/log.ts';
import type { Transcriber, TranscriberOptions } from '../../core/ports/transcriber.ts';
import { readModelFolder, type ModelFolder } from './model-folder.ts';
import { isMultilingual, languagesOf } from './recognizer-config.ts';
import { recognizerPools } from './recognizer-pools.ts';
import type { Resources } from '../speech-engine/share-out.ts';
import { chooseModel, type LocateModel, type EngineModel } from '../speech-engine/choose-model.ts';
import { sherpaMissing } from './sherpa-package.ts';
import { openSession } from './sherpa-session.ts';

export interface SherpaOptions {
  /** What the engine can use, best first: the first that is on the machine is the default. */
  readonly models: readonly EngineModel[];
  readonly locate: LocateModel;
  /** Fewer processes are started than wished for when the memory is too small for so many of a model. */
  readonly resources: Resources;
  /** `auto`, `cpu`, `cuda`, `coreml`, `directml`; where it is not to be had, the processor computes and a warning is logged. */
  readonly device: string;
  /** What the processes get of our environment: the paths of CUDA's libraries. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long processes stay ready for the next recording after one is done; 0 ends them at once. */
  readonly keepWarmMs: number;
  readonly log: Pick<Log, 'warn'>;
}

/** Whisper, Parakeet, SenseVoice and Moonshine models by sherpa-onnx, in processes of their own. */
export function createSherpaTranscriber(options: SherpaOptions): Transcriber {
  const recognizers = recognizerPools(options);
  return {
    engine: 'sherpa',
    punctuates: true,
    draftQuality: false,
    installed: async () => sherpaMissing(),
    async unavailable() {
      const missing = sherpaMissing();
      if (missing) return missing;
      for (const model of options.models) if (await options.locate(model.id)) return null;
      return 'No speech model is on this machine yet. Fetch one: "scholium models pull base" ("scholium models list" shows all).';
    },
    async open(request, signal) {
      const missing = sherpaMissing();
      if (missing) throw new AppError('engine_unavailable', missing);
      const language = request.language?.toLowerCase().split(/[-_]/)[0] ?? null;
      const chosen = await chooseModel('sherpa', options.models, options.locate, { ...request, language });
      const folder = await readModelFolder(chosen.folder, chosen.model.id);
      checkAbilities(chosen.model.id, folder, { ...request, language });
      return openSession(
        recognizers,
        { resources: options.resources, chosen, folder, request: { ...request, language } },
        signal,
      );
    },
  };
}

/** What the files say of themselves counts: the engine ends its process when it is told a language that the model does not have. */
function checkAbilities(id: string, folder: ModelFolder, { language, task }: TranscriberOptions): void {
  const languages = languagesOf(folder);
  if (folder.streams)
    throw new AppError('engine_unavailable', `The speech model "${id}" is for live sound only. Choose another for recordings.`);
  if (language !== null && languages && !languages.includes(language))
    throw new AppError(
      'engine_unavailable',
      `The speech model "${id}" does not understand "${language.slice(0, 20)}". Choose another model.`,
    );
  if (task === 'translate' && !isMultilingual(folder))
    throw new AppError(
      'engine_unavailable',
      `The speech model "${id}" cannot translate. Choose a Whisper model of several languages.`,
    );
}

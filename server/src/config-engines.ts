import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { address } from './config-models.ts';
import type { Variables } from './config-variables.ts';

/** Which speech engines and models are used, and where models come from. */
export interface EnginesConfig {
  readonly transcriptionEngine: Variables['TRANSCRIPTION_ENGINE'];
  /** A size or name; null: none is set, or a path. */
  readonly whisperModel: string | null;
  /** Absolute path of a folder or file; null: none is set, or a name. */
  readonly whisperModelPath: string | null;
  /** The model that tells where voices change, by a name; null: none is set, or a path. */
  readonly diarizationModel: string | null;
  /** Absolute path of a folder that holds `model.onnx`; null: none is set, or a name. */
  readonly diarizationModelPath: string | null;
  readonly aiDevice: string;
  /** Absolute. */
  readonly modelsDir: string;
  /** Without a slash at its end; null: Hugging Face. */
  readonly modelsBaseUrl: string | null;
  readonly modelsOffline: boolean;
  readonly hfToken: string | null;
  /** The server that transcribes; `baseUrl` null: none is set. */
  readonly speechServer: { readonly baseUrl: string | null; readonly apiKey: string | null; readonly model: string };
  /** `path`: where whisper.cpp is, absolute; null: looked for on `searchPath`. */
  readonly whisperCpp: { readonly path: string | null; readonly searchPath: string };
}

const OPENAI = 'https://api.openai.com/v1';

/** @throws AppError `configuration_invalid` */
export function enginesConfig(
  variables: Variables,
  { cwd, dataDir, searchPath }: { cwd: string; dataDir: string; searchPath: string },
): EnginesConfig {
  const whisper = nameOrPath(variables.WHISPER_MODEL, cwd);
  const diarization = nameOrPath(variables.DIARIZATION_MODEL, cwd);
  return {
    transcriptionEngine: variables.TRANSCRIPTION_ENGINE,
    whisperModel: whisper.name,
    whisperModelPath: whisper.path,
    diarizationModel: diarization.name,
    diarizationModelPath: diarization.path,
    aiDevice: variables.AI_DEVICE,
    modelsDir: variables.MODELS_DIR === '' ? join(dataDir, 'models') : resolve(cwd, variables.MODELS_DIR),
    modelsBaseUrl: address('MODELS_BASE_URL', variables.MODELS_BASE_URL),
    modelsOffline: variables.MODELS_OFFLINE,
    hfToken: variables.HF_TOKEN || null,
    speechServer: {
      baseUrl:
        address('TRANSCRIBE_BASE_URL', variables.TRANSCRIBE_BASE_URL) ?? (variables.TRANSCRIBE_API_KEY === '' ? null : OPENAI),
      apiKey: variables.TRANSCRIBE_API_KEY || null,
      model: variables.TRANSCRIBE_MODEL,
    },
    whisperCpp: {
      path: variables.WHISPER_CPP_PATH === '' ? null : resolve(cwd, variables.WHISPER_CPP_PATH.replace(/^~(?=\/|$)/, homedir())),
      searchPath,
    },
  };
}

/** What begins with `/`, `.` or `~` is a path, and made absolute. */
function nameOrPath(value: string, cwd: string): { readonly name: string | null; readonly path: string | null } {
  const text = value.trim();
  if (text === '') return { name: null, path: null };
  const isPath = /^(?:[./~]|[a-z]:[\\/])/i.test(text);
  return isPath ? { name: null, path: resolve(cwd, text.replace(/^~(?=\/|$)/, homedir())) } : { name: text, path: null };
}

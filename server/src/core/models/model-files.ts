import type { ModelFile } from './speech-model.ts';

/** Where all models of the catalogue lie; a mirror (`MODELS_BASE_URL`) stands in for it. */
export const MODELS_HOST = 'https://huggingface.co';

/** Size and checksum as the host shows them; null what could not be learned. */
export type FileFacts = readonly [name: string, sizeBytes: number | null, sha256: string | null];

/** The files of a repository at a revision; `as` is what they are called in the model's folder, when it is not their own name. */
export function filesAt(repository: string, revision: string, files: readonly FileFacts[], as?: string): readonly ModelFile[] {
  return files.map(([name, sizeBytes, sha256]) => ({
    name: as ?? name,
    url: `${MODELS_HOST}/${repository}/resolve/${revision}/${name}`,
    sizeBytes,
    sha256,
  }));
}

/** What people call the Whisper model of a size: `base`, `whisper-base`, `openai/whisper-base`. */
export function whisperNames(...sizes: readonly string[]): readonly string[] {
  return sizes.flatMap((size) => [size, `whisper-${size}`, `openai/whisper-${size}`]);
}

/** One file of a model as it is fetched. */
export interface ModelFile {
  /** Its name in the model's folder. */
  readonly name: string;
  readonly url: string;
  /** Null: not known before it is fetched. */
  readonly sizeBytes: number | null;
  /** In hexadecimal; null: learned when it is first fetched, over TLS, and compared from then on. */
  readonly sha256: string | null;
}

/** `recordings` become text afterwards, `live` sound as it comes; `speakers` are told apart by segmentation and voice prints. */
export type ModelPurpose = 'recordings' | 'live' | 'speaker-segments' | 'voice-prints';

/** A model that can be fetched, or that lies on this machine already. */
export interface SpeechModel {
  /** Letters, digits, dots and hyphens: the name of its folder, and what people type. */
  readonly id: string;
  readonly title: string;
  /** Which engine loads it: `sherpa` or `whisper-cpp`. */
  readonly engine: string;
  readonly purpose: ModelPurpose;
  /** What people may call it as well, in lower case; a size such as `base` belongs to one model of each engine. */
  readonly names: readonly string[];
  /** ISO 639-1 of what it understands; `any`: 99 languages and more. */
  readonly languages: readonly string[] | 'any';
  /** Whether it can write English for what is spoken in another language. */
  readonly translates: boolean;
  /** On a processor, compared with the others here; from what their makers say, not measured by us. */
  readonly speed: 'fast' | 'medium' | 'slow';
  readonly quality: 'basic' | 'good' | 'best';
  /** SPDX, or the name its makers gave it. */
  readonly licence: string;
  /** Empty for a model of the operator's own, which is not fetched. */
  readonly files: readonly ModelFile[];
}

/** Where a model lies. `digest` changes with its files. */
export interface LocatedModel {
  readonly folder: string;
  readonly digest: string;
}

/** The bytes of all files; null when that of one is not known. */
export function sizeOfModel({ files }: Pick<SpeechModel, 'files'>): number | null {
  return files.reduce<number | null>((sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes), 0);
}

/**
 * The models that people mean by a name, in the order of `models`: an id means one; a size such as `base` one of each engine.
 *
 * @example modelsNamed(CATALOGUE, 'openai/whisper-large-v3').map(({ id }) => id) // ['whisper-large-v3', 'ggml-large-v3']
 */
export function modelsNamed(models: readonly SpeechModel[], name: string): readonly SpeechModel[] {
  const wanted = name.trim().toLowerCase();
  const exact = models.filter(({ id }) => id === wanted);
  return exact.length > 0 ? exact : models.filter(({ names }) => names.includes(wanted));
}

import type { LocatedModel, SpeechModel } from '../models/speech-model.ts';

/** The models that lie on this machine, and the way to get others. */
export interface ModelShelf {
  /** Where a model lies when all of it is there; null otherwise. Looks at names and sizes only: cheap, and never at the network. */
  locate(modelId: string): Promise<LocatedModel | null>;
  state(model: SpeechModel): Promise<ModelState>;
  /** Whether models may be fetched at all (`MODELS_OFFLINE`). */
  readonly offline: boolean;
  /**
   * Fetches what is missing of a model, going on where an earlier try stopped, and compares checksums. Several at once, in any processes
   * on this machine or on others that share the folder, fetch it once: the others wait and look on.
   *
   * @param onProgress bytes that are there, of how many (null: not known yet); may be called often
   * @throws AppError `model_missing` (offline), `url_unreachable`, `url_not_found`, `url_not_allowed`, `storage_full`,
   * `model_unavailable` (what came is not what it should be), `cancelled`; also when `signal` is aborted, within a second
   */
  pull(
    model: SpeechModel,
    onProgress: (progress: { readonly bytes: number; readonly ofBytes: number | null }) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Reads every file and compares its checksum. A whole model that somebody copied into its folder is accepted from then on. */
  verify(model: SpeechModel, signal: AbortSignal): Promise<readonly FileCheck[]>;
  /** Removes a model and what was begun of it; false when there was nothing. @throws AppError `job_active` while it is fetched */
  remove(model: SpeechModel): Promise<boolean>;
}

export interface ModelState {
  /** `partial`: some of it was fetched, and a pull goes on from there. */
  readonly state: 'ready' | 'partial' | 'missing';
  /** Bytes on this machine. */
  readonly bytes: number;
}

export interface FileCheck {
  readonly name: string;
  /** `learned`: its maker tells no checksum; it is the one it had when it was fetched. */
  readonly state: 'ok' | 'learned' | 'missing' | 'damaged';
}

/** Turns text into unit vectors whose dot product says how alike two texts mean. */
export interface Embedder {
  /** Changes with the model; vectors of different ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** ISO 639-1 codes it understands, or `any`. Text in another language is searched by words only. */
  readonly languages: readonly string[] | 'any';
  /**
   * One unit vector per text, in order. Queries overtake passages that wait. Long texts are cut by the model
   * (about 80 words are heard in full).
   * @throws AppError `model_unavailable`, `cancelled`; of a provider also `model_rate_limited`, `model_unreachable` (passing),
   * `model_refused`, `model_reply_invalid`
   */
  embed(texts: readonly string[], purpose: 'query' | 'passage', signal: AbortSignal): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

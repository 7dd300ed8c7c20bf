/** Figures that the steps and the job runner report; the metrics adapter turns them into Prometheus series. */
export interface Metrics {
  /** A worker of this process took a job that waited; `waitedMs`: since it could be taken. */
  jobTaken(fields: { kind: string; waitedMs: number }): void;
  /**
   * This process found a job whose worker was lost, and took it up or ended it; `silentMs`: since the last sign of life of
   * that worker.
   */
  jobStalled(fields: { kind: string; silentMs: number }): void;
  /** A run ended; `errorCode`: why it failed or is tried again, null when it is neither. */
  jobFinished(fields: { kind: string; outcome: string; durationMs: number; errorCode: string | null }): void;
  /** How many jobs of a lane this process works on, of how many it may. Told at each change. */
  placesTaken(fields: { lane: string; taken: number; places: number }): void;
  /** An engine is ready for a recording: its model is loaded, in as many processes as it works with. */
  modelLoaded(fields: { engine: string; model: string; durationMs: number }): void;
  /** `realTimeFactor` = time taken / length of the sound. */
  transcribed(fields: { engine: string; model: string; audioMs: number; durationMs: number }): void;
  /** A call of a language model; `purpose`: what it was for. `costUsd` null where the price is not known. */
  modelUsed(fields: {
    engine: string;
    model: string;
    purpose: 'notes' | 'answer';
    inputTokens: number;
    outputTokens: number;
    costUsd: number | null;
  }): void;
  searched(fields: { mode: 'hybrid' | 'lexical' | 'dense'; durationMs: number }): void;
}

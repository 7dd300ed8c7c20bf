/** Figures that the steps report; the metrics adapter turns them into Prometheus series. */
export interface Metrics {
  jobFinished(fields: { kind: string; outcome: string; durationMs: number }): void;
  /** `realTimeFactor` = time taken / length of the sound. */
  transcribed(fields: { engine: string; model: string; audioMs: number; durationMs: number }): void;
  searched(fields: { mode: 'hybrid' | 'lexical' | 'dense'; durationMs: number }): void;
}

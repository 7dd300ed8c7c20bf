/** What this process has done since it started. */
export interface ProcessFigures {
  readonly startedAt: number;
  /** Requests that were answered. */
  calls: number;
  /** Conversations over a WebSocket that are open now. */
  sockets: number;
}

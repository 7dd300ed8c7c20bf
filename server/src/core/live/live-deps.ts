import type { Scope } from '../domain/scope.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import type { Blobs, Clock, LiveDecoder, LiveTranscriber, Log } from '../ports/index.ts';

export type OwnerScope = Extract<Scope, { kind: 'owner' }>;

export interface LiveDeps extends EnqueueDeps {
  readonly blobs: Pick<Blobs, 'put' | 'read' | 'remove' | 'freeBytes'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly liveDecoder: LiveDecoder;
  /** Engines for live text, best first; none where this process hears nothing. */
  readonly liveTranscribers: readonly LiveTranscriber[];
}

export interface LiveSettings {
  /** A recording that gets no sound for so long is closed by itself. */
  readonly closeAfterMs: number;
  /** How many one owner may have open at once. */
  readonly mostOpen: number;
  /** How many get live text at once in this process; the others get their transcript afterwards. */
  readonly mostHeard: number;
  readonly maxDurationMs: number;
  readonly maxBytes: number;
}

import type { Scope } from '../domain/scope.ts';
import type { Speaker } from '../domain/speaker.ts';

/** The speakers of recordings. They go with their source. */
export interface SpeakerStore {
  /** By colour, then label. */
  ofSource(scope: Scope, sourceId: string): Promise<readonly Speaker[]>;
  /** Puts speakers in place of all that the source has. */
  replace(scope: Scope, sourceId: string, speakers: readonly Speaker[]): Promise<void>;
  /** Writes one speaker, in place of the one with that label. */
  put(scope: Scope, speaker: Speaker): Promise<void>;
  /** Those in recordings of the course (nothing of it in the trash) whom a person named and whose voice is known, by source and colour. */
  namedInCourse(scope: Scope, courseId: string): Promise<readonly Speaker[]>;
}

import { requestDiarization } from '../diarize/request-diarization.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import type { Diarizer } from '../ports/diarizer.ts';
import { mergeSpeakers } from './merge-speakers.ts';
import { nameSpeaker } from './name-speaker.ts';
import { speakersOf } from './speakers-of.ts';
import { splitSpeaker } from './split-speaker.ts';

/** What people do with speakers, bound to its dependencies. */
export interface SpeakerUseCases {
  request(input: Parameters<typeof requestDiarization>[1]): ReturnType<typeof requestDiarization>;
  list(input: Parameters<typeof speakersOf>[1]): ReturnType<typeof speakersOf>;
  name(input: Parameters<typeof nameSpeaker>[1]): ReturnType<typeof nameSpeaker>;
  merge(input: Parameters<typeof mergeSpeakers>[1]): ReturnType<typeof mergeSpeakers>;
  split(input: Parameters<typeof splitSpeaker>[1]): ReturnType<typeof splitSpeaker>;
}

export function bindSpeakers(deps: EnqueueDeps & { readonly diarizers: readonly Diarizer[] }): SpeakerUseCases {
  return {
    request: (input) => requestDiarization(deps, input),
    list: (input) => speakersOf(deps, input),
    name: (input) => nameSpeaker(deps, input),
    merge: (input) => mergeSpeakers(deps, input),
    split: (input) => splitSpeaker(deps, input),
  };
}

import type { Config } from './config.ts';
import { openTranscribers } from './compose-speech.ts';
import type { LiveSettings } from './core/live/live-deps.ts';
import { utteranceLiveTranscriber } from './core/live/utterance-live-transcriber.ts';
import type { SpeechModels } from './core/models/speech-models.ts';
import type { LiveTranscriber, Log, VoiceActivityDetector } from './core/ports/index.ts';

/** Each has an engine of its own: this many people speaking at once are heard by one process. */
const MOST_HEARD = 4;

/** The limits of live recordings. */
export function liveSettings(config: Config): LiveSettings {
  return {
    closeAfterMs: config.liveCloseAfterMs,
    mostOpen: config.liveMaxOpen,
    mostHeard: MOST_HEARD,
    maxDurationMs: config.mediaMaxDurationMs,
    maxBytes: config.uploadMaxFileSizeBytes,
  };
}

/**
 * Engines for live text, best first: one that streams, then those that hear utterance by utterance, each with one process for one
 * speaker. A process that only answers requests hears nothing.
 */
export async function openLiveTranscribers(
  config: Config,
  deps: SpeechModels & { readonly voiceActivity: VoiceActivityDetector; readonly log: Log },
): Promise<readonly LiveTranscriber[]> {
  if (config.role === 'api') return [];
  const whole = await openTranscribers({ ...config, speechProcesses: 1 }, deps, deps.log);
  const byUtterance = whole.map((transcriber) => utteranceLiveTranscriber(transcriber, deps.voiceActivity));
  if (config.transcriptionEngine !== 'auto' && config.transcriptionEngine !== 'sherpa') return byUtterance;
  const { createSherpaLiveTranscriber } = await import('./adapters/sherpa/sherpa-live-transcriber.ts');
  const streaming = createSherpaLiveTranscriber({
    models: deps.models.filter(({ engine, purpose }) => engine === 'sherpa' && purpose === 'live'),
    locate: (id) => deps.shelf.locate(id),
    threads: 1,
  });
  return [streaming, ...byUtterance];
}

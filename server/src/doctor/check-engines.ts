import type { Embedder, SearchIndex, Transcriber, VoiceActivityDetector } from '../core/ports/index.ts';
import { enginesOf } from '../core/models/bind-models.ts';
import { noModels, type SpeechModels } from '../core/models/speech-models.ts';
import { findingOf, ok, problem, warning, type Finding } from './finding.ts';

export interface EnginePorts {
  readonly transcribers: readonly Transcriber[];
  readonly speechModels?: SpeechModels;
  readonly voiceActivity: VoiceActivityDetector;
  /** Null where it lies in a server that is looked at by itself. */
  readonly searchIndex: Pick<SearchIndex, 'check'> | null;
  readonly embedder: Embedder | null;
}

/** Starts each engine once: what is installed may still be broken. */
export async function checkEngines(ports: EnginePorts, signal: AbortSignal): Promise<Finding[]> {
  return [
    ...(await checkSpeech(ports)),
    await checkVoiceActivity(ports.voiceActivity, signal),
    ...(ports.searchIndex === null ? [] : [await checkIndex(ports.searchIndex)]),
    await checkEmbedder(ports.embedder, signal),
  ];
}

/** One line for each engine that is switched on; only all of them together being away is a problem. */
async function checkSpeech({ transcribers, speechModels = noModels }: EnginePorts): Promise<Finding[]> {
  const name = 'Speech engine';
  const engines = await enginesOf({ transcribers, ...speechModels });
  if (engines.length === 0) return [problem(name, 'None is switched on.', 'Set TRANSCRIPTION_ENGINE=auto.')];
  const isAnyReady = engines.some(({ problem: missing }) => missing === null);
  return engines.map(({ engine, problem: missing, draftQuality, models }) => {
    const notes = [...(models.length > 0 ? [`models: ${models.join(', ')}`] : []), ...(draftQuality ? ['draft quality'] : [])];
    if (missing === null) return ok(name, `${engine} is ready${notes.length > 0 ? ` (${notes.join('; ')})` : ''}.`);
    return (isAnyReady ? warning : problem)(name, `${engine} is not ready.`, missing);
  });
}

/** One second of silence shows that the model is whole and that it loads. */
async function checkVoiceActivity(detector: VoiceActivityDetector, signal: AbortSignal): Promise<Finding> {
  const name = 'Voice detection';
  return findingOf(name, async () => {
    const session = await detector.open(signal);
    try {
      await session.accept(new Int16Array(16_000));
      await session.flush();
      return ok(name, 'The model is whole and works.');
    } finally {
      await session.close();
    }
  });
}

async function checkIndex(index: Pick<SearchIndex, 'check'>): Promise<Finding> {
  return findingOf('Search index', async () => {
    await index.check();
    return ok('Search index', 'Full text and vectors (sqlite-vec) work.');
  });
}

async function checkEmbedder(embedder: Embedder | null, signal: AbortSignal): Promise<Finding> {
  const name = 'Search by meaning';
  if (embedder === null) return warning(name, 'It is switched off: search compares words only.', 'See docs/config.md.');
  return findingOf(
    name,
    async () => {
      const [vector] = await embedder.embed(['Is anybody there?'], 'query', signal);
      if (vector?.length === embedder.dimensions) return ok(name, `The model works (${[embedder.languages].flat().join(', ')}).`);
      return warning(name, 'The model does not give what it should: search compares words only.', 'Install Scholium again.');
    },
    'warning',
  );
}

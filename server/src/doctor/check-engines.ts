import type { Embedder, SearchIndex, Transcriber, VoiceActivityDetector } from '../core/ports/index.ts';
import { findingOf, ok, problem, warning, type Finding } from './finding.ts';

export interface EnginePorts {
  readonly transcribers: readonly Transcriber[];
  readonly voiceActivity: VoiceActivityDetector;
  readonly searchIndex: Pick<SearchIndex, 'check'>;
  readonly embedder: Embedder | null;
}

/** Starts each engine once: what is installed may still be broken. */
export async function checkEngines(ports: EnginePorts, signal: AbortSignal): Promise<Finding[]> {
  return [
    await checkSpeech(ports.transcribers),
    await checkVoiceActivity(ports.voiceActivity, signal),
    await checkIndex(ports.searchIndex),
    await checkEmbedder(ports.embedder, signal),
  ];
}

async function checkSpeech(transcribers: readonly Transcriber[]): Promise<Finding> {
  const name = 'Speech engine';
  let why: string | null = null;
  for (const transcriber of transcribers) {
    const reason = await transcriber.unavailable();
    if (reason === null) return ok(name, `${transcriber.engine} is ready${transcriber.draftQuality ? ' (draft quality)' : ''}.`);
    why ??= reason;
  }
  const install = 'Install one (Debian and Ubuntu: "apt install pocketsphinx pocketsphinx-en-us").';
  return problem(name, 'None is ready.', why ?? install);
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

import { artifactContentSchemas, artifactKinds, type ArtifactKind } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture, aSource } from '../../../testkit/builders.ts';
import { firstSentenceWriter } from '../../../testkit/first-sentence-writer.ts';
import { untilSettled } from '../../../testkit/language-model.conformance.ts';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { goodReplies } from '../../../testkit/model-servers/good-replies.ts';
import type { ModelReply } from '../../../testkit/model-servers/model-reply.ts';
import { startModelServer, type ModelServer } from '../../../testkit/model-servers/model-server.ts';
import { SPOILED, spoilReply, type Spoiled } from '../../../testkit/model-servers/spoil-reply.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { falseCitationsIn } from '../../../testkit/true-citations.ts';
import type { Artifact } from '../../core/domain/artifact.ts';
import { LOCAL_OWNER, ownerScope } from '../../core/domain/scope.ts';
import { generate, type GenerateResult } from '../../core/generate/generate.ts';
import type { Store } from '../../core/ports/store.ts';
import type { Writer } from '../../core/ports/writer.ts';
import { createModelWriter } from '../../core/writing/model-writer.ts';
import { createLanguageModel } from './language-model.ts';
import type { Engine, LanguageModelSettings } from './model-settings.ts';

const scope = ownerScope(LOCAL_OWNER);
const never = new AbortController().signal;
const SENTENCES = ['Memory fades.', 'Rehearsal keeps it alive for a while.', 'Sleep settles what was learned.'];
const good = goodReplies([
  { id: 'S1', quote: 'Memory fades' },
  { id: 'S3', quote: 'sleep settles' },
]);

const MODELS: Readonly<Record<Engine, string>> = {
  openai: 'gpt-4.1-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
  'openai-compatible': 'qwen3:8b',
};
const ENGINES: readonly Engine[] = ['openai', 'anthropic', 'gemini', 'openai-compatible'];

const WAYS = { 'a 429': { status: 429, retryAfter: '1' }, 'a 500': { status: 500 }, 'a hang': 'hang' } as const;
type Fault = Spoiled | keyof typeof WAYS;
const FAULTS: readonly Fault[] = [...SPOILED, 'a 429', 'a 500', 'a hang'];

/** What the job says of it when it goes on. */
function codeOf(fault: Fault): string {
  if (fault === 'a 429') return 'model_rate_limited';
  return fault === 'a 500' || fault === 'a hang' ? 'model_unreachable' : 'model_reply_invalid';
}

function replyWith(fault: Fault, kind: ArtifactKind): ModelReply {
  const spoiled = SPOILED.find((how) => how === fault);
  // Every fault is in one of the two lists.
  return spoiled ? spoilReply(good[kind], spoiled) : { fault: WAYS[fault as keyof typeof WAYS] };
}

interface Rig {
  readonly server: ModelServer;
  readonly store: Store;
  readonly model: ReturnType<typeof createLanguageModel>;
  make(kind: ArtifactKind, fallback: Writer | null): Promise<GenerateResult>;
  stored(): Promise<readonly Artifact[]>;
}

async function openRig(engine: Engine): Promise<Rig> {
  const server = await startModelServer({ shape: engine === 'openai-compatible' ? 'openai' : engine });
  const clock = new ManualClock();
  // The parts fit together for every engine; the union does not see it.
  const settings = { engine, model: MODELS[engine], baseUrl: server.baseUrl, apiKey: 'key' } as LanguageModelSettings;
  const model = createLanguageModel(settings, { clock, random: () => 0.5 });
  const store = memoryStore();
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, aSource());
  await store.transcripts.add(scope, {
    ...makeTranscript(SENTENCES),
    ownerId: LOCAL_OWNER,
    lectureId: 'lecture-1',
    sourceId: 'src_1',
  });
  return {
    server,
    store,
    model,
    async make(kind, fallback) {
      const style = { length: 1, language: null, tone: null, instructions: null };
      const preset = { ...style, id: kind, title: kind, artifacts: [kind], version: 1, ownerId: LOCAL_OWNER, createdAt: 1 };
      await store.presets.insert(scope, preset);
      const deps = { store, clock, metrics: silentMetrics, writer: createModelWriter(model, fallback) };
      const input = { scope, lectureId: 'lecture-1', presetId: kind, onProgress: () => {} };
      const commit = await untilSettled(clock, generate(deps, input, never));
      return (await store.transaction(commit)).result;
    },
    stored: () => store.artifacts.ofLecture(scope, 'lecture-1', { history: true }),
  };
}

describe.each(ENGINES)('artifacts by %s', (engine) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig(engine);
  });
  afterEach(async () => {
    await rig.model.close();
    await rig.server.close();
  });

  /** The one artifact there is: in its shape, and every citation true. */
  async function onlyArtifact(): Promise<Artifact> {
    const stored = await rig.stored();
    expect(stored).toHaveLength(1);
    const [artifact] = stored as readonly [Artifact];
    expect(artifactContentSchemas[artifact.kind].safeParse(artifact.content).error).toBeUndefined();
    const { checked, wrong } = await falseCitationsIn(rig.store, scope, 'lecture-1');
    expect(checked).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
    return artifact;
  }

  describe.each(artifactKinds)('of the kind %s', (kind) => {
    it('are written, cite what the model named, and say what they cost', async () => {
      rig.server.script({ json: good[kind], usage: { inputTokens: 100, outputTokens: 20 } });
      expect(await rig.make(kind, null)).toMatchObject({ problems: [] });
      const artifact = await onlyArtifact();
      expect(artifact).toMatchObject({ engine, kind, unsupported: [], usage: { calls: 1, inputTokens: 100, outputTokens: 20 } });
      expect(artifact.citations.map(({ quote }) => quote)).toEqual([SENTENCES[0], SENTENCES[2]]);
    });

    it.each(FAULTS)('come from the other engine, which says so, when the model gives %s each time', async (fault) => {
      rig.server.script(...Array.from({ length: 6 }, () => replyWith(fault, kind)));
      const { problems } = await rig.make(kind, firstSentenceWriter());
      expect(problems).toMatchObject([{ kind, code: codeOf(fault) }]);
      expect(await onlyArtifact()).toMatchObject({ engine: 'first-sentence', kind });
    });

    it.each(FAULTS.filter((fault) => fault !== 'invented ids'))('are written after %s', async (fault) => {
      rig.server.script(replyWith(fault, kind), { json: good[kind] });
      expect(await rig.make(kind, null)).toMatchObject({ problems: [] });
      expect(await onlyArtifact()).toMatchObject({ engine, kind });
      expect(rig.server.calls).toHaveLength(2);
    });

    // Without another engine nothing depends on the provider any more: one stands for all.
    const alone = engine === 'openai-compatible' ? FAULTS : [];
    it.each(alone)('are not stored, and the job says why, when there is %s and no other engine', async (fault) => {
      rig.server.script(...Array.from({ length: 6 }, () => replyWith(fault, kind)));
      await expect(rig.make(kind, null)).rejects.toMatchObject({ code: codeOf(fault) });
      expect(await rig.stored()).toEqual([]);
    });
  });
});

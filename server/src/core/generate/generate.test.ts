import type { ErrorCode } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aDocument, aLecture, aSource, aTranscript } from '../../../testkit/builders.ts';
import { firstSentenceWriter } from '../../../testkit/first-sentence-writer.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { silentMetrics } from '../../../testkit/silent-metrics.ts';
import { falseCitationsIn } from '../../../testkit/true-citations.ts';
import { AppError } from '../domain/app-error.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { artifactsOf } from './artifacts-of.ts';
import { generate, type GenerateResult } from './generate.ts';

const scope = ownerScope(LOCAL_OWNER);
const signal = new AbortController().signal;
const clock = { now: () => 7_000 };

let store: Store;
let writer: ReturnType<typeof firstSentenceWriter>;

beforeEach(async () => {
  store = memoryStore();
  writer = firstSentenceWriter();
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, aSource());
});

afterEach(async () => {
  expect((await falseCitationsIn(store, scope, 'lecture-1')).wrong).toEqual([]);
});

async function run(input: { presetId?: string; nonce?: string; writer?: typeof writer } = {}): Promise<GenerateResult> {
  const { writer: other, ...rest } = input;
  const deps = { store, clock, metrics: silentMetrics, writer: other ?? writer };
  const commit = await generate(deps, { scope, lectureId: 'lecture-1', presetId: 'exam', onProgress: () => {}, ...rest }, signal);
  return (await store.transaction(commit)).result;
}

describe('generate', () => {
  it("stores the preset's artifacts with what made them and from which text", async () => {
    await store.transcripts.add(scope, aTranscript());
    const result = await run({ presetId: 'meeting' });
    expect(result.artifacts.map(({ kind, title }) => [kind, title])).toEqual([
      ['summary', 'Key passages'],
      ['action_items', 'Action items'],
      ['chapters', 'Chapters'],
      ['outline', 'Outline'],
    ]);
    const stored = await artifactsOf({ store }, { scope, lectureId: 'lecture-1' });
    expect(stored).toHaveLength(4);
    expect(stored[0]).toMatchObject({ engine: 'first-sentence', presetId: 'meeting', transcriptVersion: 1, createdAt: 7_000 });
    expect(stored[0]?.citations[0]).toMatchObject({ sourceId: 'src_1', quote: 'Memory fades.', firstWord: 0, lastWord: 1 });
  });

  it('does not write the same twice, and writes again for a nonce, another preset and a new transcript', async () => {
    await store.transcripts.add(scope, aTranscript());
    const first = await run();
    expect(await run()).toEqual(first);
    expect(writer.written()).toBe(1);
    const again = await run({ nonce: 'again' });
    expect(again.artifacts[0]?.id).not.toBe(first.artifacts[0]?.id);
    await run({ presetId: 'beginner' });
    await store.transcripts.add(scope, aTranscript());
    await run();
    expect(writer.written()).toBe(4);
  });

  it('stores nothing before the commit', async () => {
    await store.transcripts.add(scope, aTranscript());
    await generate(
      { store, clock, metrics: silentMetrics, writer },
      { scope, lectureId: 'lecture-1', presetId: 'exam', onProgress: () => {} },
      signal,
    );
    expect(await artifactsOf({ store }, { scope, lectureId: 'lecture-1' })).toEqual([]);
  });

  it('reads the newest transcripts of all recordings that are not in the trash, with the exact words', async () => {
    await store.sources.insert(scope, aSource({ id: 'src_2', createdAt: 3_500 }));
    await store.sources.insert(scope, aSource({ id: 'src_3', createdAt: 3_600 }));
    for (const sourceId of ['src_1', 'src_2', 'src_3']) await store.transcripts.add(scope, aTranscript({ sourceId }));
    await store.transcripts.add(scope, aTranscript({ sourceId: 'src_2' }));
    await store.sources.setDeletedAt(scope, 'src_3', 6_000);
    const read: unknown[] = [];
    const spying = {
      ...writer,
      write: (request: Parameters<typeof writer.write>[0], stop: AbortSignal) => {
        read.push(
          ...request.material.sentences.map(({ sourceId, textVersion, firstWord, lastWord }) => [
            sourceId,
            textVersion,
            firstWord,
            lastWord,
          ]),
        );
        return writer.write(request, stop);
      },
    };
    await run({ writer: spying });
    expect(read).toEqual([
      ['src_1', 1, 0, 1],
      ['src_2', 2, 0, 1],
    ]);
  });

  it('reads documents after what was said, without their headings, and cites their pages', async () => {
    await store.sources.insert(scope, aSource({ id: 'src_2', kind: 'document', createdAt: 3_500 }));
    await store.documents.add(scope, aDocument({ sourceId: 'src_2' }));
    await run({ presetId: 'meeting' });
    const [alone] = await artifactsOf({ store }, { scope, lectureId: 'lecture-1' });
    expect(alone).toMatchObject({ transcriptVersion: 0, citations: [{ kind: 'document', page: 1, quote: 'Memory fades.' }] });

    await store.transcripts.add(scope, aTranscript());
    const made = await run({ presetId: 'meeting' });
    // Both were made at the same moment, so the newest is found by its id.
    const all = await store.artifacts.ofLecture(scope, 'lecture-1', { history: true });
    const both = all.find(({ id }) => id === made.artifacts[0]?.id);
    expect(both).toMatchObject({ transcriptVersion: 1, citations: [{ kind: 'recording', sourceId: 'src_1' }] });
  });

  it('follows a preset that somebody made, and makes the notes again when it has changed', async () => {
    await store.transcripts.add(scope, aTranscript());
    const own = { artifacts: ['summary'] as const, length: 0.5, language: 'de', tone: 'kind', instructions: null };
    await store.presets.insert(scope, { ...own, id: 'own', title: 'Own', version: 1, ownerId: LOCAL_OWNER, createdAt: 1 });
    const asked: unknown[] = [];
    const spying = {
      ...writer,
      write: (request: Parameters<typeof writer.write>[0], stop: AbortSignal) => {
        asked.push([request.kinds, request.length, request.style]);
        return writer.write(request, stop);
      },
    };
    await run({ presetId: 'own', writer: spying });
    await run({ presetId: 'own', writer: spying });
    expect(asked).toEqual([[['summary'], 0.5, { language: 'de', tone: 'kind', instructions: null }]]);
    await store.presets.update(scope, 'own', { tone: 'formal' });
    await run({ presetId: 'own', writer: spying });
    expect(asked).toHaveLength(2);
    const versions = (await store.artifacts.ofLecture(scope, 'lecture-1', { history: true })).map((one) => one.presetVersion);
    expect(versions.toSorted()).toEqual([1, 2]);
  });

  it('drops what cites words that were never said', async () => {
    await store.transcripts.add(scope, aTranscript());
    const lying = {
      ...writer,
      write: async (request: Parameters<typeof writer.write>[0], stop: AbortSignal) => {
        const drafts = await writer.write(request, stop);
        return drafts.map((draft) =>
          draft.kind === 'summary'
            ? { ...draft, citations: draft.citations.map((one) => ({ ...one, quote: 'Never said.' })) }
            : draft,
        );
      },
    };
    const result = await run({ presetId: 'meeting', writer: lying });
    expect(result.artifacts.map(({ kind }) => kind)).toEqual(['action_items', 'chapters', 'outline']);
  });

  it('names what it left out, and keeps what it cost and all texts it was made from', async () => {
    await store.transcripts.add(scope, aTranscript());
    const usage = { calls: 2, inputTokens: 10, outputTokens: 5, costUsd: 0.5 };
    const halfLying = {
      ...writer,
      write: async (request: Parameters<typeof writer.write>[0], stop: AbortSignal) => {
        const [draft] = await writer.write({ ...request, kinds: ['summary'] }, stop);
        const [citation] = draft?.citations ?? [];
        if (!citation) throw new Error('The writer of tests cites.');
        const passages = [
          { text: 'True.', cites: [0, 1] },
          { text: 'False.', cites: [1] },
        ];
        const citations = [citation, { ...citation, quote: 'Never said.' }];
        return [{ kind: 'summary' as const, content: { passages }, citations, usage, unsupported: ['Known before.'] }];
      },
    };
    await run({ presetId: 'meeting', writer: halfLying });
    const [stored] = await artifactsOf({ store }, { scope, lectureId: 'lecture-1' });
    expect(stored).toMatchObject({
      content: { passages: [{ text: 'True.', cites: [0] }] },
      unsupported: ['Known before.', 'False.'],
      usage,
      texts: [{ sourceId: 'src_1', kind: 'recording', version: 1 }],
    });
    expect(stored?.citations).toHaveLength(1);
  });

  it('says on the artifact which engine could not write it, and asks that again the next time, when it was away', async () => {
    await store.transcripts.add(scope, aTranscript());
    const fallback = { engine: 'openai', model: 'gpt', code: 'model_unreachable', detail: 'It does not answer.' };
    let fault: ErrorCode = 'model_unreachable';
    const falling = {
      ...writer,
      write: async (request: Parameters<typeof writer.write>[0], stop: AbortSignal) => {
        const drafts = await writer.write({ ...request, kinds: ['summary'] }, stop);
        request.onProblem?.('summary', new AppError(fault, 'It does not answer.'));
        return drafts.map((draft) => ({ ...draft, fallback }));
      },
    };
    const first = await run({ presetId: 'meeting', writer: falling });
    expect(await artifactsOf({ store }, { scope, lectureId: 'lecture-1' })).toMatchObject([{ kind: 'summary', fallback }]);
    const second = await run({ presetId: 'meeting', writer: falling });
    expect(second.artifacts[0]?.id).not.toBe(first.artifacts[0]?.id);
    // A reply that breaks its shape is one: the same request would end in it again, at a cost.
    fault = 'model_reply_invalid';
    const third = await run({ presetId: 'meeting', writer: falling });
    expect(await run({ presetId: 'meeting', writer: falling })).toMatchObject({ artifacts: third.artifacts });
  });

  it('lets no other engine write for a person who does not want that', async () => {
    await store.transcripts.add(scope, aTranscript());
    const wished: (boolean | undefined)[] = [];
    const watching = {
      ...writer,
      write: (request: Parameters<typeof writer.write>[0], stop: AbortSignal) => {
        wished.push(request.fallback);
        return writer.write(request, stop);
      },
    };
    await run({ writer: watching });
    await store.settings.write(scope, 'profile', { fallback: false }, 1);
    await run({ writer: watching });
    expect(wished).toEqual([true, false]);
  });

  it('names the kinds for which the texts hold nothing', async () => {
    await store.transcripts.add(scope, aTranscript());
    const sparing = {
      ...writer,
      write: (request: Parameters<typeof writer.write>[0], stop: AbortSignal) =>
        writer.write({ ...request, kinds: request.kinds.filter((kind) => kind !== 'action_items') }, stop),
    };
    const first = await run({ presetId: 'meeting', writer: sparing });
    expect(first.empty).toEqual(['action_items']);
    expect(await run({ presetId: 'meeting', writer: sparing })).toEqual(first);
    expect((await run({ presetId: 'meeting', nonce: 'whole' })).empty).toEqual([]);
  });

  it('stores nothing when a draft breaks its shape', async () => {
    await store.transcripts.add(scope, aTranscript());
    const broken = {
      ...writer,
      write: async () => [{ kind: 'summary' as const, content: { passages: [{ text: '', cites: [] }] }, citations: [] }],
    };
    await expect(run({ writer: broken })).rejects.toMatchObject({ code: 'internal' });
    expect(await artifactsOf({ store }, { scope, lectureId: 'lecture-1' })).toEqual([]);
  });

  it('says what is missing', async () => {
    await expect(run()).rejects.toMatchObject({
      code: 'nothing_to_study',
      detail: expect.stringContaining('Transcribe the lecture first'),
    });
    await store.transcripts.add(scope, aTranscript({ segments: [] }));
    await expect(run()).rejects.toMatchObject({ code: 'nothing_to_study' });
    await expect(run({ presetId: 'nope' })).rejects.toMatchObject({ code: 'preset_not_found' });
    await expect(artifactsOf({ store }, { scope, lectureId: 'nope' })).rejects.toMatchObject({ code: 'lecture_not_found' });
  });
});

import { artifactContentSchemas, artifactKinds } from '@scholium/contract';
import { describe, expect, it } from 'vitest';
import { goodReplies, type NamedPlace } from '../../../testkit/model-servers/good-replies.ts';
import { scriptedLanguageModel } from '../../../testkit/scripted-language-model.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { falseCitations } from '../../../testkit/true-citations.ts';
import type { ArtifactDraft } from '../domain/artifact.ts';
import { claimsOf } from '../domain/claims.ts';
import { collectSentences } from '../generate/collect-material.ts';
import { createModelWriter } from './model-writer.ts';

const never = new AbortController().signal;
const transcript = makeTranscript([
  'the hip campus replays the day while we sleep',
  'forgetting follows a curve that falls fast at first',
  'what we test our selves on we keep',
]);
const sentences = collectSentences(transcript);

describe.each(artifactKinds)('of the kind %s', (kind) => {
  async function write(...places: NamedPlace[]): Promise<ArtifactDraft | undefined> {
    const model = scriptedLanguageModel({ replies: [{ json: goodReplies(places)[kind] }] });
    const material = { title: 'Memory', language: 'en', sentences };
    const [draft] = await createModelWriter(model, null).write({ material, kinds: [kind], length: 1 }, never);
    if (draft) {
      expect(artifactContentSchemas[kind].safeParse(draft.content).error).toBeUndefined();
      expect(falseCitations(draft.citations, [transcript])).toEqual([]);
    }
    return draft;
  }
  const cited = (draft: ArtifactDraft | undefined) => draft?.citations.map(({ quote }) => quote);

  it('words that were misheard are found where they were said, and quoted as they were heard', async () => {
    const draft = await write({ id: 'S1', quote: 'the hippocampus replays the day while we sleep' });
    expect(cited(draft)).toEqual([sentences[0]?.text]);
  });

  it('an id that is one off is set right by the words', async () => {
    expect(cited(await write({ id: 'S1', quote: 'forgetting follows a curve' }))).toEqual([sentences[1]?.text]);
  });

  it('invented ids and words go, what is left is cited', async () => {
    const draft = await write(
      { id: 'S3', quote: 'what we test ourselves on we keep' },
      { id: 'S99', quote: 'what we test' },
      { id: 'S1', quote: 'what we test our selves on' },
      { id: 'S2', quote: '' },
    );
    expect(cited(draft)).toEqual([sentences[2]?.text]);
    expect(claimsOf(draft?.content).every(({ cites }) => cites.length > 0)).toBe(true);
  });

  it.each([
    ['an id that was not given', { id: 'S4', quote: 'forgetting follows a curve' }],
    ['words that were not said', { id: 'S2', quote: 'forgetting is good for you in the long run' }],
    ['words from far away', { id: 'S3', quote: 'the hip campus replays the day' }],
    ['no words', { id: 'S2', quote: ' ... ' }],
  ])('nothing is kept that rests on %s alone', async (_, place) => {
    await expect(write(place)).rejects.toMatchObject({ code: 'model_reply_invalid' });
  });
});

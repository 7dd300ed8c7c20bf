import { readFile } from 'node:fs/promises';
import type { ArtifactContents, ArtifactKind } from '@scholium/contract';
import { artifactKinds } from '@scholium/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HashEmbedder } from '../../../testkit/hash-embedder.ts';
import { sentence, writerConformance } from '../../../testkit/writer.conformance.ts';
import { AppError } from '../../core/domain/app-error.ts';
import type { ArtifactDraft } from '../../core/domain/artifact.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import type { Evidence, StudySentence, Writer } from '../../core/ports/writer.ts';
import { createExtractiveWriter } from './extractive-writer.ts';

const signal = new AbortController().signal;

writerConformance('ExtractiveWriter', async () => createExtractiveWriter({ embedder: new HashEmbedder() }));
writerConformance('ExtractiveWriter without an embedder', async () => createExtractiveWriter({ embedder: null }));

describe('ExtractiveWriter on meetings', () => {
  const writer = createExtractiveWriter({ embedder: null });
  afterAll(() => writer.close());
  const said = [
    "Oh right, okay, I'm not good at golf or tennis.",
    'Um hopefully that will stay on the white board.',
    'We should take plastic for the case of the remote control.',
    'Oops this is now coming apart in my hands.',
    'The remote control has a case with too many buttons.',
  ];
  const passages = async (speakers: readonly string[]) => {
    const sentences = said.map((text, i) => ({ ...sentence(text, i), speaker: speakers[i % speakers.length] ?? null }));
    const material = { title: '', language: 'en', sentences };
    const made = await writer.write({ material, kinds: ['summary'], length: 1 }, signal);
    return contentOf(made, 'summary').passages.map(({ text }) => text);
  };

  it('keeps what people want to do, and none of what they only say in passing', async () => {
    expect(await passages(['Ann', 'Ben'])).toEqual([said[2], said[4]]);
  });

  it('takes the same words of one speaker for an announcement', async () => {
    expect(await passages(['Ann'])).toEqual([said[4]]);
  });
});

describe('ExtractiveWriter on documents', () => {
  const writer = createExtractiveWriter({ embedder: null });
  afterAll(() => writer.close());

  async function write<K extends ArtifactKind>(kind: K, sentences: readonly StudySentence[]): Promise<ArtifactContents[K]> {
    const material = { title: 'Tides', language: 'en', sentences };
    return contentOf(await writer.write({ material, kinds: [kind], length: 1 }, signal), kind);
  }
  const under = (heading: string, texts: readonly string[], from: number) =>
    texts.map((text, i) => ({ ...sentence(text, from + i), headings: ['Tides', heading] }));

  it('has the chapters that the document has, under its own titles', async () => {
    const high = ['Harbour pilots read the tide table.', 'Ships leave at high water.', 'Keels touch the ground at low water.'];
    const energy = ['Barrages hold the water back.', 'Turbines turn in the moving water.', 'Fish suffer from a barrage.'];
    const document = [...under('1. Sailing', [...high, ...high], 0), ...under('2. Energy', [...energy, ...energy], 6)];
    const { chapters } = await write('chapters', document);
    expect(chapters.map(({ title }) => title)).toEqual(['1. Sailing', '2. Energy']);
  });

  it('takes no office, no few of many and nothing that is only praised for a term', async () => {
    const texts = [
      'Federico Musto of the harbour company was named CEO.',
      'Several new tide tables are now available that were missing before.',
      'The current fight is a battle between two harbours of the north.',
      'The harbour signals are generic enough that every ship can read them.',
      'A spring tide is a high tide that is larger than usual.',
    ];
    const { terms } = await write('key_terms', texts.map(sentence));
    expect(terms.map(({ term }) => term)).toEqual(['Spring tide']);
  });

  it('leaves no gap in the middle of an address', async () => {
    const texts = [
      'Many harbour pilots of the north trust OpenTides.org for the tables of every coast.',
      'A reinvigorated OpenTides.org may yet give the old printed tables a run for their money.',
      'Fishing boats without any table of tides wait for the harbour pilots before they leave.',
    ];
    const { cards } = await write('flashcards', texts.map(sentence));
    expect(cards.length).toBeGreaterThan(0);
    expect(cards.filter(({ front }) => front.includes('.___'))).toEqual([]);
  });

  it('asks nothing twice in the same words, as the answers would differ', async () => {
    const texts = [
      'If the harbour gate closes, the water of the basin stays at the height of the high tide.',
      'Pilots watch the gate from the tower of the harbour at each tide.',
      'If the harbour gate closes, ships in the basin wait for the next high tide.',
    ];
    const { cards } = await write('flashcards', texts.map(sentence));
    const fronts = cards.map(({ front }) => front);
    expect(fronts).toContain('What happens if the harbour gate closes?');
    expect(new Set(fronts).size).toBe(fronts.length);
  });
});

describe('ExtractiveWriter on the sample lecture', () => {
  const writer = createExtractiveWriter({ embedder: null });
  let sentences: StudySentence[];
  let drafts: readonly ArtifactDraft[];

  beforeAll(async () => {
    const text = await readFile(new URL('../../../../samples/how-memory-works.txt', import.meta.url), 'utf8');
    sentences = text
      .trim()
      .split(/(?<=[.?!])\s+/)
      .map(sentence);
    drafts = await writer.write(
      { material: { title: 'How memory works', language: 'en', sentences }, kinds: artifactKinds, length: 1 },
      signal,
    );
  });
  afterAll(() => writer.close());

  it('writes all kinds; nobody is asked to do anything in this lecture', () => {
    const expected = artifactKinds.filter((kind) => kind !== 'action_items');
    expect(drafts.map(({ kind }) => kind).sort()).toEqual(expected.toSorted());
  });

  it('plans sessions that go through all chapters in their order, each with a goal and its minutes', () => {
    const { sessions } = contentOf(drafts, 'study_plan');
    const titles = contentOf(drafts, 'chapters').chapters.map(({ title }) => title);
    expect(sessions.flatMap(({ material }) => material.map(({ title }) => title))).toEqual(titles);
    for (const { goal, minutes } of sessions) {
      expect(goal).toMatch(/^(Explain|Say what was said about) .+\.$/);
      expect(minutes % 5).toBe(0);
    }
  });

  it('lists who is to do what and when in a meeting, with the sentence that says so', async () => {
    const said = ['The numbers look good.', 'Maria will send the minutes by Friday.', 'Sales went up again.'].map(sentence);
    const [made] = await writer.write(
      { material: { title: 'Meeting', language: 'en', sentences: said }, kinds: ['action_items'], length: 1 },
      signal,
    );
    const spoken = { ...sentence('I will call the printer.', 3), speaker: 'Tom' };
    const [byTom] = await writer.write(
      { material: { title: 'Meeting', language: 'en', sentences: [spoken] }, kinds: ['action_items'], length: 1 },
      signal,
    );
    expect(byTom?.content).toMatchObject({ items: [{ who: 'Tom' }] });
    const items = [{ task: 'Maria will send the minutes by Friday.', who: 'Maria', due: 'by Friday', cites: [0] }];
    expect(made).toMatchObject({ content: { items }, citations: [{ quote: 'Maria will send the minutes by Friday.' }] });
  });

  it('shows only whole sentences of the lecture, and none of them twice', () => {
    const given = new Set(sentences.map(({ text }) => text));
    const passages = contentOf(drafts, 'summary').passages.map(({ text }) => text);
    const points = contentOf(drafts, 'outline').sections.flatMap((section) => section.points.map(({ text }) => text));
    for (const texts of [passages, points]) {
      expect(texts.filter((text) => !given.has(text))).toEqual([]);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it('leaves out greetings, announcements, questions and sentences that point to another', () => {
    const shown = [
      ...contentOf(drafts, 'summary').passages.map(({ text }) => text),
      ...contentOf(drafts, 'outline').sections.flatMap((section) => section.points.map(({ text }) => text)),
    ];
    expect(
      shown.filter((text) => /^(Welcome|Let us|Now we|Finally, we|To close|It |This |He |His |After that)|\?$/.test(text)),
    ).toEqual([]);
  });

  it('explains the terms that the lecture explains', () => {
    const terms = new Map(contentOf(drafts, 'key_terms').terms.map(({ term, explanation }) => [term, explanation]));
    expect(terms.get('Working memory')).toMatch(/^Working memory is the small store/);
    expect(terms.get('Spaced practice')).toMatch(/^Spaced practice means/);
    expect(terms.get('Testing effect')).toMatch(/^The testing effect is the finding/);
  });

  it('cuts chapters that follow each other, with a title of their own each', () => {
    const { chapters } = contentOf(drafts, 'chapters');
    expect(chapters.length).toBeGreaterThanOrEqual(4);
    expect(new Set(chapters.map(({ title }) => title)).size).toBe(chapters.length);
    expect(
      chapters.every(({ startMs, endMs }, i) => (startMs ?? 0) < (endMs ?? 0) && (startMs ?? 0) >= (chapters[i - 1]?.endMs ?? 0)),
    ).toBe(true);
  });

  it('asks cards whose front does not hold the answer, and each only once', () => {
    const { cards } = contentOf(drafts, 'flashcards');
    expect(cards.length).toBeGreaterThanOrEqual(8);
    expect(new Set(cards.map(({ front }) => front)).size).toBe(cards.length);
    expect(new Set(cards.map(({ back }) => back)).size).toBe(cards.length);
    expect(cards.filter(({ front, back }) => front.includes(back))).toEqual([]);
  });

  it('gives choices that hold the answer once, not always in the same place', () => {
    const choices = contentOf(drafts, 'practice_questions').questions.filter(({ type }) => type === 'multiple-choice');
    expect(choices.length).toBeGreaterThanOrEqual(3);
    for (const { question, options, answer } of choices) {
      expect(new Set(options).size).toBe(4);
      expect(options).toContain(answer);
      expect(question.toLowerCase()).not.toContain(answer.toLowerCase());
    }
    expect(new Set(choices.map(({ options, answer }) => options.indexOf(answer))).size).toBeGreaterThan(1);
  });

  it('prefers the sentence that defines to others that hold the same words', async () => {
    const reply = await writer.answer({ question: 'What is working memory?', evidence: [evidenceOf(sentences)] }, signal);
    expect(reply.citations[0]?.quote).toMatch(/^Working memory is the small store/);
  });

  it('refuses a question with nothing but an ordinary word in common with the lecture', async () => {
    const reply = await writer.answer(
      { question: 'How does photosynthesis work in plants?', evidence: [evidenceOf(sentences)] },
      signal,
    );
    expect(reply).toMatchObject({ supported: false, citations: [] });
  });

  it('trusts no words that were hardly heard', async () => {
    const heard = sentences.map((one) => ({
      ...one,
      wordConfidences: one.text.split(' ').map((word) => (/^trace$/i.test(word) ? 0.05 : 0.95)),
    }));
    const material = { title: 'x', language: 'en', sentences: heard };
    const [made] = await writer.write({ material, kinds: ['key_terms'], length: 1 }, signal);
    const terms = contentOf(made ? [made] : [], 'key_terms').terms.map(({ term }) => term);
    expect(terms).not.toContain('Memory trace');
    expect(terms).toContain('Spaced practice');
  });
});

describe('ExtractiveWriter', () => {
  const writers: Writer[] = [];
  afterAll(() => Promise.all(writers.map((writer) => writer.close())));

  function make(embedder: Embedder | null): Writer {
    const writer = createExtractiveWriter({ embedder });
    writers.push(writer);
    return writer;
  }

  const lecture = Array.from({ length: 3000 }, (_, i) =>
    sentence(`The tide number ${i} is a wave that moves the water of harbour ${i % 97}.`, i),
  );

  it('works by words alone when the embedder fails', async () => {
    const writer = make(
      failingEmbedder(async () => {
        throw new AppError('model_unavailable', 'No model.');
      }),
    );
    const drafts = await writer.write(
      { material: { title: 'x', language: 'en', sentences: lecture.slice(0, 30) }, kinds: ['chapters'], length: 1 },
      signal,
    );
    expect(drafts).toHaveLength(1);
  });

  it('embeds at most a few hundred sentences of a long lecture', async () => {
    let embedded = 0;
    const hash = new HashEmbedder();
    const writer = make(
      failingEmbedder(async (texts, purpose, stop) => {
        embedded += texts.length;
        return hash.embed(texts, purpose, stop);
      }),
    );
    await writer.write(
      { material: { title: 'x', language: 'en', sentences: lecture.slice(0, 1000) }, kinds: ['summary'], length: 1 },
      signal,
    );
    expect(embedded).toBeGreaterThan(100);
    expect(embedded).toBeLessThanOrEqual(350);
  });

  it('does not ask the embedder about a language it does not know', async () => {
    const writer = make(
      failingEmbedder(async () => {
        throw new Error('It was asked.');
      }),
    );
    const german = [
      'Die Gezeiten entstehen durch den Mond.',
      'Der Mond zieht das Wasser der Meere an.',
      'Eine Springflut ist besonders hoch.',
      'Die Häfen richten sich nach den Gezeiten.',
    ];
    const drafts = await writer.write(
      { material: { title: 'x', language: 'de', sentences: german.map(sentence) }, kinds: ['summary'], length: 1 },
      signal,
    );
    expect(drafts).toHaveLength(1);
  });

  it('stops in the middle of its work when it is aborted, and works again afterwards', async () => {
    const writer = make(null);
    const controller = new AbortController();
    const material = { title: 'x', language: 'en', sentences: lecture };
    const work = writer.write(
      { material, kinds: artifactKinds, length: 1, onProgress: () => controller.abort() },
      controller.signal,
    );
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    const small = { ...material, sentences: lecture.slice(0, 20) };
    expect(await writer.write({ material: small, kinds: ['chapters'], length: 1 }, signal)).toHaveLength(1);
  });

  it('ends what is in work when it is closed', async () => {
    const writer = make(null);
    const work = writer.write(
      { material: { title: 'x', language: 'en', sentences: lecture }, kinds: artifactKinds, length: 1 },
      signal,
    );
    const outcome = expect(work).rejects.toMatchObject({ code: 'server_stopping' });
    await writer.close();
    await outcome;
  });
});

function contentOf<K extends ArtifactKind>(drafts: readonly ArtifactDraft[], kind: K): ArtifactContents[K] {
  const draft = drafts.find((one) => one.kind === kind);
  if (!draft) throw new Error(`There is no ${kind}.`);
  return draft.content as ArtifactContents[K]; // the kind says which content it is
}

function evidenceOf(sentences: readonly StudySentence[]): Evidence {
  const passage = sentence(sentences.map(({ text }) => text).join(' '), 0);
  return { passage, sentences, cosine: null, overlap: 0.5 };
}

function failingEmbedder(embed: Embedder['embed']): Embedder {
  return { id: 'test', dimensions: 64, languages: ['en'], embed, close: async () => {} };
}

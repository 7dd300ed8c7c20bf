import Database from 'better-sqlite3';
import { strFromU8, unzipSync } from 'fflate';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { HOSTILE_TEXT } from '../../../testkit/study-guide.ts';
import { AppError } from '../../core/domain/app-error.ts';
import type { CardContent, CardDeck, StudyCard } from '../../core/domain/card-deck.ts';
import type { SoundClip } from '../../core/ports/media-decoder.ts';
import { createAnkiRenderer } from './anki-renderer.ts';

const never = new AbortController().signal;
const silent = async (): Promise<SoundClip | null> => null;

function makeCard(content: CardContent, over: Partial<StudyCard> = {}): StudyCard {
  return {
    guid: `guid-${JSON.stringify(content)}`,
    content,
    source: 'How memory works, 03:25',
    url: null,
    tags: ['scholium', 'memory'],
    clip: null,
    ...over,
  };
}

function makeDeck(cards: readonly StudyCard[], over: Partial<CardDeck> = {}): CardDeck {
  return { id: 'deck-1', path: ['Scholium', 'Neuroscience', 'How memory works'], cards, madeAt: Date.UTC(2026, 10, 23), ...over };
}

const basic = { kind: 'basic', front: 'What settles memory?', back: 'Sleep.' } as const;
const cloze = { kind: 'cloze', before: 'The ', answer: 'hippocampus', after: ' replays the day.' } as const;
const choice = { kind: 'choice', question: 'Which is a burst?', options: ['Axon', 'Spindle'], answer: 'Spindle' } as const;
const clip = { name: 'scholium-abc', sourceId: 'src_1', startMs: 0, endMs: 1_000 };

describe('an Anki package', () => {
  const renderer = createAnkiRenderer();
  const open: Database.Database[] = [];
  afterEach(() => open.splice(0).forEach((database) => database.close()));

  async function make(deck: CardDeck, clipOf: Parameters<typeof renderer.render>[1] = silent) {
    const files = unzipSync(await buffer(Readable.from(renderer.render(deck, clipOf, never))));
    const database = new Database(Buffer.from(files['collection.anki2'] ?? []));
    open.push(database);
    const notes = database.prepare('SELECT * FROM notes ORDER BY rowid').all() as {
      guid: string;
      mid: number;
      mod: number;
      flds: string;
      sfld: string;
      tags: string;
      csum: number;
    }[];
    const [col] = database.prepare('SELECT * FROM col').all() as { models: string; decks: string; ver: number }[];
    return {
      files,
      database,
      notes,
      col: col ?? { models: '', decks: '', ver: 0 },
      fieldsOf: (note: { flds: string }) => note.flds.split('\x1f'),
    };
  }

  it('is a sound collection of schema 11 with a card for each note, in the deck of its course and lecture', async () => {
    const { database, notes, col } = await make(makeDeck([makeCard(basic), makeCard(cloze), makeCard(choice)]));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(col.ver).toBe(11);
    expect(notes).toHaveLength(3);
    const decks = JSON.parse(col.decks) as Record<string, { id: number; name: string }>;
    const deck = Object.values(decks).find(({ name }) => name === 'Scholium::Neuroscience::How memory works');
    const cards = database.prepare('SELECT did, nid, due, queue, type FROM cards ORDER BY due').all();
    expect(cards).toHaveLength(3);
    for (const card of cards) expect(card).toMatchObject({ did: deck?.id, queue: 0, type: 0 });
    expect(database.prepare('SELECT count(*) AS lost FROM cards WHERE nid NOT IN (SELECT id FROM notes)').get()).toEqual({
      lost: 0,
    });
  });

  it('has a note type for questions, one for gaps and one for choices, whose fields its notes fill', async () => {
    const { notes, col, fieldsOf } = await make(makeDeck([makeCard(basic), makeCard(cloze), makeCard(choice)]));
    const models = JSON.parse(col.models) as Record<
      string,
      { type: number; flds: object[]; tmpls: { qfmt: string; afmt: string }[] }
    >;
    for (const note of notes) expect(fieldsOf(note)).toHaveLength(models[note.mid]?.flds.length ?? -1);
    const byType = new Map(notes.map((note) => [models[note.mid]?.tmpls[0]?.qfmt, fieldsOf(note)]));
    expect(byType.get('{{Front}}')?.slice(0, 2)).toEqual(['What settles memory?', 'Sleep.']);
    expect(byType.get('{{cloze:Text}}')?.[0]).toBe('The {{c1::hippocampus}} replays the day.');
    expect(byType.get('{{Question}}{{Options}}')?.slice(0, 3)).toEqual([
      'Which is a burst?',
      '<ol type="A"><li>Axon</li><li>Spindle</li></ol>',
      'B. Spindle',
    ]);
    expect(notes.map(({ tags }) => tags)).toEqual(Array(3).fill(' scholium memory '));
  });

  it('holds each sound once, under the name that its cards play', async () => {
    const asked: string[] = [];
    const clipOf = async ({ name }: { name: string }): Promise<SoundClip> => {
      asked.push(name);
      return { extension: 'mp3', bytes: Buffer.from(`sound of ${name}`) };
    };
    const other = { ...clip, name: 'scholium-def' };
    const cards = [makeCard(basic, { clip }), makeCard(cloze, { clip }), makeCard(choice, { clip: other })];
    const { files, notes, fieldsOf } = await make(makeDeck(cards), clipOf);
    expect(asked).toEqual(['scholium-abc', 'scholium-def']);
    expect(JSON.parse(strFromU8(files['media'] ?? new Uint8Array()))).toEqual({ 0: 'scholium-abc.mp3', 1: 'scholium-def.mp3' });
    expect(strFromU8(files['1'] ?? new Uint8Array())).toBe('sound of scholium-def');
    const sounds = notes.map((note) => fieldsOf(note).at(-2));
    expect(sounds.toSorted()).toEqual(['[sound:scholium-abc.mp3]', '[sound:scholium-abc.mp3]', '[sound:scholium-def.mp3]']);
  });

  it('has a card without sound where there is none, and asks for it once', async () => {
    let asked = 0;
    const count = async (): Promise<SoundClip | null> => {
      asked += 1;
      return null;
    };
    const { files, notes, fieldsOf } = await make(makeDeck([makeCard(basic, { clip }), makeCard(cloze, { clip })]), count);
    expect(asked).toBe(1);
    expect(Object.keys(files).toSorted()).toEqual(['collection.anki2', 'media']);
    expect(fieldsOf(notes[0] ?? { flds: '' }).at(-2)).toBe('');
  });

  it('changes a card that is imported again, and adds none', async () => {
    const first = await make(makeDeck([makeCard(basic, { guid: 'same' })]));
    const again = await make(
      makeDeck([makeCard({ ...basic, back: 'Deep sleep.' }, { guid: 'same' })], { madeAt: Date.UTC(2026, 10, 24) }),
    );
    // What Anki's importer does: a note is known by its guid and note type, and the newer one wins.
    const [before, after] = [first.notes[0], again.notes[0]];
    expect(after).toMatchObject({ guid: before?.guid, mid: before?.mid });
    expect(after?.mod).toBeGreaterThan(before?.mod ?? Number.POSITIVE_INFINITY);
    const idOf = (col: { decks: string }): string[] => Object.keys(JSON.parse(col.decks) as object);
    expect(idOf(again.col)).toEqual(idOf(first.col));
  });

  it('shows markup, sounds, LaTeX, formulas and gaps in texts as the text they are', async () => {
    const content = [
      { kind: 'basic', front: HOSTILE_TEXT, back: HOSTILE_TEXT },
      { kind: 'cloze', before: HOSTILE_TEXT, answer: `${HOSTILE_TEXT} a::b}}`, after: HOSTILE_TEXT },
      { kind: 'choice', question: HOSTILE_TEXT, options: [HOSTILE_TEXT, 'x'], answer: HOSTILE_TEXT },
    ] as const;
    const { notes } = await make(
      makeDeck(content.map((one) => makeCard(one, { source: HOSTILE_TEXT, url: 'javascript:alert(1)' }))),
    );
    for (const { flds } of notes) {
      expect(flds).not.toMatch(/<(?!\/?(?:ol|li)\b)/);
      expect(flds).not.toContain('[');
      expect(flds).not.toMatch(/\\[([]/);
      expect(flds.match(/\{\{/g) ?? []).toHaveLength(flds.includes('a:') ? 1 : 0);
      expect(flds.match(/\}\}/g) ?? []).toHaveLength(flds.includes('a:') ? 1 : 0);
    }
  });

  it('links to the web app only', async () => {
    const url = 'https://scholium.example.org/lectures/lec_1?source=src_1&t=205';
    const { notes, fieldsOf } = await make(
      makeDeck([makeCard(basic, { url }), makeCard(cloze, { url: 'https://x/"><script>' })]),
    );
    const sources = notes.map((note) => fieldsOf(note).at(-1)).join('\n');
    expect(sources).toContain(
      '<a href="https://scholium.example.org/lectures/lec_1?source=src_1&amp;t=205">How memory works, 03:25</a>',
    );
    expect(sources).not.toContain('<script');
  });

  it('takes a deck without cards, and names with colons, quotes and slashes', async () => {
    const { notes, col, database } = await make(makeDeck([], { path: ['Scholium', '::', ' A::B "quoted" / 記憶 '] }));
    expect(notes).toEqual([]);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    const names = Object.values(JSON.parse(col.decks) as Record<string, { name: string }>).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['Default', 'Scholium::A:B quoted / 記憶']);
  });

  it('ends with the reason when it is cancelled between two sounds', async () => {
    const stop = new AbortController();
    const clipOf = async (): Promise<SoundClip> => {
      stop.abort(new AppError('cancelled', 'Stopped.'));
      return { extension: 'mp3', bytes: Buffer.from('x') };
    };
    const cards = [makeCard(basic, { clip }), makeCard(cloze, { clip: { ...clip, name: 'other' } })];
    const writing = buffer(Readable.from(renderer.render(makeDeck(cards), clipOf, stop.signal)));
    await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
  });
});

import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import type { CardDeck, StudyCard } from '../../core/domain/card-deck.ts';
import { linkHtml } from './field-html.ts';
import { contentFields, modelOf, noteTypes } from './note-types.ts';

/** Anki's schema 11, with its indexes. */
const SCHEMA = `
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null, ver integer not null,
  dty integer not null, usn integer not null, ls integer not null, conf text not null, models text not null, decks text not null,
  dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null, usn integer not null,
  tags text not null, flds text not null, sfld integer not null, csum integer not null, flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null, mod integer not null,
  usn integer not null, type integer not null, queue integer not null, due integer not null, ivl integer not null,
  factor integer not null, reps integer not null, lapses integer not null, left integer not null, odue integer not null,
  odid integer not null, flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null, ivl integer not null,
  lastIvl integer not null, factor integer not null, time integer not null, type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
CREATE INDEX ix_notes_usn on notes (usn);
CREATE INDEX ix_cards_usn on cards (usn);
CREATE INDEX ix_revlog_usn on revlog (usn);
CREATE INDEX ix_cards_nid on cards (nid);
CREATE INDEX ix_cards_sched on cards (did, queue, due);
CREATE INDEX ix_revlog_cid on revlog (cid);
CREATE INDEX ix_notes_csum on notes (csum);`;

/** Ids are times in milliseconds to Anki; ours are made from what they name, between 2001 and 2020. */
const FIRST_ID = 1_000_000_000_000;
const IDS = 600_000_000_000;

/**
 * The bytes of `collection.anki2`.
 *
 * @param soundOf the name of the card's sound in the package, null without
 */
export function collectionOf(deck: CardDeck, soundOf: (card: StudyCard) => string | null): Uint8Array {
  const database = new Database(':memory:');
  try {
    database.exec(SCHEMA);
    const modifiedS = Math.floor(deck.madeAt / 1000);
    const deckId = idOf(deck.id);
    insertCollection(database, deck, deckId);
    const addNote = database.prepare(`INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')`);
    const addCard = database.prepare(`INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')`);
    const used = new Set<number>();
    database.transaction(() => {
      for (const [index, card] of deck.cards.entries()) {
        const id = unusedId(idOf(card.guid), used);
        const sound = soundOf(card);
        const fields = [
          ...contentFields(card.content),
          sound === null ? '' : `[sound:${sound}]`,
          linkHtml(card.source, card.url),
        ];
        const sortField = plain(fields[0] ?? '');
        const checksum = Number.parseInt(createHash('sha1').update(sortField).digest('hex').slice(0, 8), 16);
        const tags = ` ${card.tags.join(' ')} `;
        const type = noteTypes[card.content.kind].id;
        addNote.run(id, card.guid, type, modifiedS, tags, fields.join('\x1f'), sortField, checksum);
        addCard.run(id, id, deckId, modifiedS, index + 1);
      }
    })();
    return database.serialize();
  } finally {
    database.close();
  }
}

function insertCollection(database: Database.Database, deck: CardDeck, deckId: number): void {
  const modifiedS = Math.floor(deck.madeAt / 1000);
  const models = Object.values(noteTypes).map((type) => [type.id, modelOf(type, deckId, modifiedS)] as const);
  const decks = {
    1: deckRow(1, 'Default', modifiedS),
    [deckId]: deckRow(deckId, deckName(deck.path), modifiedS),
  };
  const config = {
    nextPos: deck.cards.length + 1,
    estTimes: true,
    activeDecks: [1],
    sortType: 'noteFld',
    timeLim: 0,
    sortBackwards: false,
    addToCur: true,
    curDeck: 1,
    newBury: true,
    newSpread: 0,
    dueCounts: true,
    curModel: String(noteTypes.basic.id),
    collapseTime: 1200,
  };
  database
    .prepare('INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, ?)')
    .run(
      modifiedS,
      deck.madeAt,
      deck.madeAt,
      JSON.stringify(config),
      JSON.stringify(Object.fromEntries(models)),
      JSON.stringify(decks),
      JSON.stringify({ 1: DECK_OPTIONS }),
      '{}',
    );
}

/** Anki's own defaults. */
const DECK_OPTIONS = {
  id: 1,
  name: 'Default',
  mod: 0,
  usn: 0,
  maxTaken: 60,
  autoplay: true,
  timer: 0,
  replayq: true,
  new: { bury: false, delays: [1, 10], initialFactor: 2500, ints: [1, 4, 0], order: 1, perDay: 20 },
  rev: { bury: false, ease4: 1.3, ivlFct: 1, maxIvl: 36500, perDay: 200, hardFactor: 1.2 },
  lapse: { delays: [10], leechAction: 1, leechFails: 8, minInt: 1, mult: 0 },
};

function deckRow(id: number, name: string, modifiedS: number): object {
  return {
    id,
    name,
    mod: modifiedS,
    usn: -1,
    desc: '',
    dyn: 0,
    conf: 1,
    collapsed: false,
    browserCollapsed: false,
    extendNew: 0,
    extendRev: 0,
    newToday: [0, 0],
    revToday: [0, 0],
    lrnToday: [0, 0],
    timeToday: [0, 0],
  };
}

/** `Scholium::Course::Lecture`: colons within a name would make further decks. */
function deckName(path: readonly string[]): string {
  return path
    .map((name) =>
      name
        .replace(/:{2,}/g, ':')
        .replace(/["\p{Cc}]/gu, '')
        .replace(/^[\s:]+|[\s:]+$/g, '')
        .slice(0, 80)
        .toWellFormed(),
    )
    .filter((name) => name !== '')
    .join('::');
}

function idOf(name: string): number {
  return FIRST_ID + (Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 12), 16) % IDS);
}

function unusedId(wanted: number, used: Set<number>): number {
  let id = wanted;
  while (used.has(id)) id += 1;
  used.add(id);
  return id;
}

/** Without tags, as Anki sorts and compares. */
function plain(html: string): string {
  return html.replace(/<[^>]*>/g, '');
}

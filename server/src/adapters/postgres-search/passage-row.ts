import type { IndexedPassage } from '../../core/domain/passage.ts';
import { storable } from './search-words.ts';

/** The columns of `search_passages` that a passage is made of, with their types. */
const COLUMNS = {
  id: 'text',
  source_id: 'text',
  lecture_id: 'text',
  course_id: 'text',
  kind: 'text',
  text_version: 'integer',
  text: 'text',
  context: 'text',
  start_ms: 'bigint',
  end_ms: 'bigint',
  first_word: 'integer',
  last_word: 'integer',
  page: 'integer',
  start_char: 'integer',
  end_char: 'integer',
} as const;

export const columnNames = Object.keys(COLUMNS) as readonly (keyof typeof COLUMNS)[]; // its own keys

/** For jsonb_to_recordset. */
export const columnTypes = columnNames.map((name) => `${name} ${COLUMNS[name]}`).join(', ');

/** Selects a passage's columns; bigint as float8, which every driver gives as a number. */
export const selectedColumns = columnNames
  .map((name) => (COLUMNS[name] === 'bigint' ? `p.${name}::float8 AS ${name}` : `p.${name}`))
  .join(', ');

/** A passage as it lies in the table. */
export type PassageColumns = ReturnType<typeof toColumns>;

export function toColumns(passage: IndexedPassage) {
  return {
    id: storable(passage.id),
    source_id: passage.sourceId,
    lecture_id: passage.lectureId,
    course_id: passage.courseId,
    kind: passage.kind,
    text_version: passage.textVersion,
    text: storable(passage.text),
    context: storable(passage.context),
    start_ms: passage.startMs,
    end_ms: passage.endMs,
    first_word: passage.firstWord,
    last_word: passage.lastWord,
    page: passage.page,
    start_char: passage.startChar,
    end_char: passage.endChar,
  } satisfies Record<keyof typeof COLUMNS, string | number | null>;
}

export function toPassage(row: PassageColumns): IndexedPassage {
  return {
    id: row.id,
    sourceId: row.source_id,
    lectureId: row.lecture_id,
    courseId: row.course_id,
    kind: row.kind,
    textVersion: row.text_version,
    text: row.text,
    context: row.context,
    startMs: row.start_ms,
    endMs: row.end_ms,
    firstWord: row.first_word,
    lastWord: row.last_word,
    page: row.page,
    startChar: row.start_char,
    endChar: row.end_char,
  };
}

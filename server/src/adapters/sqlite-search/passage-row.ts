import type { IndexedPassage } from '../../core/domain/passage.ts';

/** A row of the table `passage`, as SQLite gives it. */
export interface PassageRow {
  readonly row: number;
  readonly id: string;
  readonly source_id: string;
  readonly lecture_id: string;
  readonly course_id: string;
  readonly kind: IndexedPassage['kind'];
  readonly text_version: number;
  readonly text: string;
  readonly context: string;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly first_word: number | null;
  readonly last_word: number | null;
  readonly page: number | null;
  readonly start_char: number | null;
  readonly end_char: number | null;
}

export function toRow(row: number, passage: IndexedPassage): PassageRow {
  return {
    row,
    id: passage.id,
    source_id: passage.sourceId,
    lecture_id: passage.lectureId,
    course_id: passage.courseId,
    kind: passage.kind,
    text_version: passage.textVersion,
    text: passage.text,
    context: passage.context,
    start_ms: passage.startMs,
    end_ms: passage.endMs,
    first_word: passage.firstWord,
    last_word: passage.lastWord,
    page: passage.page,
    start_char: passage.startChar,
    end_char: passage.endChar,
  };
}

export function toPassage(row: PassageRow): IndexedPassage {
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

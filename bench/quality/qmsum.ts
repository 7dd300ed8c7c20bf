import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexedPassage } from '@scholium/server/core/domain/passage.ts';
import type { Transcript } from '@scholium/server/core/domain/transcript.ts';
import { passagesOf } from '@scholium/server/core/indexing/passages-of.ts';
import { z } from 'zod';
import { findSampleData } from '../sample-data.ts';

const meetingSchema = z.object({
  specific_query_list: z.array(
    z.object({ query: z.string(), relevant_text_span: z.array(z.tuple([z.coerce.number(), z.coerce.number()])) }),
  ),
  meeting_transcripts: z.array(z.object({ speaker: z.string(), content: z.string() })),
});

/** A chunk grows by whole passages until it has so many words: about 180 then. */
const CHUNK_WORDS = 150;
const WORD_MS = 390;

export interface Meeting {
  readonly name: string;
  readonly passages: readonly IndexedPassage[];
  /** Number of the chunk of each passage. */
  readonly chunkOf: readonly number[];
  readonly chunks: readonly { readonly text: string; readonly turns: ReadonlySet<number> }[];
  /** `gold`: the turns that answer. */
  readonly queries: readonly { readonly question: string; readonly gold: ReadonlySet<number> }[];
}

/** The test meetings of QMSum at hand, cut by the product and its passages grouped into chunks; null where there are none. */
export function readMeetings(): Meeting[] | null {
  const folder = findSampleData('qa/qmsum');
  if (folder === null) return null;
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => meetingOf(name.replace('.json', ''), readFileSync(join(folder, name), 'utf8')));
}

function meetingOf(name: string, json: string): Meeting {
  const { specific_query_list: queries, meeting_transcripts: turns } = meetingSchema.parse(JSON.parse(json));
  const transcript = transcriptOf(name, turns);
  const turnOfWord = transcript.segments.flatMap(({ id, words }) => words.map(() => id));
  const passages = passagesOf(transcript, { courseId: 'course', courseTitle: '', lectureTitle: '' });
  const chunks: { text: string; words: number; turns: Set<number> }[] = [];
  const chunkOf = passages.map(({ text, firstWord, lastWord }) => {
    const last = chunks.at(-1);
    const chunk = last && last.words < CHUNK_WORDS ? last : { text: '', words: 0, turns: new Set<number>() };
    if (chunk !== last) chunks.push(chunk);
    chunk.text = `${chunk.text} ${text}`.trim();
    for (let word = firstWord ?? 0; word <= (lastWord ?? -1); word++) chunk.turns.add(turnOfWord[word] ?? -1);
    chunk.words += (lastWord ?? -1) - (firstWord ?? 0) + 1;
    return chunks.length - 1;
  });
  return {
    name,
    passages,
    chunkOf,
    chunks,
    queries: queries.map(({ query, relevant_text_span: spans }) => ({ question: query, gold: turnsIn(spans) })),
  };
}

function turnsIn(spans: readonly (readonly [number, number])[]): Set<number> {
  return new Set(spans.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)));
}

/** Turns as segments, their number as id. `{vocalsound}` and the like were not said. */
function transcriptOf(name: string, turns: readonly { speaker: string; content: string }[]): Transcript {
  let at = 0;
  const segments = turns.map(({ speaker, content }, id) => {
    const texts = content
      .replaceAll(/\{\w+\}/g, ' ')
      .replaceAll(/\s+([,.?!'])/g, '$1')
      .split(/\s+/)
      .filter((text) => text !== '');
    const startMs = at;
    const words = texts.map((text) => ({ text, startMs: at, endMs: (at += WORD_MS), confidence: 1 }));
    return { id, startMs, endMs: at, speaker, text: texts.join(' '), confidence: 1, words };
  });
  return {
    ownerId: 'bench',
    lectureId: name,
    sourceId: name,
    version: 1,
    origin: 'import',
    baseVersion: null,
    task: 'transcribe',
    engine: 'qmsum',
    model: 'qmsum',
    language: 'en',
    durationMs: at,
    draftQuality: false,
    segments,
    createdAt: 0,
  };
}

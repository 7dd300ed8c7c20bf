import type { Citation } from '@scholium/contract';
import type { Place } from '../domain/study-guide.ts';
import { clockTime } from './clock-time.ts';
import type { LectureDocument, RecordingDocument } from './lecture-document.ts';
import { oneLine, type Paragraph } from './paragraphs.ts';

/** Finds the place of a citation, and of any time of a recording. */
export interface PlaceFinder {
  ofCitation(citation: Citation): Place | null;
  ofTime(sourceId: string, ms: number): Place;
  /** The distinct places of an item, in order. */
  ofCites(cites: readonly number[], citations: readonly Citation[]): readonly Place[];
}

/** The block of a transcript's paragraph; both count from 0. */
export function speechAnchor(recording: number, paragraph: number): string {
  return `speech-${recording + 1}-${paragraph + 1}`;
}

/** @param paragraphs of each recording, as the document shows them; none when places need no anchors */
export function placesIn(
  document: Pick<LectureDocument, 'lecture' | 'recordings' | 'documents' | 'publicUrl'>,
  paragraphs: readonly (readonly Paragraph[])[] = [],
): PlaceFinder {
  const { recordings, documents } = document;
  const starts = paragraphs.map((list) => list.map(({ startMs }) => startMs));
  const titles = new Map(documents.map(({ id, title }) => [id, oneLine(title)]));

  const ofTime = (sourceId: string, ms: number): Place => {
    const index = recordings.findIndex(({ source }) => source.id === sourceId);
    return {
      label: recordings.length > 1 && index >= 0 ? `rec. ${index + 1}, ${clockTime(ms)}` : clockTime(ms),
      url: webAddress(document, sourceId, `t=${Math.floor(ms / 1000)}`),
      anchor: anchorAt(starts[index] ?? [], index, ms),
    };
  };
  const ofCitation = (citation: Citation): Place | null => {
    const { sourceId, startMs, page } = citation;
    if (startMs !== null) return ofTime(sourceId, startMs);
    if (page === null) return null;
    const title = titles.get(sourceId);
    return {
      label: title ? `${title}, p. ${page}` : `p. ${page}`,
      url: webAddress(document, sourceId, `page=${page}`),
      anchor: null,
    };
  };
  return {
    ofTime,
    ofCitation,
    ofCites(cites, citations) {
      const places = cites.flatMap((index) => {
        const citation = citations[index];
        return (citation && ofCitation(citation)) ?? [];
      });
      return places.filter(({ label }, index) => places.findIndex((other) => other.label === label) === index);
    },
  };
}

/** Headings of transcripts where there are several. */
export function recordingTitle(recordings: readonly RecordingDocument[], index: number): string {
  const title = oneLine(recordings[index]?.source.title ?? '');
  return recordings.length > 1 ? `Transcript ${index + 1}: ${title}` : 'Transcript';
}

function anchorAt(starts: readonly number[], recording: number, ms: number): string | null {
  const paragraph = starts.findLastIndex((startMs) => startMs <= ms);
  if (starts.length === 0) return null;
  return speechAnchor(recording, Math.max(0, paragraph));
}

/** `https://host/lectures/lec_1?source=src_1&t=205`: the web app shows the source from there. */
function webAddress({ lecture, publicUrl }: Pick<LectureDocument, 'lecture' | 'publicUrl'>, sourceId: string, where: string) {
  if (publicUrl === null) return null;
  return `${publicUrl.replace(/\/+$/, '')}/lectures/${encodeURIComponent(lecture.id)}?source=${encodeURIComponent(sourceId)}&${where}`;
}

import { artifactContentSchemas } from '@scholium/contract';
import type { Artifact } from '../domain/artifact.ts';
import type { GuideBlock, GuideSection, StudyGuide } from '../domain/study-guide.ts';
import type { Segment } from '../domain/transcript.ts';
import { artifactBlocks, artifactHeading } from './artifact-blocks.ts';
import { clockTime } from './clock-time.ts';
import type { LectureDocument, RecordingDocument } from './lecture-document.ts';
import { oneLine, paragraphsOf, type Paragraph } from './paragraphs.ts';
import { placesIn, recordingTitle, speechAnchor, type PlaceFinder } from './places.ts';

/** Below this a transcript has no use for headings of its chapters. */
const LONG_ENOUGH_MS = 5 * 60_000;

/** The lecture as a document: its notes, then all that was said, with the times of both. */
export function studyGuideOf(document: LectureDocument): StudyGuide {
  const { lecture, course, recordings, artifacts } = document;
  const chapters = recordings.map((recording) => chaptersOf(recording, artifacts));
  const paragraphs = recordings.map(({ transcript }, index) =>
    paragraphsOf(
      transcript.segments,
      chapters[index]?.map(({ startMs }) => startMs),
    ),
  );
  const finder = placesIn(document, paragraphs);
  const dates = [
    ...recordings.map(({ transcript }) => transcript.createdAt),
    ...artifacts.map(({ createdAt, edit }) => edit?.at ?? createdAt),
  ];
  return {
    title: oneLine(lecture.title) || lecture.id,
    course: oneLine(course?.title ?? ''),
    language: recordings[0]?.transcript.language ?? document.documents[0]?.language ?? 'und',
    madeAt: Math.max(lecture.createdAt, ...dates),
    facts: factsOf(document),
    sections: [
      ...artifacts.map((artifact, index) => artifactSection(artifact, artifacts, `notes-${index + 1}`, finder)),
      ...recordings.map((recording, index) => ({
        title: recordingTitle(recordings, index),
        anchor: `transcript-${index + 1}`,
        remark: trustIn(recording),
        blocks: speechBlocks({ recording, index, chapters: chapters[index] ?? [], paragraphs: paragraphs[index] ?? [] }, finder),
      })),
    ],
  };
}

function factsOf({ lecture, recordings, documents }: LectureDocument): StudyGuide['facts'] {
  return [
    { label: 'Date', text: isoDate(lecture.createdAt) },
    ...recordings.map(({ source, transcript }, index) => ({
      label: recordings.length > 1 ? `Recording ${index + 1}` : 'Recording',
      text: `${oneLine(source.title)} (${clockTime(transcript.durationMs)}), words by ${enginePhrase(transcript)}`,
    })),
    ...documents.map(({ title }) => ({ label: 'Document', text: oneLine(title) })),
  ];
}

function artifactSection(artifact: Artifact, all: readonly Artifact[], anchor: string, finder: PlaceFinder): GuideSection {
  const { presetId, transcriptVersion, createdAt, edit, fallback } = artifact;
  const instead = fallback ? `, as ${enginePhrase(fallback)} could not (${oneLine(fallback.detail).replace(/\.$/, '')}),` : '';
  const from = transcriptVersion > 0 ? `, from version ${transcriptVersion} of the transcript` : '';
  return {
    title: artifactHeading(artifact, all),
    anchor,
    remark: `Made by ${enginePhrase(artifact)}${instead} with the preset ${oneLine(presetId)} on ${isoDate(createdAt)}${from}.${edit ? ` Edited on ${isoDate(edit.at)}.` : ''}`,
    blocks: artifactBlocks(artifact, anchor, finder),
  };
}

interface Chapter {
  readonly title: string;
  readonly startMs: number;
}

interface Speech {
  readonly recording: RecordingDocument;
  readonly index: number;
  readonly chapters: readonly Chapter[];
  readonly paragraphs: readonly Paragraph[];
}

/** Paragraphs under the headings of the chapters that begin with them. */
function speechBlocks({ recording, index, chapters, paragraphs }: Speech, finder: PlaceFinder): GuideBlock[] {
  return paragraphs.flatMap(({ startMs, speaker, text }, paragraph): GuideBlock[] => {
    const [from, until] = [paragraph === 0 ? 0 : startMs, paragraphs[paragraph + 1]?.startMs ?? Number.POSITIVE_INFINITY];
    const headings = chapters.flatMap((chapter, number): GuideBlock[] =>
      chapter.startMs >= from && chapter.startMs < until
        ? [{ kind: 'heading', title: chapter.title, anchor: `chapter-${index + 1}-${number + 1}` }]
        : [],
    );
    const place = finder.ofTime(recording.source.id, startMs);
    return [
      ...headings,
      { kind: 'speech', anchor: speechAnchor(index, paragraph), place, speaker: speaker && oneLine(speaker), text },
    ];
  });
}

function trustIn({ transcript }: RecordingDocument): string | null {
  if (!transcript.draftQuality) return null;
  return `Recognised by ${oneLine(transcript.engine)}, which makes mistakes: check what matters against the recording.`;
}

/** Chapters that cite this recording, by their beginning, of the first artifact that has some. */
function chaptersOf({ source, transcript }: RecordingDocument, artifacts: readonly Artifact[]): readonly Chapter[] {
  if (transcript.durationMs < LONG_ENOUGH_MS) return [];
  for (const { kind, content, citations } of artifacts) {
    if (kind !== 'chapters') continue;
    const chapters = artifactContentSchemas.chapters.parse(content).chapters.flatMap(({ title, startMs, cites }) => {
      const isHere = cites.some((cite) => citations[cite]?.sourceId === source.id);
      return isHere && startMs !== null ? [{ title: oneLine(title), startMs: beginOf(transcript.segments, startMs) }] : [];
    });
    if (chapters.length > 0) return chapters.toSorted((a, b) => a.startMs - b.startMs);
  }
  return [];
}

/** The first sentence that begins with the chapter. */
function beginOf(segments: readonly Segment[], startMs: number): number {
  return segments.find((segment) => segment.startMs >= startMs)?.startMs ?? startMs;
}

function enginePhrase({ engine, model }: { engine: string; model: string }): string {
  const [name, kind] = [oneLine(engine), oneLine(model)];
  return kind === '' || kind === 'none' || kind === name ? name : `${name} (${kind})`;
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

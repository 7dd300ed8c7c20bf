import type { Artifact } from '../domain/artifact.ts';
import { clockTime } from './clock-time.ts';
import type { LectureDocument } from './lecture-document.ts';
import { artifactMarkdown, md } from './markdown-notes.ts';
import { oneLine, paragraphsOf } from './paragraphs.ts';

/** CommonMark: title, notes with the times they come from, then the transcript with its times. */
export function formatMarkdown(document: LectureDocument): string {
  const { lecture, recordings, artifacts } = document;
  const parts = [`# ${md(lecture.title)}`];
  for (const artifact of artifacts) parts.push(`## ${headingOf(artifact, artifacts)}`, artifactMarkdown(artifact));
  for (const { source, transcript } of recordings) {
    parts.push(recordings.length > 1 ? `## Transcript: ${md(source.title)}` : '## Transcript');
    if (transcript.draftQuality) {
      parts.push(`*Recognised by ${md(transcript.engine)}, which makes mistakes: check what matters against the recording.*`);
    }
    for (const { startMs, speaker, text } of paragraphsOf(transcript.segments)) {
      parts.push(`**[${clockTime(startMs)}]** ${speaker === null ? '' : `*${md(speaker)}:* `}${md(text)}`);
    }
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The preset is named where two made the same kind. */
function headingOf(artifact: Artifact, all: readonly Artifact[]): string {
  const isTwin = all.filter((other) => other.kind === artifact.kind).length > 1;
  return md(oneLine(artifact.title) + (isTwin ? ` (${artifact.presetId})` : ''));
}

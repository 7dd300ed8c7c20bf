import type { LectureDocument } from './lecture-document.ts';
import { oneLine, paragraphsOf } from './paragraphs.ts';

/** What was said, in paragraphs and nothing else; several recordings under their titles. */
export function formatTxt(document: Pick<LectureDocument, 'recordings'>): string {
  const several = document.recordings.length > 1;
  const parts = document.recordings.map(({ source, transcript }) => {
    const paragraphs = paragraphsOf(transcript.segments).map(({ speaker, text }) =>
      speaker === null ? text : `${oneLine(speaker)}: ${text}`,
    );
    return [...(several ? [oneLine(source.title)] : []), ...paragraphs].join('\n\n');
  });
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

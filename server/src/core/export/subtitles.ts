import { cueTime } from './clock-time.ts';
import { cuesOf, type Cue } from './cues.ts';
import { startsOf, type LectureDocument } from './lecture-document.ts';

/** SubRip. Several recordings follow each other, as if played one after another. */
export function formatSrt(document: Pick<LectureDocument, 'recordings'>): string {
  const blocks = allCues(document).map((cue, index) => {
    // SubRip has no escapes: an arrow inside the text would look like a cue's times.
    const text = cue.lines.join('\n').replaceAll('-->', '->');
    return `${index + 1}\n${cueTime(cue.startMs, ',')} --> ${cueTime(cue.endMs, ',')}\n${text}\n`;
  });
  return blocks.join('\n');
}

/** WebVTT (W3C). Text is escaped, so nothing in it is markup. */
export function formatVtt(document: Pick<LectureDocument, 'recordings'>): string {
  const blocks = allCues(document).map((cue) => {
    const text = cue.lines.map(escapeVtt).join('\n');
    const voice = cue.speaker === null ? '' : `<v ${escapeVtt(cue.speaker.replace(/\s+/gu, ' ').trim() || '?')}>`;
    return `${cueTime(cue.startMs, '.')} --> ${cueTime(cue.endMs, '.')}\n${voice}${text}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

function allCues(document: Pick<LectureDocument, 'recordings'>): Cue[] {
  const starts = startsOf(document.recordings);
  let lastEndMs = 0;
  return document.recordings.flatMap(({ transcript }, index) => {
    const offsetMs = starts[index] ?? 0;
    return cuesOf(transcript.segments).map((cue) => {
      const startMs = Math.max(cue.startMs + offsetMs, lastEndMs);
      lastEndMs = Math.max(cue.endMs + offsetMs, startMs + (cue.endMs - cue.startMs));
      return { ...cue, startMs, endMs: lastEndMs };
    });
  });
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import type { LectureDocument } from './lecture-document.ts';
import { blockMarkdown, md } from './markdown-notes.ts';
import { studyGuideOf } from './study-guide-of.ts';

/** CommonMark: title, notes with the times they come from, then the transcript with its times. */
export function formatMarkdown(document: LectureDocument): string {
  const { title, sections } = studyGuideOf(document);
  const parts = [`# ${md(title)}`];
  for (const section of sections) {
    parts.push(`## ${md(section.title)}`);
    if (section.remark !== null) parts.push(`*${md(section.remark)}*`);
    parts.push(...section.blocks.map(blockMarkdown));
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

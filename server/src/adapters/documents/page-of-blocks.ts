import type { DocumentPage } from '../../core/domain/document.ts';
import { cleanText } from './clean-text.ts';

/** A paragraph (level 0) or a heading (1 to 6), not cleaned yet. */
export interface Block {
  readonly level: number;
  readonly text: string;
}

/** A page of cleaned paragraphs with an empty line between them; blocks without a word are left out. */
export function pageOfBlocks(number: number, label: string | null, blocks: readonly Block[]): DocumentPage {
  const headings: DocumentPage['headings'] = [];
  const parts: string[] = [];
  let length = 0;
  for (const block of blocks) {
    const text = cleanText(block.text);
    if (text === '') continue;
    if (parts.length > 0) length += 2;
    if (block.level > 0) headings.push({ startChar: length, level: Math.min(6, block.level), title: text });
    parts.push(text);
    length += text.length;
  }
  const cleanLabel = label === null ? '' : cleanText(label);
  return { number, label: cleanLabel === '' ? null : cleanLabel, text: parts.join('\n\n'), headings };
}

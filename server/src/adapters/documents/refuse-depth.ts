import { tooLarge } from './document-fault.ts';

/** Elements that are never closed, or that the next one of their kind closes: they do not nest by being many. */
const OPEN_ENDED = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot colgroup option optgroup rb rt rp html body head'.split(
    ' ',
  ),
);

/** Programs, styles and comments: what looks like an element in them is none. */
const NO_ELEMENTS = /<!--[\s\S]*?-->|<(script|style|textarea|template|title)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;

/**
 * Counts how deep elements lie inside each other before anything is built of them: parsers and Readability take time that
 * grows with the square of it.
 *
 * @throws DocumentFault `document_too_large`
 */
export function refuseDepth(html: string, most: number): void {
  let depth = 0;
  for (const [tag, close, name] of html.replace(NO_ELEMENTS, '').matchAll(/<(\/?)([a-z][\w:-]*)[^>]*>/gi)) {
    if (tag.endsWith('/>') || OPEN_ENDED.has((name ?? '').toLowerCase())) continue;
    depth = close === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > most) throw tooLarge('The page is nested too deeply to be read. Save it as text.');
  }
}

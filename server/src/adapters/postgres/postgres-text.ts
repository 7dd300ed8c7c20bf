/** A character that Unicode will never assign (https://www.unicode.org/faq/private_use.html#noncharacters). */
const MARK = '\u{10FFFE}';

/**
 * Text as PostgreSQL can hold it, which is all but U+0000: that one becomes the mark and "0", and the mark itself the mark
 * and "1", so that every text comes back as it was.
 */
export function toPostgresText(text: string): string {
  if (!text.includes('\0') && !text.includes(MARK)) return text;
  return text.replaceAll(MARK, `${MARK}1`).replaceAll('\0', `${MARK}0`);
}

/** The text that `toPostgresText` was given. */
export function fromPostgresText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replaceAll(`${MARK}0`, '\0').replaceAll(`${MARK}1`, MARK);
}

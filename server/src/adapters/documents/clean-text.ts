/* oxlint-disable no-control-regex, no-misleading-character-class -- single characters are what is looked for here */

/**
 * Control characters, soft hyphens, zero-width spaces, byte order marks, marks and overrides of writing direction,
 * private-use characters (symbols of one font), non-characters. The joiners U+200C and U+200D stay: Persian, Indic
 * scripts and emoji need them.
 */
const DROPPED =
  /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u034F\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uE000-\uF8FF\uFEFF\uFFF0-\uFFFB\uFFFE\uFFFF]/g;
/** Forms of letters that old fonts and PDF files use: ligatures, Arabic letters by their place in the word. */
const PRESENTATION = /[\uFB00-\uFB06\uFB13-\uFB17\uFB1D-\uFDCF\uFDF0-\uFDFF\uFE70-\uFEFC]/g;
/** All that Unicode calls a space, line ends included. */
const SPACES = /[\s\u0085]+/g;

/**
 * One paragraph as it is stored and cited: well-formed, NFC, ligatures expanded, characters that nobody sees dropped,
 * runs of white space one space.
 *
 * @example cleanText('e\u0301\uFB03cace\u00AD  \n ment') === 'éfficace ment'
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(DROPPED, '')
    .replace(PRESENTATION, (letter) => letter.normalize('NFKC'))
    .normalize('NFC')
    .replace(SPACES, ' ')
    .trim();
}

/**
 * Text as the HTML of a card's field: nothing in it is a tag, a sound or a LaTeX block (`[sound:]`, `[latex]`), a formula
 * for MathJax (`\(`), a gap (`{{c1::}}`) or the end of one.
 */
export function fieldHtml(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/[\p{Cc}]+/gu, ' ')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
      .replace(/\[/g, '&#91;')
      // Anki and MathJax look at the text after entities are resolved: a word joiner (of no width) keeps the signs apart.
      .replace(/\\(?=[()[\]])/g, '\\\u2060')
      .replace(/\\(?=&#91;)/g, '\\\u2060')
      .replace(/\{(?=\{)/g, '{\u2060')
      .replace(/\}(?=\})/g, '}\u2060')
      .replace(/:(?=:)/g, ':\u2060')
  );
}

/** Only an address of our own web app becomes a link. */
export function linkHtml(text: string, url: string | null): string {
  if (url === null || !/^https?:\/\//.test(url)) return fieldHtml(text);
  return `<a href="${url.replace(/&/g, '&amp;').replace(/["'<>\s[\]]/g, encodeURIComponent)}">${fieldHtml(text)}</a>`;
}

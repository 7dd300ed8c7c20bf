/** Control characters and those that turn the direction of writing: text from outside must not steer the terminal. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** Text from outside, safe to show: one line, nothing that steers the terminal. */
export function safeText(text: string): string {
  return text.replace(STEERING, ' ').replace(/ {2,}/g, ' ').trim();
}

/**
 * Breaks text between words into lines of at most `columns` characters.
 *
 * @param first what the first line begins with; further lines are indented to the same column
 * @example wrapText('a long sentence', { columns: 80, first: '  [00:12]  ' })
 */
export function wrapText(text: string, options: { columns: number; first?: string }): string[] {
  const { columns, first = '' } = options;
  const indent = ' '.repeat(first.length);
  const lines: string[] = [];
  let line = '';
  for (const word of safeText(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && indent.length + longer.length > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.map((content, index) => (index === 0 ? first : indent) + content);
}

/** Cut to a width, with an ellipsis where something is missing. */
export function clip(text: string, width: number): string {
  const safe = safeText(text);
  return safe.length <= width ? safe : `${safe.slice(0, Math.max(0, width - 1)).trimEnd()}…`;
}

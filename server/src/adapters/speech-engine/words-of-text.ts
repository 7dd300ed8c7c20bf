/** A word and where it stands in the text it comes from. */
export interface TextWord {
  readonly text: string;
  readonly from: number;
  /** After its last character. */
  readonly to: number;
}

/** Scripts that are written without spaces between words. */
const WITHOUT_SPACES = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const OPENING = /^[\p{Ps}\p{Pi}]+$/u;

/**
 * The words of a text: what stands between spaces, and within scripts that have none what `Intl.Segmenter` takes for words, each
 * with the punctuation that follows it.
 *
 * @example wordsOfText('海水上升。 Yes.', 'zh').map(({ text }) => text) // ['海水', '上升。', 'Yes.']
 */
export function wordsOfText(text: string, language: string | null): TextWord[] {
  const words: TextWord[] = [];
  for (const match of text.matchAll(/\S+/g)) {
    const word = { text: match[0], from: match.index, to: match.index + match[0].length };
    if (WITHOUT_SPACES.test(word.text)) words.push(...split(word, language));
    else words.push(word);
  }
  return words;
}

function split(run: TextWord, language: string | null): TextWord[] {
  const words: TextWord[] = [];
  let before = '';
  for (const { segment, index, isWordLike } of new Intl.Segmenter(language ?? 'zh', { granularity: 'word' }).segment(run.text)) {
    const last = words.at(-1);
    if (isWordLike || !last) {
      const from = run.from + index - before.length;
      words.push({ text: before + segment, from, to: run.from + index + segment.length });
      before = '';
    } else if (OPENING.test(segment)) before += segment;
    else words[words.length - 1] = { text: last.text + segment, from: last.from, to: run.from + index + segment.length };
  }
  const last = words.at(-1);
  if (before && last) words[words.length - 1] = { ...last, text: last.text + before, to: last.to + before.length };
  return words;
}

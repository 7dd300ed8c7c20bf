import { isParticiple, type Token } from './english-tokens.ts';
import { isEnglishContent, type Sentence, type StudyText } from './study-text.ts';
import { emptyAdjectives, isGeneric } from './word-lists.ts';

/** A place where a phrase stands: tokens `first..last` (both included) of a sentence. */
export interface Mention {
  readonly sentence: number;
  readonly first: number;
  readonly last: number;
}

/** A noun phrase of the lecture, whatever its forms. */
export interface KeyPhrase {
  /** Its stems; the same for singular and plural. */
  readonly key: string;
  /** As it is written most often, in lower case except names. */
  readonly text: string;
  /** True when it mostly stands behind "the". */
  readonly definite: boolean;
  readonly mentions: readonly Mention[];
  /** Weight in this lecture: frequency, length and how particular its words are. */
  readonly score: number;
}

const MAX_WORDS = 4;

/**
 * The noun phrases that the lecture is about, best first, by C-value (Frantzi 2000: frequency x length, less where it only stands
 * inside longer phrases) x the share of its words that are particular. Languages without a tagger get single frequent words.
 */
export function keyPhrases(text: StudyText): KeyPhrase[] {
  const found = new Map<string, { mentions: Mention[]; inside: number; longer: Set<string> }>();
  const names = text.english ? participleNames(text.sentences) : new Set<string>();
  for (const sentence of text.sentences) {
    for (const run of text.english ? nounRuns(sentence.tokens, names) : singleWords(sentence)) {
      const whole = keyOf(sentence.tokens, run.first, run.last);
      for (const part of partsOf(sentence.tokens, run, names)) {
        if (rangeHas(sentence.doubtful, part)) continue;
        const key = keyOf(sentence.tokens, part.first, part.last);
        const entry = found.get(key) ?? { mentions: [], inside: 0, longer: new Set() };
        found.set(key, entry);
        entry.mentions.push({ sentence: sentence.index, ...part });
        if (key === whole) continue;
        entry.inside++;
        entry.longer.add(whole);
      }
    }
  }
  const phrases = [...found].flatMap(([key, entry]) => describe(text.sentences, key, entry) ?? []);
  return phrases.sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1));
}

/** The words of a mention as they are written there. */
export function mentionText(sentence: Sentence, mention: Pick<Mention, 'first' | 'last'>): string {
  return sentence.text.slice(sentence.tokens[mention.first]?.start ?? 0, sentence.tokens[mention.last]?.end ?? 0);
}

type Range = Pick<Mention, 'first' | 'last'>;

function rangeHas(places: ReadonlySet<number>, { first, last }: Range): boolean {
  return [...places].some((place) => place >= first && place <= last);
}

function describe(
  sentences: readonly Sentence[],
  key: string,
  entry: { mentions: Mention[]; inside: number; longer: Set<string> },
): KeyPhrase[] | null {
  const sample = entry.mentions[0];
  const tokens = sample && sentences[sample.sentence]?.tokens.slice(sample.first, sample.last + 1);
  if (!tokens) return null;
  const particular = tokens.filter((token) => !isGeneric(token.lower)).length / tokens.length;
  if (particular === 0) return null;
  const count = entry.mentions.length - (entry.longer.size > 0 ? entry.inside / entry.longer.size : 0);
  if (count <= 0) return null;
  const forms = entry.mentions.map((mention) => formOf(sentences, mention));
  const afterThe = entry.mentions.filter(
    (mention) => sentences[mention.sentence]?.tokens[mention.first - 1]?.lower === 'the',
  ).length;
  return [
    {
      key,
      text: mostFrequent(forms),
      definite: !(tokens.length === 1 && isParticiple(tokens[0] ?? { lower: '' })) && afterThe >= 0.6 * entry.mentions.length,
      mentions: entry.mentions,
      score: Math.log2(1 + tokens.length) * count * particular,
    },
  ];
}

/** As written, but without the capital of a sentence's first word. */
function formOf(sentences: readonly Sentence[], mention: Mention): string {
  const sentence = sentences[mention.sentence];
  if (!sentence) return '';
  const written = mentionText(sentence, mention);
  const first = sentence.tokens[mention.first];
  const ordinary = mention.first === 0 && first?.pos !== 'PROPN' && /^\p{Lu}\p{Ll}+/u.test(written);
  return ordinary ? written.slice(0, 1).toLowerCase() + written.slice(1) : written;
}

function mostFrequent(forms: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const form of forms) counts.set(form, (counts.get(form) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? '';
}

/** Longest runs of adjectives and nouns that end with a noun, without adjectives that say nothing. */
export function nounRuns(tokens: readonly Token[], names: ReadonlySet<string>): Range[] {
  const runs: Range[] = [];
  let first = -1;
  for (let i = 0; i <= tokens.length; i++) {
    const role = i < tokens.length ? roleOf(tokens, i, names) : 'other';
    if (role !== 'other' && first < 0) first = i;
    if (role === 'other' && first >= 0) {
      const run = trim(tokens, first, i - 1, names);
      if (run) runs.push(run);
      first = -1;
    }
  }
  return runs;
}

type Role = 'noun' | 'modifier' | 'other';

function roleOf(tokens: readonly Token[], i: number, names: ReadonlySet<string>): Role {
  const token = tokens[i];
  if (!token || !isEnglishContent(token) || !/^[\p{L}][\p{L}'-]+$/u.test(token.text)) return 'other';
  // "reading it", "reading a text": whatever the tagger says, that is a verb
  if (token.lower.endsWith('ing') && /^(DET|PRON)$/.test(tokens[i + 1]?.pos ?? '')) return 'other';
  if (token.pos === 'NOUN' || token.pos === 'PROPN') return 'noun';
  if (token.pos === 'ADJ') return 'modifier';
  if (token.pos !== 'VERB') return 'other';
  const before = tokens[i - 1]?.pos ?? 'START';
  const after = tokens[i + 1]?.pos ?? 'END';
  if (names.has(pairOf(tokens, i))) return 'modifier';
  // "chunking helps", but not "chunking it" or "chunking the digits"
  if (names.has(token.lower) && !/DET|PRON/.test(after)) return 'noun';
  // "its memory trace becomes": a noun that the tagger took for a verb, since a verb follows
  if (/NOUN|PROPN/.test(before) && /AUX|VERB/.test(after) && /DET|PRON|ADJ/.test(tokens[i - 2]?.pos ?? '')) return 'noun';
  return 'other';
}

function pairOf(tokens: readonly Token[], i: number): string {
  return `${tokens[i]?.stem} ${tokens[i + 1]?.stem}`;
}

function trim(tokens: readonly Token[], from: number, to: number, names: ReadonlySet<string>): Range | null {
  let [first, last] = [from, to];
  while (last >= first && roleOf(tokens, last, names) !== 'noun') last--;
  // "long term memory" is a name, "long list" is not
  const measures = /^(long|short|high|low|deep|free|open|hard)$/.test(tokens[first]?.lower ?? '') && last - first >= 2;
  if (!measures) while (first < last && emptyAdjectives.has(tokens[first]?.lower ?? '')) first++;
  if (last < first) return null;
  return { first: Math.max(first, last - MAX_WORDS + 1), last };
}

/** The run itself, the shorter phrases that end it and its single nouns: "memory trace", "trace", "memory". */
function partsOf(tokens: readonly Token[], run: Range, names: ReadonlySet<string>): Range[] {
  const parts: Range[] = [];
  for (let i = run.first; i <= run.last; i++) {
    if (i === run.last || i === run.first || !emptyAdjectives.has(tokens[i]?.lower ?? ''))
      parts.push({ first: i, last: run.last });
    const single = tokens[i]?.pos === 'NOUN' || names.has(tokens[i]?.lower ?? '');
    if (i < run.last && single) parts.push({ first: i, last: i });
  }
  return parts;
}

/**
 * What the tagger takes for verbs but the lecture uses as names: words in -ing that stand before a verb at the start of a
 * sentence or behind "called", and pairs such as "working memory" that somewhere stand where only a noun phrase can.
 */
function participleNames(sentences: readonly Sentence[]): Set<string> {
  const names = new Set<string>();
  for (const { tokens } of sentences) {
    for (const [i, token] of tokens.entries()) {
      const before = tokens[i - 1];
      const after = tokens[i + 1];
      if (!isParticiple(token) || !after) continue;
      const starts = !before || before.lower === 'called';
      if (token.lower.endsWith('ing') && starts && !/NOUN|DET|PRON|ADJ/.test(after.pos)) names.add(token.lower);
      // "the forgetting curve", "Working memory is": a participle before a noun, behind an article or before a verb
      const held =
        /^(a|an|the|this|its|their|your|our)$/.test(before?.lower ?? '') ||
        (!before && /AUX|VERB/.test(tokens[i + 2]?.pos ?? ''));
      if (held && /NOUN|PROPN/.test(after.pos)) names.add(pairOf(tokens, i));
    }
  }
  return names;
}

function singleWords(sentence: Sentence): Range[] {
  const stems = new Set(sentence.stems);
  return sentence.tokens.flatMap((token, i) => (stems.has(token.stem) ? [{ first: i, last: i }] : []));
}

function keyOf(tokens: readonly Token[], first: number, last: number): string {
  return tokens
    .slice(first, last + 1)
    .map((token) => token.stem)
    .join(' ');
}

import type { Token } from './english-tokens.ts';
import type { Sentence, StudyText } from './study-text.ts';
import { isGeneric } from './word-lists.ts';

/**
 * How well a sentence stands alone, 0..1: 0 for those that must not be shown by themselves (questions, fragments, greetings,
 * logistics, sentences that point to something outside them).
 */
export function sentenceQuality(sentence: Sentence, text: Pick<StudyText, 'english' | 'meeting'>): number {
  const words = sentence.text.split(/\s+/).length;
  if (words < 5 || words > 60 || !whole.test(sentence.text) || brokenOff.test(sentence.text)) return 0;
  const length = words < 7 ? 0.6 : words > 35 ? 0.5 : 1;
  if (!text.english) return length;
  const plain = sentence.text.toLowerCase();
  if (
    sentence.stems.length < 3 ||
    logistics.test(plain) ||
    (!text.meeting && announcing.test(plain)) ||
    pointing.test(plain) ||
    !hasVerb(sentence.tokens)
  )
    return 0;
  if (leansBack(sentence) || hasOpenPronoun(sentence.tokens)) return 0;
  const spoken = (plain.match(spokenFiller) ?? []).length;
  if (spoken > 2) return 0;
  const start = linkStart.test(plain) ? 0.35 : 1;
  const person = ofOneself.test(plain) ? 0.2 : /\b(i|i'm|i'd|i've|my|me)\b/.test(plain) ? 0.5 : 1;
  const unnamed = sentence.tokens[0]?.lower === 'the' && isGeneric(sentence.tokens[1]?.lower ?? '') && isVerb(sentence.tokens[2]);
  const order = /^(the|a|an|my|our)? ?(first|second|third|fourth|next|last|other|another) /.test(plain) ? 0.4 : 1;
  return (
    length *
    start *
    person *
    order *
    (unnamed ? 0.5 : 1) *
    0.6 ** spoken *
    sentence.clarity *
    0.4 ** (oddities(sentence.tokens) + sentence.doubtful.size)
  );
}

/** Whether a sentence leans on the one before it: "It ...", "This process ...", "After that ...". */
export function leansBack({ tokens }: Pick<Sentence, 'tokens'>): boolean {
  const words = tokens.map((token) => token.lower);
  let i = words.findIndex((word) => !lead.has(word));
  if (i < 0) return true;
  if (tokens[i]?.pos === 'ADP') i++;
  const word = words[i] ?? '';
  if (/^(it|its|he|she|they|them|him|his|hers|their|theirs|such|this|these|those|here|both|either|neither)$/.test(word))
    return true;
  // "her work", but not "that" as in "that the earth is round was known"
  if (word === 'there' && tokens[i + 1]?.lower === ',') return true;
  if (/^(her|that|that's|there's|there)$/.test(word))
    return /^(AUX|NOUN|PUNCT|VERB)$/.test(tokens[i + 1]?.pos ?? '') && word !== 'there';
  const counted = /^(one|two|some|others?|another|each|all|most|many|few|none|any)$/.test(word);
  return (
    counted &&
    (/^(AUX|VERB|PUNCT)$/.test(tokens[i + 1]?.pos ?? '') ||
      // "All three have been improved."
      (/^(two|three|four|five|six)$/.test(words[i + 1] ?? '') && isVerb(tokens[i + 2])) ||
      (words[i + 1] === 'of' && /^(it|this|that|these|those|them)$/.test(words[i + 2] ?? '')))
  );
}

const lead = new Set([
  'so',
  'and',
  'but',
  'now',
  'then',
  'well',
  'because',
  'or',
  'also',
  'yet',
  'still',
  'thus',
  'however',
  'therefore',
  ',',
  // what people say before they say something
  ...'um uh erm oh ah ooh oops mm hmm okay ok yeah yes no right aye sorry again actually basically obviously hopefully maybe anyway'.split(
    ' ',
  ),
]);

/** Begins with a capital, a figure or a letter that has no case, and ends as a statement that was not broken off. */
const whole = /^["'“‘([]*[\p{Lu}\p{Lo}\p{N}].*[^\s—–-][.!。]["'”’)\]]*$/su;

const brokenOff = /(?:\.{2,}|…)["'”’)\]]*$/u;

const linkStart =
  /^(and|but|so|or|because|which|who|then|however|therefore|also|well|yes|no|okay|ok|yeah|right|now|still|instead|otherwise|finally|next|anyway|besides|similarly|likewise|thus|hence|again|that is|in other words|for example|for instance|on the other hand|as a result|in contrast|in truth|in particular|unsurprisingly|furthermore|moreover|generally speaking|(somewhere )?(at|around|by|since|before|after) (the time|that time|then|that)|in the (first|second|third|latter|former) (case|category|group)|for (his|her|its|their) part)\b/;

const pointing =
  /\b(this one|that one|these ones|over here|over there|right here|shown here|see here|as you (can )?see|you can see|look at (this|that|the)|on (this|the) (slide|board|screen|left|right)|in this (figure|picture|diagram|table|slide|video|chapter|section)|as (i|we) (said|mentioned|saw)|i (said|mentioned) (before|earlier)|(above|below|previous(ly)?) (mentioned|figure)|do (it|this|that))\b|^here\b/;

const logistics =
  /^(welcome|hello|hi|good (morning|afternoon|evening)|thank|thanks|bye|goodbye)\b|\b(thank you|thanks for|office hours?|homework|assignments?|syllabus|problem set|due (on|next|by)|e-?mail|mid-?term|teaching assistants?|handouts?|sign up|next (lecture|time|class|week'?s)|last (lecture|time|class)|in (this|today's|our) (lecture|talk|course|class|session|video)|see you|(some|any|more|your|a few) questions|first question|can i (just|ask)|if i (can|may|could) just|just to (return|come back|add)|if that's okay|i'm sorry|oh,? sorry|you mean\b|take a break|subscribe)\b/;

/** What a lecturer says about the lecture; in a meeting it is what people want to do. */
const announcing =
  /^(so |and |now |today,? |first,? |finally,? |to close,? |okay,? )*(let us|let's|let me|we (will|'ll|should|are going to|turn|now turn|begin|start|ask|move on)|i (will|'ll|want to|am going to|would like to)|i'm going to|remember (these )?(one|two|three|four|some) )\b/;

/** What the speaker is or feels, above all at the start: "Oh right, okay, I'm not good at golf." */
const ofOneself =
  /^(?:(?:um|uh|oh|ah|right|okay|ok|yeah|yes|no|well|so|but|and|again|sorry),? )*(?:sorry,? )?i(?:'m| am| was|'ve been) /;

const spokenFiller =
  /\b(um|uh|uhm|mm|hmm|mm-hmm|okay|ok|yeah|you know|i mean|i think|i guess|sort of|kind of|gonna|wanna|you guys|stuff like that|or something|or whatever|basically|actually|like i said)\b/g;

function isVerb(token: Token | undefined): boolean {
  return /^(AUX|VERB)$/.test(token?.pos ?? '');
}

function hasVerb(tokens: readonly Token[]): boolean {
  return tokens.some(isVerb);
}

/** A pronoun of the third person with no noun before it in the sentence: nothing says what it stands for. */
function hasOpenPronoun(tokens: readonly Token[]): boolean {
  for (const [i, token] of tokens.entries()) {
    if (token.pos === 'NOUN' || token.pos === 'PROPN') return false;
    if (!/^(it|its|he|she|they|them|him|his|their|theirs)$/.test(token.lower)) continue;
    // "it is easy to ..." stands for what follows
    const follows = tokens.slice(i + 1, i + 6).map((next) => next.lower);
    return !(
      token.lower === 'it' &&
      /^(is|was)$/.test(follows[0] ?? '') &&
      follows.some((word) => word === 'to' || word === 'that')
    );
  }
  return false;
}

/**
 * How often the sentence breaks the order of English words in ways that written text hardly ever does: the mark of
 * misheard words ("the brain place bet few friends").
 */
export function oddities(tokens: readonly Token[]): number {
  let found = 0;
  for (let i = 0; i + 1 < tokens.length; i++) {
    if (strangePairs.some((strange) => strange(tokens, i))) found++;
  }
  return found;
}

const isNoun = (token: Token | undefined): boolean => /^(NOUN|PROPN)$/.test(token?.pos ?? '');
const isPlural = (token: Token | undefined): boolean => token?.pos === 'NOUN' && /^\p{Ll}+[^siu]s$/u.test(token.text);

const strangePairs: readonly ((tokens: readonly Token[], i: number) => boolean)[] = [
  // "the of", "a than", "the is"
  (tokens, i) =>
    /^(a|an|the)$/.test(tokens[i]?.lower ?? '') &&
    (/^(AUX|PRON|CCONJ|SCONJ|DET)$/.test(tokens[i + 1]?.pos ?? '') || /^(to|of|in|than|is)$/.test(tokens[i + 1]?.lower ?? '')),
  // "brain brain"
  (tokens, i) =>
    tokens[i]?.lower === tokens[i + 1]?.lower &&
    /\p{L}/u.test(tokens[i]?.lower ?? '') &&
    !/^(that|had|very)$/.test(tokens[i]?.lower ?? ''),
  // "could the"
  (tokens, i) =>
    i > 0 &&
    /^(could|would|should|can|will|must|may)$/.test(tokens[i]?.lower ?? '') &&
    tokens[i + 1]?.pos === 'DET' &&
    tokens[i + 1]?.lower !== 'all',
  // "a numbers", "a single numbers", "one months"
  (tokens, i) => {
    const noun = tokens[i + 1]?.pos === 'ADJ' ? i + 2 : i + 1;
    return /^(a|an|one)$/.test(tokens[i]?.lower ?? '') && isPlural(tokens[noun]) && !isNoun(tokens[noun + 1]);
  },
  // "it's memory"
  (tokens, i) =>
    tokens[i]?.lower === "'s" && /^(it|he|she|that)$/.test(tokens[i - 1]?.lower ?? '') && tokens[i + 1]?.pos === 'NOUN',
];

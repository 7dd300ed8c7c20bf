/** Something that somebody is to do, in the sentence that says so. */
export interface ActionItem<S> {
  readonly sentence: S;
  /** As it was said; null when nobody is named. */
  readonly who: string | null;
  /** As it was said; null when no time is named. */
  readonly due: string | null;
}

const MOST = 60;
const MOST_WORDS = 60;

/**
 * Finds what was promised, asked for or set as work, by the phrases English uses for it. Other languages have other phrases:
 * nothing is found in them, and nothing is made up.
 *
 * @example "Maria will send the minutes by Friday." // who: Maria, due: by Friday
 */
export function actionItems<S extends { readonly text: string }>({
  english,
  sentences,
}: {
  readonly english: boolean;
  readonly sentences: readonly S[];
}): ActionItem<S>[] {
  if (!english) return [];
  const said = new Set<string>();
  const found = sentences.flatMap((sentence) => {
    const item = itemOf(sentence);
    const key = sentence.text.toLowerCase();
    if (!item || said.has(key)) return [];
    said.add(key);
    return [item];
  });
  return found.slice(0, MOST);
}

function itemOf<S extends { readonly text: string }>(sentence: S): ActionItem<S> | null {
  const { text } = sentence;
  if (text.split(/\s+/).length > MOST_WORDS) return null;
  const due = dueOf(text);
  const cue = cueOf(text, due !== null);
  return cue ? { sentence, who: cue.who, due } : null;
}

/** Things people do outside the talk itself; "I'll show you" and "we'll see" are no promises. */
const DEED =
  'send|e-?mail|mail|write|prepare|finish|complete|submit|upload|share|schedule|book|order|call|phone|contact|arrange|organi[sz]e|set up|update|fix|check|review|draft|circulate|post|publish|deliver|bring|buy|ask|invite|confirm|create|add|file|sign|collect|test|deploy|document|investigate|follow up|get back|reach out|report|hand in|hand out|pick up|put together|look into|take care of|work on|read|revise|study|solve|register|enrol|remind|correct|grade|print|move|clean|install|return|pay|translate|present|forward|ping|merge|release';

const ADVERBS = '(?:(?:then|also|just|please|definitely|probably|personally|quickly|first) )*';
const NAME = "(?:[A-Z][\\p{L}'-]+(?: [A-Z][\\p{L}'-]+)?)";

/** Someone says of himself or of somebody else that it will be done. */
const PROMISE = new RegExp(
  `(?:^|[\\s,;:(])(?<who>I|[Ww]e|[Yy]ou|${NAME})(?:['’]ll| will| shall|['’]m going to|['’]re going to| am going to| are going to| is going to| agreed to| promised to| offered to| has to| have to| needs? to| must| should)\\s${ADVERBS}(?:${DEED})\\b`,
  'u',
);
/** Somebody is asked. */
const REQUEST = new RegExp(
  `(?:^|[\\s,;])(?:(?<name>${NAME}), )?(?:[Cc]an|[Cc]ould|[Ww]ould|[Ww]ill) (?<who>you|somebody|someone|${NAME}) ${ADVERBS}(?:${DEED})\\b`,
  'u',
);
/** Somebody is asked what he likes, not to do something. */
const OPINION = /\bwould (?:you|people|they) (?:prefer|rather|like|pay|say|want|think)\b/iu;
const ORDER = new RegExp(
  `(?:^|[,;:] |\\b(?:and|so|then) )(?:please|don['’]t forget to|do not forget to|remember to|be sure to|make sure (?:that )?(?:you|to)|you (?:need|have) to|you must) ${ADVERBS}(?:${DEED})\\b`,
  'iu',
);
const NAMED =
  /\b(?:action items?|to-?dos?|your (?:homework|assignment|task)s? (?:is|are|for)|the (?:homework|assignment|deadline) (?:is|for|will)|homework (?:is|for)|(?:is|are) due\b|needs? to be (?:done|finished|sent|submitted|handed in|ready)|(?:is|are) responsible for|(?:is|are) assigned to|is in charge of)/iu;
/** What is due by nature: babies, effects. */
const NO_DEADLINE = /\b(?:is|are) due to\b/iu;

/** Words at the start of a sentence that the capital makes look like names. */
const NO_NAMES = new Set(
  'A An And As At Because But By Each Every Everybody Everyone He Her Here His How If In It Its Nobody Now Of On One Or She So Some Students That The Their Then There These They This Those To Today Tomorrow What When Where Which Who Why With'.split(
    ' ',
  ),
);

function cueOf(text: string, hasTime: boolean): { who: string | null } | null {
  const isQuestion = text.trimEnd().endsWith('?');
  const asked = REQUEST.exec(text);
  if (asked && !OPINION.test(text)) {
    const who = asked.groups?.['name'] ?? asked.groups?.['who'] ?? null;
    return { who: known(who) };
  }
  if (isQuestion) return null;
  const promised = PROMISE.exec(text);
  const who = known(promised?.groups?.['who'] ?? null);
  // "You should check the units" is advice; with a time it is work. "The engine will deliver" promises nothing.
  if (
    promised &&
    who !== null &&
    (!/^(?:you|we)$/iu.test(who) || hasTime || !/\b(?:should|have to|need to|must)\b/iu.test(promised[0]))
  )
    return { who };
  if (ORDER.test(text)) return { who: nameOfOrder(text) };
  return NAMED.test(text) && !NO_DEADLINE.test(text) ? { who: responsible(text) } : null;
}

function known(who: string | null): string | null {
  return who === null || NO_NAMES.has(who.split(' ')[0] ?? '') ? null : who;
}

/** "Ann, please send ..." */
function nameOfOrder(text: string): string | null {
  return known(new RegExp(`^(${NAME}), `, 'u').exec(text)?.[1] ?? null);
}

/** "Ben is responsible for ...", "... is assigned to Ben" */
function responsible(text: string): string | null {
  const before = new RegExp(`(${NAME}) (?:is|are) (?:responsible for|in charge of)`, 'u').exec(text)?.[1];
  const after = new RegExp(`assigned to (${NAME})`, 'u').exec(text)?.[1];
  return known(before ?? after ?? null);
}

const DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const MONTH = '(?:january|february|march|april|may|june|july|august|september|october|november|december)';
const DATE = `(?:${MONTH} \\d{1,2}(?:st|nd|rd|th)?|(?:the )?\\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}|the \\d{1,2}(?:st|nd|rd|th)|\\d{4}-\\d{2}-\\d{2})`;
const SPAN = '(?:week|month|quarter|term|semester|year|day)';
const TIME = `(?:(?:next |this |the following )?${DAY}(?: (?:morning|afternoon|evening|night))?|${DATE}|tomorrow(?: (?:morning|afternoon|evening|night))?|tonight|noon|midnight|the end of (?:the |this |next )?(?:${SPAN}|${MONTH})|the (?:next|following) (?:meeting|class|lecture|session|${SPAN})|(?:next|this) (?:${SPAN}|time|class|lecture|session|meeting)|\\d{1,2}(?::\\d{2})? ?(?:am|pm|o['’]clock))`;
const BOUND = new RegExp(
  `\\b(?:by|before|until|till|no later than|due(?: on| by)?|on|at|for) (?:${TIME})(?: at \\d{1,2}(?::\\d{2})? ?(?:am|pm)?)?`,
  'iu',
);
const BARE = new RegExp(
  `\\b(?:tomorrow|tonight|today|next ${SPAN}|this (?:${SPAN}|afternoon|evening)|next ${DAY}|(?:within|in) (?:the next )?(?:a|an|one|two|three|four|\\d+) (?:hours?|days?|weeks?|months?))\\b`,
  'iu',
);

/** The words that name a time, as they stand in the sentence. */
function dueOf(text: string): string | null {
  return (BOUND.exec(text) ?? BARE.exec(text))?.[0].trim() ?? null;
}

import type { Token } from './english-tokens.ts';

/** What a question asks for, as far as its first words tell. */
export type AnswerType = 'definition' | 'person' | 'time' | 'number' | 'place' | 'reason' | 'other';

export function answerType(question: string): AnswerType {
  const text = question.toLowerCase().trim();
  if (
    /^(what|who) (is|are|was|were) [^?]{1,45}\??$/.test(text) &&
    !/\b(name|number|year|date|population|capital|that|which|who|of)\b/.test(text)
  ) {
    return text.startsWith('who') ? 'person' : 'definition';
  }
  if (/^(what does .* mean|define|what do .* mean|what is meant)/.test(text)) return 'definition';
  if (/\b(who|whom|whose)\b/.test(text)) return 'person';
  if (/\b(when|what (year|date|day|month|century|time))\b/.test(text)) return 'time';
  if (
    /\b(how (many|much|long|old|often|far|large|big|high|fast)|what (number|percentage|percent|proportion|amount|is the population))\b/.test(
      text,
    )
  )
    return 'number';
  if (/\bwhere\b|\b(what|which) (city|country|state|place|location|town|region|continent)\b/.test(text)) return 'place';
  if (/^(why|what (causes|caused|is the reason))\b/.test(text)) return 'reason';
  return 'other';
}

/** How well a sentence looks like such an answer, 0..1. `asked` are the stems of the question's words. */
export function fitsType(type: AnswerType, tokens: readonly Token[], asked: readonly string[]): number {
  if (type === 'definition') return defines(tokens, asked) ? 1 : 0;
  if (type === 'reason')
    return tokens.some((token) => /^(because|since|due|therefore|caused|causes|reason|so)$/.test(token.lower)) ? 0.7 : 0;
  const others = tokens.filter((token) => !asked.includes(token.stem));
  const isName = (token: Token) => token.pos === 'PROPN';
  if (type === 'person') return others.some((token) => isName(token) || /(er|or|ist|ian)s?$/.test(token.lower)) ? 0.5 : 0;
  if (type === 'place')
    return others.some(isName) && tokens.some((token) => /^(in|at|to|from|near|of)$/.test(token.lower)) ? 0.4 : 0;
  const months =
    /^(january|february|march|april|june|july|august|september|october|november|december|century|today|year|years|day|days|after|before|during|when)$/;
  if (type === 'time')
    return others.some((token) => /^\d{3,4}s?$/.test(token.lower))
      ? 0.7
      : others.some((token) => months.test(token.lower))
        ? 0.4
        : 0;
  if (type === 'number') return others.some((token) => token.pos === 'NUM' || /\d/.test(token.lower)) ? 0.6 : 0;
  return 0;
}

/** The asked words come first and "is a", "means" or the like follows, or "... is called" comes before them. */
function defines(tokens: readonly Token[], asked: readonly string[]): boolean {
  const first = tokens.findIndex((token) => asked.includes(token.stem));
  if (first < 0 || asked.length === 0) return false;
  const before = tokens.slice(Math.max(0, first - 4), first).map((token) => token.lower);
  if (before.some((word) => /^(called|termed|named)$/.test(word)) || before.join(' ').includes('known as')) return true;
  const last = first + asked.length;
  const after = tokens.slice(last, last + 3).map((token) => token.lower);
  return (
    first <= 2 &&
    (/^(means|refers|describes)$/.test(after[0] ?? '') ||
      (/^(is|are|was)$/.test(after[0] ?? '') && /^(a|an|the|any|when|how|what|one)$/.test(after[1] ?? '')))
  );
}

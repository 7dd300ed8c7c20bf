/** English words after which a sentence hardly ever ends: they wait for what they belong to. */
const openWords =
  setOf(`a an the my your our their its his this's of to in on at by for with from into onto than as and or but nor if
  because although though while whether unless until since is are was were am be been being has have had do does did will would can
  could should may might must shall very more most less such these those every each no not i we they he she it's that's there's i'm
  we're you're they're gonna wanna let let's about between among through during without within against upon toward towards`);

/** English words with which a sentence hardly ever begins. */
const boundWords = setOf(`of than himself herself itself themselves ourselves yourself too either else ago etc`);

export function rarelyEnds(word: string): boolean {
  return openWords.has(bare(word));
}

export function rarelyBegins(word: string): boolean {
  return boundWords.has(bare(word));
}

const proper = setOf(`monday tuesday wednesday thursday friday saturday sunday january february april june july august september
  october november december english german french spanish italian portuguese dutch swedish norwegian danish finnish russian polish
  greek latin arabic hebrew turkish persian hindi chinese japanese korean indian american british irish scottish welsh canadian
  mexican brazilian african asian european australian austrian swiss egyptian roman christian christianity jewish muslim islam
  buddhist hindu england germany france spain italy portugal netherlands sweden norway denmark finland russia poland greece rome
  athens israel egypt iran iraq india china japan korea america britain ireland scotland wales canada mexico brazil africa asia
  europe australia austria switzerland paris london berlin moscow tokyo beijing chicago boston california texas washington harvard
  stanford cambridge oxford internet wikipedia google christmas easter`);

/**
 * How an English word is written inside a sentence: "i" and its short forms, weekdays, months, peoples, languages,
 * countries. Words that are also ordinary ones (march, may, polish as a verb is rare enough) stay as they are.
 */
export function properForm(word: string): string {
  if (/^i('|$)/.test(word)) return `I${word.slice(1)}`;
  const stem = word.replace(/('s|s')$/, '');
  if (proper.has(stem) || (stem.endsWith('s') && proper.has(stem.slice(0, -1)))) return capitalise(word);
  return /^(mr|mrs|ms|dr)$/.test(word) ? `${capitalise(word)}.` : word;
}

export function capitalise(word: string): string {
  const first = /\p{L}/u.exec(word);
  // "ß" would become two letters
  if (!first || first[0].toUpperCase().length !== first[0].length) return word;
  return word.slice(0, first.index) + first[0].toUpperCase() + word.slice(first.index + first[0].length);
}

export function bare(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}'-]/gu, '');
}

function setOf(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

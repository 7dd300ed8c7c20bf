/** English words that carry no topic. Single letters and digits are left out by the tokeniser. */
export const stopWords =
  setOf(`a about above across actually after again against all almost along already also although always am among an and
  another any anybody anyone anything are aren't around as at away back be became because become becomes been before begin behind being below
  between both but by call called came can can't cannot come comes could couldn't did didn't do does doesn't doing don't done down during each
  either else enough etc even ever every everybody everyone everything far few first for from gave get gets getting give given gives go goes going
  gone got had has hasn't have haven't having he her here hers herself him himself his how however i if in indeed instead into is isn't it its
  itself just keep kept know known knows last later least less let lets like likely look looks made make makes making many may maybe me mean means
  might mine more most mostly much must my myself near need needs neither never next no nobody none nor not nothing now of off often oh okay on
  once one ones only onto or other others our ours ourselves out over own part perhaps please put quite rather really right said same saw say says
  see seem seems seen several shall she should shouldn't show shows since so some somebody someone something sometimes soon still such take taken
  takes tell than that the their theirs them themselves then there therefore these they thing things think this those though through thus to today
  together too took toward towards try two under until up upon us use used uses using usually very want wants was wasn't way we well went were
  what whatever when where whether which while who whole whom whose why will with within without won't would wouldn't yeah yes yet you your yours
  yourself yourselves um uh uhm erm er eh mm mm-hmm mhm hm hmm huh ah oh ooh oops okay ok aye gonna wanna n't 's 're 've 'll 'm 'd`);

/** Nouns and adjectives too general to name a chapter, a term or a choice. */
const genericWords =
  setOf(`ability able account action activity actual addition advantage amount answer answers area aspect base basic basis
  beginning benefit better best big bit book capital case cases certain chance change chapter chapters choice class classes clear close common companies company complete
  concept concepts condition conditions consequence context correct couple course courses cure current data day days deal definition degree detail details
  difference different difficult direction discussion early easier easy effect effects effort end ends entire event events exact example examples fact facts factor factors
  famous fast feature feeling figure final finding first form forms full function further future general goal good great group groups guy guys half hand
  hard head help high hour hours hundred idea ideas important improvement improvements information instance interest interesting issue issues item items key kind kinds large
  larger last late later lecture lectures left lesson lessons level levels life line list lists little long longer look lot lots main major
  man material matter meaning meeting member method middle million minute minutes model moment month months morning much name names natural near new next
  night normal note number numbers object older only open opposite order original other outcome pair paper part particular parts past pattern people percent period
  person perspective phase phrase piece pieces place plan point points position possible power practical present previous primary problem problems process
  product program project proper property purpose quality quarter question questions quick rate real reason reasons regular relation relationship release releases
  report result results right role rule rules same scale second section sense sentence sequence series session sessions set several shape short side sides similar
  simple single situation size slide slides slow small sort sorts source space special specific stage standard start state step steps stop story
  strong stronger student students study studies stuff subject sure system table task teacher technique term terms test text theme thing things third thousand time times tired title today tomorrow
  tonight top topic total tree true turn two type types unit usual value values variety version view way ways week weeks while whole wide woman word
  words work works world wrong year years yesterday young`);

export function isGeneric(word: string): boolean {
  return genericWords.has(word) || genericWords.has(word.replace(/s$/, ''));
}

/** Adjectives that never begin a term: they judge or count. */
export const emptyAdjectives =
  setOf(`able actual additional another bad best better big certain clear close common current different difficult early easier easy
  entire exact famous few final first full further good great greater hard high higher huge important interesting large larger last late later less little long
  longer low lower main major many more most much nearby new next nice old older only other own particular past possible previous quick real recent right same second
  separate several short similar simple single slow small smaller special specific strong stronger such sure third tired true various very whole wide wrong young`);

function setOf(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}

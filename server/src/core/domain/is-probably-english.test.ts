import { describe, expect, it } from 'vitest';
import { isProbablyEnglish } from './is-probably-english.ts';

const english =
  'The tides rise and fall twice a day because the moon pulls at the water on the near side of the earth more than it pulls at the earth itself. ' +
  'On the far side the water is left behind, and so there are two bulges, under which the earth turns once in a day.';
const german =
  'Die Flut steigt zweimal am Tag, weil der Mond das Wasser auf der ihm zugewandten Seite der Erde stärker anzieht als die Erde selbst. ' +
  'Auf der anderen Seite bleibt das Wasser zurück, so dass es zwei Berge gibt, unter denen sich die Erde einmal am Tag dreht. Das war in der Antike nicht bekannt.';
const portuguese =
  'A maré sobe duas vezes por dia porque a lua atrai a água do lado mais próximo da terra com mais força do que atrai a própria terra. ' +
  'Do outro lado a água fica para trás, e assim há duas elevações, sob as quais a terra gira uma vez por dia. O mar não sabe disso e segue.';

describe('a text that does not say its language', () => {
  it('is taken for English when its words are', () => {
    expect(isProbablyEnglish(english)).toBe(true);
  });

  it.each([
    ['German', german],
    ['Portuguese', portuguese],
    ['Chinese', '潮汐是由月球的引力引起的'],
    ['Japanese', '潮の満ち引きは月の引力によって起こります'],
    ['Thai', 'น้ำขึ้นน้ำลงเกิดจากแรงดึงดูดของดวงจันทร์'],
    ['Russian', 'Прилив поднимается дважды в день'],
  ])('is not taken for English in %s', (_language, text) => {
    expect(isProbablyEnglish(text)).toBe(false);
  });

  it('is given the benefit of the doubt when there are few words, or none', () => {
    expect(isProbablyEnglish('Plate tectonics')).toBe(true);
    expect(isProbablyEnglish('')).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { wordsOfText } from './words-of-text.ts';

const split = (text: string, language: string | null = null): string[] => wordsOfText(text, language).map((word) => word.text);

describe('the words of a text', () => {
  it('stand between spaces', () => {
    expect(split("  The sea's  tide, half-way. ")).toEqual(['The', "sea's", 'tide,', 'half-way.']);
  });

  it('are those of the language where it has no spaces, with their punctuation', () => {
    expect(split('海水上升。「潮汐」很大', 'zh')).toEqual(['海水', '上升。', '「潮汐」', '很大']);
    expect(split('今日はいい天気です。', 'ja').join('')).toBe('今日はいい天気です。');
    expect(split('今日はいい天気です。', 'ja').length).toBeGreaterThan(2);
    expect(split('สวัสดีครับ', 'th').length).toBeGreaterThan(1);
  });

  it('are taken apart in mixed text too', () => {
    expect(split('用 Python 写程序', 'zh')).toEqual(['用', 'Python', '写', '程序']);
  });

  it('are found again in the text, each at its place', () => {
    const text = ' 海水上升。Yes,「潮汐」 no （'; // a bracket that nothing follows is not lost
    const words = wordsOfText(text, 'zh');
    for (const { text: word, from, to } of words) expect(text.slice(from, to)).toBe(word);
    expect(words.map((word) => word.text).join('')).toBe(text.replaceAll(' ', ''));
  });
});

import { describe, expect, it } from 'vitest';
import { readCliAnswer } from './cli-answer.ts';

interface Token {
  readonly text: Buffer | string;
  readonly from: number;
  readonly to: number;
  readonly p?: number;
}

/** As `whisper-cli -ojf` writes it: bytes of tokens as they are, control characters unescaped. */
function file(text: string, tokens: readonly Token[]): Buffer {
  const token = ({ text: bytes, from, to, p = 0.9 }: Token): Buffer =>
    Buffer.concat([
      Buffer.from('{"text": "'),
      Buffer.from(bytes),
      Buffer.from(`", "offsets": {"from": ${from}, "to": ${to}}, "id": 1, "p": ${p}, "t_dtw": -1}`),
    ]);
  const joined = Buffer.concat(tokens.flatMap((each, index) => [Buffer.from(index === 0 ? '' : ',\n\t'), token(each)]));
  return Buffer.concat([
    Buffer.from(
      `{"result": {"language": "de"}, "transcription": [{"offsets": {"from": 0, "to": 2000}, "text": "${text}", "tokens": [`,
    ),
    joined,
    Buffer.from(']}]}'),
  ]);
}

describe('what whisper-cli writes', () => {
  it('is read without the tokens that are no text', () => {
    const { heard, language, noSpeech } = readCliAnswer(
      file(' Ebbe\tund Flut.', [
        { text: '[_BEG_]', from: 0, to: 0 },
        { text: ' Eb', from: 100, to: 200, p: 0.8 },
        { text: 'be', from: 200, to: 300 },
        { text: '[_TT_50]', from: 300, to: 300 },
      ]),
    );
    expect(heard.text).toBe('Ebbe und Flut.');
    expect(heard.tokens).toEqual([
      { text: 'Eb', startMs: 100, endMs: 200, probability: 0.8 },
      { text: 'be', startMs: 200, endMs: 300, probability: 0.9 },
    ]);
    expect([language, noSpeech]).toEqual(['de', null]);
  });

  it('joins the bytes of a character that two tokens share, with the time of both and the lower probability', () => {
    const sea = Buffer.from('海');
    const { heard } = readCliAnswer(
      file('海水', [
        { text: sea.subarray(0, 2), from: 0, to: 100, p: 0.9 },
        { text: sea.subarray(2), from: 100, to: 250, p: 0.4 },
        { text: '水', from: 250, to: 400 },
      ]),
    );
    expect(heard.tokens).toEqual([
      { text: '海', startMs: 0, endMs: 250, probability: 0.4 },
      { text: '水', startMs: 250, endMs: 400, probability: 0.9 },
    ]);
  });

  it('goes on after bytes that never become a character', () => {
    const { heard } = readCliAnswer(
      file('a b', [
        { text: Buffer.from([0xff]), from: 0, to: 10 },
        { text: ' word', from: 10, to: 20 },
        { text: ' next', from: 20, to: 30 },
      ]),
    );
    expect(heard.tokens.at(-1)).toMatchObject({ text: 'next', startMs: 20 });
  });

  it('is refused when it broke off', () => {
    expect(() => readCliAnswer(file('x', []).subarray(0, 60))).toThrow(SyntaxError);
  });
});

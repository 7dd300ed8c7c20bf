import { describe, expect, it } from 'vitest';
import { CliError } from '../cli-error.ts';
import { outputNames } from './output-names.ts';

describe('names of transcripts', () => {
  it('take the place of the recording', () => {
    expect(outputNames(['a/talk.mp3', 'b/interview.m4a'], 'out', 'srt')).toEqual(['out/talk.srt', 'out/interview.srt']);
  });

  it('keep the ending where recordings differ in it only', () => {
    expect(outputNames(['talk.mp3', 'talk.wav', 'other.mp3'], '.', 'txt')).toEqual(['talk.mp3.txt', 'talk.wav.txt', 'other.txt']);
  });

  it('are refused when two would be the same', () => {
    expect(() => outputNames(['a/talk.mp3', 'b/talk.mp3'], '.', 'txt')).toThrow(CliError);
  });
});

import { describe, expect, it } from 'vitest';
import type { Speaker } from '../domain/speaker.ts';
import { nameByVoice, SAME_VOICE } from './name-by-voice.ts';

/** A voice at an angle, so that the cosine of two is that of the difference. */
function voice(degrees: number, space = 'made'): Speaker['voice'] {
  const angle = (degrees * Math.PI) / 180;
  return { space, vector: [Math.cos(angle), Math.sin(angle)] };
}

function speaker(fields: Partial<Speaker>): Speaker {
  const whole = { ownerId: 'local', sourceId: 'new', label: 'S1', name: null, byVoice: false, colour: 0 };
  return { ...whole, engine: 'sherpa', approximate: false, speechMs: 60_000, voice: voice(0), ...fields };
}

const ada = speaker({ sourceId: 'old', name: 'Ada', voice: voice(10) });
const grace = speaker({ sourceId: 'old', label: 'S2', name: 'Grace', voice: voice(100) });
const namesOf = (speakers: readonly Speaker[]) => speakers.map(({ name, byVoice }) => [name, byVoice]);

describe('nameByVoice', () => {
  it('takes the name of who sounds alike, and marks it', () => {
    const found = [speaker({}), speaker({ label: 'S2', voice: voice(95) })];
    expect(namesOf(nameByVoice(found, [ada, grace]))).toEqual([
      ['Ada', true],
      ['Grace', true],
    ]);
  });

  it('names nobody below the threshold', () => {
    const limit = (Math.acos(SAME_VOICE) * 180) / Math.PI;
    expect(namesOf(nameByVoice([speaker({ voice: voice(10 + limit + 1) })], [ada]))).toEqual([[null, false]]);
    expect(namesOf(nameByVoice([speaker({ voice: voice(10 + limit - 1) })], [ada]))).toEqual([['Ada', true]]);
  });

  it('never changes what a person said, and gives their name to nobody else', () => {
    const found = [speaker({ name: 'Ada', voice: voice(200) }), speaker({ label: 'S2' })];
    expect(namesOf(nameByVoice(found, [ada]))).toEqual([
      ['Ada', false],
      [null, false],
    ]);
  });

  it('gives a name once, to who is most alike', () => {
    const found = [speaker({ voice: voice(30) }), speaker({ label: 'S2', voice: voice(12) })];
    expect(namesOf(nameByVoice(found, [ada]))).toEqual([
      [null, false],
      ['Ada', true],
    ]);
  });

  it('names nobody when two people sound nearly the same', () => {
    const twin = speaker({ sourceId: 'older', name: 'Byron', voice: voice(-10) });
    expect(namesOf(nameByVoice([speaker({})], [ada, twin]))).toEqual([[null, false]]);
  });

  it('does not compare voices of different models, short ones, or none', () => {
    const found = [
      speaker({ voice: voice(10, 'another') }),
      speaker({ label: 'S2', speechMs: 5_000, voice: voice(10) }),
      speaker({ label: 'S3', voice: null }),
    ];
    expect(nameByVoice(found, [ada]).map(({ name }) => name)).toEqual([null, null, null]);
  });

  it('takes back a name by voice when the voice is not like it any more', () => {
    expect(namesOf(nameByVoice([speaker({ name: 'Ada', byVoice: true, voice: voice(150) })], [ada]))).toEqual([[null, false]]);
  });
});

import { expect, it } from 'vitest';
import { languageCode } from './language-code.ts';

it.each([
  ['german', 'de'],
  ['English', 'en'],
  ['fr', 'fr'],
  ['mandarin', 'zh'],
  ['haitian creole', 'ht'],
  ['norwegian', 'no'],
  ['nynorsk', 'nn'],
  ['javanese', 'jv'],
  ['jw', 'jv'],
  ['cantonese', 'yue'],
  ['myanmar', 'my'],
])('"%s" is %s', (told, code) => {
  expect(languageCode(told)).toBe(code);
});

it.each([null, undefined, '', 'klingon', 'x'])('%s is no language that is known', (told) => {
  expect(languageCode(told)).toBeNull();
});

it('knows all names of whisper.cpp', () => {
  const names =
    'english chinese german spanish russian korean french japanese portuguese turkish polish catalan dutch arabic swedish italian indonesian hindi finnish vietnamese hebrew ukrainian greek malay czech romanian danish hungarian tamil norwegian thai urdu croatian bulgarian lithuanian latin maori malayalam welsh slovak telugu persian latvian bengali serbian azerbaijani slovenian kannada estonian macedonian breton basque icelandic armenian nepali mongolian bosnian kazakh albanian swahili galician marathi punjabi sinhala khmer shona yoruba somali afrikaans occitan georgian belarusian tajik sindhi gujarati amharic yiddish lao uzbek faroese pashto turkmen nynorsk maltese sanskrit luxembourgish myanmar tibetan tagalog malagasy assamese tatar hawaiian lingala hausa bashkir javanese sundanese cantonese'.split(
      ' ',
    );
  expect(names.filter((name) => languageCode(name) === null)).toEqual([]);
});

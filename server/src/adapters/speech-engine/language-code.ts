/** What Whisper understands (OpenAI's `tokenizer.py`), as ISO 639; its `jw` is Javanese by an old code. */
const CODES =
  'en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jv su yue'.split(
    ' ',
  );
/** Names of OpenAI's table that differ from the Unicode ones, and its other names. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  tagalog: 'tl',
  nynorsk: 'nn',
  burmese: 'my',
  myanmar: 'my',
  valencian: 'ca',
  flemish: 'nl',
  haitian: 'ht',
  'haitian creole': 'ht',
  letzeburgesch: 'lb',
  pushto: 'ps',
  panjabi: 'pa',
  moldavian: 'ro',
  moldovan: 'ro',
  sinhalese: 'si',
  castilian: 'es',
  mandarin: 'zh',
  cantonese: 'yue',
  bengali: 'bn',
  maori: 'mi',
  jw: 'jv',
};

/**
 * The ISO 639 code of a language as speech servers tell it: a code, or its English name; null for anything else.
 *
 * @example languageCode('German') // 'de'
 */
export function languageCode(told: string | null | undefined): string | null {
  const name = told?.trim().toLowerCase() ?? '';
  const other = OTHER_NAMES[name];
  if (other !== undefined) return other;
  if (CODES.includes(name)) return name;
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return CODES.find((code) => names.of(code)?.toLowerCase() === name) ?? null;
}

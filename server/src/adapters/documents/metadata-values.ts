import { cleanText } from './clean-text.ts';

/** Longer names and titles are something else that stands in their place. */
const MOST_CHARS = 500;

/** A name or title as it is shown; null when there is none. */
export function shownValue(value: string | null | undefined): string | null {
  const clean = cleanText(value ?? '');
  return clean === '' || clean.length > MOST_CHARS ? null : clean;
}

/**
 * A date as ISO 8601 where it can be told, else as it is written. Knows ISO dates, the dates of PDF files
 * (`D:20240131120000+01'00'`) and what `Date` reads with a year of four digits.
 */
export function isoDate(value: string | null | undefined): string | null {
  const text = shownValue(value);
  if (text === null) return null;
  const pdf = /^D:(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})?(\d{2})?)?(?:(Z)|([+-]\d{2})'?(\d{2})?'?)?/.exec(text);
  if (pdf) return isoOfPdf(pdf);
  if (/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/.test(text)) return text;
  const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}:?\d{2})?/.exec(text);
  if (iso) return validOr(`${iso[1]}T${iso[2]}${iso[3] ?? ''}`, text);
  const named = /\b\d{4}\b/.test(text) ? Date.parse(`${text} UTC`) : Number.NaN;
  const zoned = Number.isNaN(named) && /\b\d{4}\b/.test(text) ? Date.parse(text) : named;
  if (Number.isNaN(zoned)) return text;
  const date = new Date(zoned).toISOString();
  return date.endsWith('T00:00:00.000Z') ? date.slice(0, 10) : date;
}

function isoOfPdf([, year, month, day, hour, minute, second, utc, zoneHour, zoneMinute]: RegExpExecArray): string | null {
  if (hour === undefined) return validOr([year, month, day].filter((part) => part !== undefined).join('-'), null);
  const zone = utc ?? (zoneHour === undefined ? '' : `${zoneHour}:${zoneMinute ?? '00'}`);
  return validOr(`${year}-${month}-${day}T${hour}:${minute ?? '00'}:${second ?? '00'}${zone}`, null);
}

function validOr<T>(date: string, otherwise: T): string | T {
  return Number.isNaN(Date.parse(date)) ? otherwise : date;
}

/** ISO 639-1 from a language tag (`en-US`, `pt_BR`, `eng`); null for what is none. */
export function languageOf(tag: string | null | undefined): string | null {
  const primary = /^\s*([a-z]{2,3})(?:[-_]|\s*$)/i.exec(tag ?? '')?.[1]?.toLowerCase();
  if (primary === undefined) return null;
  if (primary.length === 2) return primary;
  try {
    const short = new Intl.Locale(primary).language;
    return short.length === 2 ? short : (LONG_CODES[primary] ?? null);
  } catch {
    return null;
  }
}

/** Bibliographic codes that are not in the registry of language tags. */
const LONG_CODES: Readonly<Record<string, string>> = {
  ger: 'de',
  fre: 'fr',
  dut: 'nl',
  chi: 'zh',
  cze: 'cs',
  gre: 'el',
  per: 'fa',
  rum: 'ro',
  slo: 'sk',
};

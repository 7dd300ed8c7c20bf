/** A look at this many bytes tells how a text is encoded. */
const LOOK_BYTES = 256 * 1024;

/**
 * Text from bytes of unknown encoding: by its byte order mark, else by what is declared, else UTF-16 where every other
 * byte is zero, else UTF-8 if it is valid, else what fits the letters best of the old single-byte and East Asian encodings.
 *
 * @param declared by a web server or in the file; ignored when it is no encoding, or when the bytes are UTF-8 all the same
 */
export function decodeText(bytes: Uint8Array, declared: string | null = null): string {
  const look = bytes.subarray(0, LOOK_BYTES);
  const marked = byMark(look);
  if (marked) return decode(bytes, marked);
  const wide = byZeros(look);
  if (wide) return decode(bytes, wide);
  // A page that is served with a wrong label but is valid UTF-8 beyond ASCII is UTF-8: other encodings do not look like it by chance.
  if (isUtf8(bytes)) return decode(bytes, 'utf-8');
  const label = declared === null ? null : knownLabel(declared);
  if (label !== null && label !== 'utf-8' && !label.startsWith('utf-16')) return decode(bytes, label);
  return label === 'utf-8' ? decode(bytes, label) : decode(bytes, guess(look));
}

/** Whether bytes can be text: no zero bytes (unless UTF-16) and next to no control characters. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const look = bytes.subarray(0, LOOK_BYTES);
  const encoding = byMark(look) ?? byZeros(look);
  if (encoding !== null) {
    const text = decode(encoding === 'utf-8' ? look : look.subarray(0, look.length - (look.length % 2)), encoding);
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    const strange = text.match(/[\u0000-\u0008\u000E-\u001A\uFFFD\uFFFE\uE000-\uF8FF]/g)?.length ?? 0;
    return strange <= text.length / 100;
  }
  let control = 0;
  for (const byte of look) {
    if (byte === 0) return false;
    if (byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32) || byte === 127) control++;
  }
  return control <= look.length / 500;
}

function byMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** UTF-16 without a mark: spaces, line ends and Latin letters have a zero byte on one side, hardly ever on the other. */
function byZeros(bytes: Uint8Array): string | null {
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const pairs = bytes.length / 2;
  if (odd > pairs / 8 && even < odd / 20) return 'utf-16le';
  if (even > pairs / 8 && odd < even / 20) return 'utf-16be';
  return null;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Null for a name that is no encoding. */
function knownLabel(label: string): string | null {
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return null;
  }
}

const decode = (bytes: Uint8Array, encoding: string): string => new TextDecoder(encoding).decode(bytes);

/**
 * Among encodings that are still met. Multi-byte ones are strict: if the bytes are valid and give mostly the everyday
 * characters of that language, they are it. Among single-byte ones the letters decide: words do not mix alphabets and capitals
 * do not stand inside words. Windows-1252 wins a draw.
 */
function guess(bytes: Uint8Array): string {
  // A look may end inside a character.
  const whole = bytes.subarray(0, Math.max(0, bytes.length - 4));
  const look = bytes.length < LOOK_BYTES ? bytes : whole;
  for (const [encoding, share, everyday] of EAST_ASIAN) {
    const text = decode(look, encoding);
    const beyond = text.match(/[^\u0000-\u007F]/g)?.length ?? 0; // oxlint-disable-line no-control-regex -- ASCII is a range
    const broken = text.match(/\uFFFD/g)?.length ?? 0;
    const usual = text.match(everyday)?.length ?? 0;
    if (beyond > 0 && broken <= beyond / 200 && usual >= beyond * share) return encoding;
  }
  const scored = [
    'windows-1252',
    'windows-1251',
    'koi8-r',
    'windows-1250',
    'windows-1253',
    'windows-1254',
    'windows-1255',
    'windows-1256',
  ].map((encoding) => ({ encoding, score: score(decode(look, encoding)) }));
  return scored.reduce((best, next) => (next.score > best.score + 0.01 ? next : best)).encoding;
}

/** Which everyday characters make up at least which share of a text. Chinese before Korean: half of it is valid Korean. */
const EAST_ASIAN: readonly (readonly [string, number, RegExp])[] = [
  ['shift_jis', 0.3, /[\u3040-\u30FF\u3001\u3002]/g],
  ['euc-jp', 0.3, /[\u3040-\u30FF\u3001\u3002]/g],
  [
    'gb18030',
    0.15,
    /[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里，。]/g,
  ],
  ['big5', 0.15, /[的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡，。]/g],
  ['euc-kr', 0.5, /[\uAC00-\uD7A3]/g],
];

/** How much of what is beyond ASCII looks like words, from below 0 to 1. */
function score(text: string): number {
  const beyond = text.match(/[\u0080-\uFFFF]/g)?.length ?? 0;
  if (beyond === 0) return 0;
  let points = 0;
  // oxlint-disable-next-line no-control-regex -- C1 controls are what no text holds
  points -= 3 * (text.match(/[\u0080-\u009F\uFFFD]/g)?.length ?? 0);
  for (const [word] of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const strange = word.match(/[\u0080-\uFFFF]/g)?.length ?? 0;
    if (strange === 0) continue;
    const alphabets = ALPHABETS.filter((alphabet) => alphabet.test(word)).length;
    const capitalInside = /\p{Ll}\p{Lu}/u.test(word);
    const rare = word.match(RARE)?.length ?? 0;
    points += (alphabets > 1 || capitalInside ? -strange : strange) - rare;
  }
  points += 0.5 * (text.match(/[‘’“”„«»–—…€°§]/g)?.length ?? 0);
  return points / beyond;
}

const ALPHABETS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Hebrew}/u, /\p{Script=Arabic}/u];
/** Letters that are met when a text is decoded wrongly rather than in words. */
const RARE = /[ÐÞðþÝýªºµƒŠšŽžÿŸĐđĺĹŕŔĽľŢţľђѓљњќћџЂЃЉЊЌЋЏѕЅјЈґҐ]/gu;

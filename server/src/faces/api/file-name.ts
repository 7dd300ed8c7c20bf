const LONGEST = 200;

/**
 * A file name that is safe to show: no folders, no control characters, nothing that turns the writing
 * direction (which hides an extension), at most 200 characters with the extension kept.
 *
 * @example cleanFileName('../../etc/\u202Egnp.mp3') // 'gnp.mp3'
 */
export function cleanFileName(given: string | undefined): string {
  const name = (given ?? '')
    .toWellFormed()
    .normalize('NFC')
    .replace(/^.*[/\\]/s, '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  if (name === '' || /^\.+$/.test(name)) return 'recording';
  const characters = [...name];
  if (characters.length <= LONGEST) return name;
  const extension = /\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0] ?? '';
  return characters.slice(0, LONGEST - extension.length).join('') + extension;
}

/** RFC 6266: a plain name for old clients, the real one for the rest. */
export function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** Both stores sign for a week at most. */
const MOST_SECONDS = 7 * 24 * 60 * 60;

/** @throws RangeError for a lifetime that no store signs: a fault of the program */
export function lifetimeOf(expiresSeconds: number): number {
  if (Number.isInteger(expiresSeconds) && expiresSeconds >= 1 && expiresSeconds <= MOST_SECONDS) return expiresSeconds;
  throw new RangeError(`A signed address lives 1 to ${MOST_SECONDS} seconds, not ${expiresSeconds}.`);
}

/**
 * Makes the browser save the file under a name of any script (RFC 6266), and never show it: it would be shown under the
 * name of the store.
 * @example contentDisposition('Übung.pdf') // `attachment; filename="_bung.pdf"; filename*=UTF-8''%C3%9Cbung.pdf`
 */
export function contentDisposition(fileName: string): string {
  const name = fileName.toWellFormed().replaceAll(/[\p{Cc}/\\]/gu, '_');
  const plain = name.replaceAll(/[^\x20-\x7e]|["%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

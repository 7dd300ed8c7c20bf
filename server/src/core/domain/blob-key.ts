const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const HEX = '[0-9a-f]{32}';

/** Every form that `newId`, `randomUUID` and digests give the keys of this version. */
const OURS = new RegExp(
  `^(?:incoming/${UUID}|doctor/${UUID}|sources/src_${HEX}|uploads/upl_${HEX}/(?:${UUID}|whole-\\d+)|exports/${HEX}/[a-z0-9_-]+-${HEX})$`,
);

/**
 * Whether a key is exactly one that we make: what is cleaned away by itself must be nothing that somebody else put beside our
 * files, in a bucket above all.
 *
 * @example isOurKey('sources/src_0123456789abcdef0123456789abcdef') // true
 * @example isOurKey('sources/holiday.jpg') // false
 */
export function isOurKey(key: string): boolean {
  return OURS.test(key);
}

/** Under these nothing is ever named in a row: they live as long as a request. */
export function isPassingKey(key: string): boolean {
  return key.startsWith('incoming/') || key.startsWith('doctor/');
}

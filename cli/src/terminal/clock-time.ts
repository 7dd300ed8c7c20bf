/** 65_000 -> `01:05`; 3_725_000 -> `1:02:05`. Milliseconds from the start of a recording. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** Where something is: `[01:05]` in a recording, `[p. 3]` in a document. */
export function placeMark(place: { startMs: number | null; page: number | null }): string {
  if (place.startMs !== null) return `[${clockTime(place.startMs)}]`;
  return place.page === null ? '[--:--]' : `[p. ${place.page}]`;
}

/** 83_000 -> `1:23`. How long something takes. */
export function duration(ms: number): string {
  return clockTime(Math.ceil(ms / 1000) * 1000).replace(/^0(?=\d:)/, '');
}

/** How engines are called. */
const ENGINE_NAMES: Readonly<Record<string, string>> = { pocketsphinx: 'PocketSphinx' };

/** What is said, once, wherever the text of an engine of low accuracy is shown; null for the others. */
export function draftNotice(transcript: { readonly draftQuality: boolean; readonly engine: string }): string | null {
  if (!transcript.draftQuality) return null;
  return `Draft quality: made by ${ENGINE_NAMES[transcript.engine] ?? transcript.engine}. Expect wrong words; check against the sound before you rely on it.`;
}

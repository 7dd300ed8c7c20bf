import { AppError } from '../domain/app-error.ts';
import { comparable } from '../domain/align-words.ts';
import { wordsIn } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import { wordsOf, type Transcript } from '../domain/transcript.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { changeBetween, layersOf, storeRevision } from './correct-transcript.ts';
import type { CorrectEverywherePayload } from './correct-everywhere.job.ts';
import { patchesOfEdits, type WordEdit } from './patches-of-edits.ts';

export interface CorrectedEverywhere {
  readonly places: number;
  readonly transcripts: number;
  readonly examples: readonly {
    readonly lectureId: string;
    readonly startMs: number;
    readonly before: string;
    readonly after: string;
  }[];
}

const MOST_EXAMPLES = 20;
/** Somebody may be correcting the same transcript meanwhile. */
const TRIES = 5;

/** Where words stand in the transcripts of a course, and what a correction would make of them; changes nothing. */
export async function previewEverywhere(
  deps: Pick<EnqueueDeps, 'store'>,
  input: Omit<CorrectEverywherePayload, 'by'> & { readonly scope: Scope },
): Promise<CorrectedEverywhere> {
  let found: CorrectedEverywhere = { places: 0, transcripts: 0, examples: [] };
  for await (const transcript of transcriptsOfCourse(deps, input))
    found = counted(found, transcript, editsFor(transcript, input));
  return found;
}

/**
 * Corrects words wherever they stand in the transcripts of a course, whatever their capitals; a capital at the start and punctuation at
 * the end stay as they are in each place. What was corrected before a stop is not done again.
 *
 * @throws AppError `cancelled`
 */
export async function correctEverywhere(
  deps: EnqueueDeps,
  input: CorrectEverywherePayload & { readonly scope: Scope; readonly onProgress: (message: string) => void },
  signal: AbortSignal,
): Promise<CorrectedEverywhere> {
  let done: CorrectedEverywhere = { places: 0, transcripts: 0, examples: [] };
  for await (const transcript of transcriptsOfCourse(deps, input)) {
    signal.throwIfAborted();
    done = counted(done, transcript, await correctOne(deps, input, transcript));
    input.onProgress(`Corrected ${done.places} places in ${done.transcripts} transcripts.`);
  }
  return done;
}

async function correctOne(
  deps: EnqueueDeps,
  input: CorrectEverywherePayload & { readonly scope: Scope },
  transcript: Transcript,
): Promise<readonly WordEdit[]> {
  let seen: Transcript | null = transcript;
  for (let tries = 1; seen; tries++) {
    const edits = editsFor(seen, input);
    if (edits.length === 0) return [];
    const { base, revision } = await layersOf(deps.store, input.scope, seen);
    const after = { ...revision, texts: [...patchesOfEdits(base.segments, revision.texts, edits)] };
    const change = changeBetween(base.segments, { kind: 'everywhere', by: input.by }, revision, after);
    try {
      await storeRevision(deps, input.scope, { seen, base, revision: after, change, origin: 'corrected' });
      return edits;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'transcript_conflict') || tries >= TRIES) throw error;
      seen = await deps.store.transcripts.latest(input.scope, seen.sourceId);
    }
  }
  return [];
}

/** The newest transcript of every source in the course. */
async function* transcriptsOfCourse(
  { store }: Pick<EnqueueDeps, 'store'>,
  { scope, courseId }: { readonly scope: Scope; readonly courseId: string },
): AsyncGenerator<Transcript> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.lectures.list>> = await store.lectures.list(
      scope,
      { courseId },
      { limit: 50, cursor },
    );
    for (const { id } of page.items) {
      for (const { sourceId } of await store.transcripts.heads(scope, id)) {
        const transcript = await store.transcripts.latest(scope, sourceId);
        if (transcript) yield transcript;
      }
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** One edit for each place in which the words stand. */
export function editsFor(transcript: Pick<Transcript, 'segments'>, { from, to }: { from: string; to: string }): WordEdit[] {
  const [wanted, words] = [wordsIn(from).map(comparable), wordsOf(transcript).map(({ text }) => text)];
  if (wanted.length === 0) return [];
  const heard = words.map(comparable);
  const edits: WordEdit[] = [];
  for (let at = 0; at + wanted.length <= heard.length; at++) {
    if (!wanted.every((word, i) => heard[at + i] === word)) continue;
    const lastWord = at + wanted.length - 1;
    const text = inPlace(to, words[at] ?? '', words[lastWord] ?? '');
    if (text !== words.slice(at, lastWord + 1).join(' ')) edits.push({ firstWord: at, lastWord, text });
    at = lastWord;
  }
  return edits;
}

/** The correction with the capital and the punctuation of what it stands for. */
function inPlace(to: string, first: string, last: string): string {
  const text = wordsIn(to).join(' ');
  const capital = /^\p{P}*\p{Lu}/u.test(first) ? text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) : text;
  const [opening, closing] = [/^[\p{Ps}\p{Pi}"']+/u.exec(first)?.[0] ?? '', /[\p{P}]+$/u.exec(last)?.[0] ?? ''];
  const withEnd = text === '' || /\p{P}$/u.test(text) ? capital : capital + closing;
  return opening !== '' && text !== '' && !withEnd.startsWith(opening) ? opening + withEnd : withEnd;
}

function counted(sum: CorrectedEverywhere, transcript: Transcript, edits: readonly WordEdit[]): CorrectedEverywhere {
  if (edits.length === 0) return sum;
  const words = wordsOf(transcript);
  const examples = edits.slice(0, MOST_EXAMPLES - sum.examples.length).map(({ firstWord, lastWord, text }) => ({
    lectureId: transcript.lectureId,
    startMs: words[firstWord]?.startMs ?? 0,
    before: words
      .slice(firstWord, lastWord + 1)
      .map((word) => word.text)
      .join(' '),
    after: text,
  }));
  return {
    places: sum.places + edits.length,
    transcripts: sum.transcripts + 1,
    examples: [...sum.examples, ...examples],
  };
}

import type { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';
import { isCaptions } from '../domain/caption.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { segmentsOfLines, type SpokenWord } from '../domain/spoken-lines.ts';
import type { Segment, Transcript } from '../domain/transcript.ts';
import { carryCorrections } from '../corrections/carry-corrections.ts';
import { indexSourceJob } from '../indexing/index-source.job.ts';
import { dispatch, type EnqueueDeps } from '../jobs/enqueue.ts';
import { requestIn } from '../jobs/request.ts';
import { recordingOf } from '../library/sources-of.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { DocumentReader } from '../ports/document-reader.ts';
import { segmentsOfCaptions } from '../read/transcript-of-captions.ts';
import { alignText } from './align-text.ts';
import { readJsonTranscript } from './read-json-transcript.ts';

/** The words of ten hours with all that WhisperX says of each are about 30 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const UNKNOWN_LANGUAGE = 'und';

export interface ImportTranscriptDeps extends EnqueueDeps {
  readonly blobs: Pick<Blobs, 'read' | 'withFile' | 'remove'>;
  readonly documentReader: Pick<DocumentReader, 'sniff' | 'readCaptions'>;
}

export interface ImportTranscriptInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** Null: the first recording with sound. */
  readonly sourceId: string | null;
  /** Null: what the file says. */
  readonly language: string | null;
  readonly fileName: string;
  readonly incoming: { readonly key: string; readonly sizeBytes: number };
}

type Imported = Pick<Transcript, 'engine' | 'model' | 'language' | 'segments'>;

/**
 * Makes a transcript that somebody else wrote the next version of a recording's transcript: SRT, WebVTT, JSON of Whisper, whisper.cpp,
 * WhisperX, AssemblyAI and Deepgram, or plain text, which gets its times from what an engine has heard. People's corrections stay over it,
 * as when a recording is transcribed again. The uploaded file is removed in any case.
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_file_invalid`, `transcript_not_found` for plain text of a recording
 * that no engine has heard, those of `DocumentReader.readCaptions`
 */
export async function importTranscript(
  deps: ImportTranscriptDeps,
  input: ImportTranscriptInput,
  signal: AbortSignal,
): Promise<Transcript> {
  const { scope, incoming } = input;
  try {
    const source = await recordingOf(deps, input);
    if (isCaptions(source))
      throw new AppError('source_not_found', 'The source holds captions, not a recording to lay words over.');
    const imported = await readImport(deps, input, source, signal);
    if (imported.segments.length === 0) throw new AppError('transcript_file_invalid', 'The file holds no words.');
    return await store(deps, scope, source, imported);
  } finally {
    await deps.blobs.remove(scope, incoming.key).catch(() => {}); // swept later; the outcome is the one to tell
  }
}

async function readImport(
  deps: ImportTranscriptDeps,
  { scope, fileName, incoming, language }: ImportTranscriptInput,
  source: Source,
  signal: AbortSignal,
): Promise<Imported> {
  if (incoming.sizeBytes > MAX_FILE_BYTES)
    throw new AppError('transcript_file_invalid', `A transcript of more than ${MAX_FILE_BYTES / 1024 / 1024} MiB is not read.`);
  const captions = await deps.blobs.withFile(scope, incoming.key, async (path) => {
    const file = { path, fileName, mediaType: null, url: null };
    const kind = await deps.documentReader.sniff(file);
    return kind?.format === 'captions' ? deps.documentReader.readCaptions(file, signal) : null;
  });
  const said = language ?? UNKNOWN_LANGUAGE;
  if (captions) return { engine: 'captions', model: fileName, language: said, segments: segmentsOfCaptions(captions) };
  const text = await textOf(await deps.blobs.read(scope, incoming.key));
  if (/^\s*[{[]/.test(text)) {
    const { engine, model, lines, ...rest } = readJsonTranscript(text);
    const words = lines.map((line) => line.filter((word) => word.text !== '')).filter((line) => line.length > 0);
    return {
      engine,
      model: model ?? fileName,
      language: language ?? rest.language ?? UNKNOWN_LANGUAGE,
      segments: segmentsOfLines(labelled(words)),
    };
  }
  return { engine: 'text', model: fileName, ...(await overWhatWasHeard(deps, scope, source, text, language)) };
}

async function overWhatWasHeard(
  { store: { transcripts } }: ImportTranscriptDeps,
  scope: Scope,
  source: Source,
  text: string,
  language: string | null,
): Promise<Pick<Imported, 'language' | 'segments'>> {
  const heard = await transcripts.latest(scope, source.id, { corrected: false });
  if (!heard)
    throw new AppError(
      'transcript_not_found',
      'Plain text gets its times from what an engine hears. Transcribe the recording first, then import the text.',
    );
  const lines = alignText(text, heard.segments);
  if (!lines)
    throw new AppError('transcript_file_invalid', 'The text has next to nothing in common with what is said in this recording.');
  const segments: readonly Segment[] = segmentsOfLines(lines);
  return { language: language ?? heard.language, segments: [...segments] };
}

async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array)); // blobs give bytes
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch (cause) {
    throw new AppError('transcript_file_invalid', 'The file is not text in UTF-8.', { cause });
  }
}

/** Other systems call speakers `A`, `SPEAKER_00` or `0`: here they are `S1`, `S2`, ... in the order in which they speak. */
function labelled(lines: readonly (readonly SpokenWord[])[]): SpokenWord[][] {
  const labels = new Map<string, string>();
  const labelOf = (speaker: string): string => {
    const label = labels.get(speaker) ?? `S${labels.size + 1}`;
    labels.set(speaker, label);
    return label;
  };
  return lines.map((line) => line.map((word) => ({ ...word, speaker: word.speaker === null ? null : labelOf(word.speaker) })));
}

async function store(deps: ImportTranscriptDeps, scope: Scope, source: Source, imported: Imported): Promise<Transcript> {
  const { id: sourceId, lectureId, ownerId } = source;
  const { transcript, jobs } = await deps.store.transaction(async (tx) => {
    const now = deps.clock.now();
    const before = await tx.transcripts.latest(scope, sourceId);
    const lastMs = imported.segments.at(-1)?.endMs ?? 0;
    const made = await tx.transcripts.add(scope, {
      ...imported,
      ownerId,
      lectureId,
      sourceId,
      origin: 'import',
      baseVersion: null,
      task: 'transcribe',
      durationMs: Math.max(source.durationMs ?? 0, lastMs),
      draftQuality: false,
      createdAt: now,
    });
    const carried = await carryCorrections(tx, scope, before, made);
    const message = 'Waiting to make the imported text searchable.';
    const payload = { sourceId, textVersion: carried.transcript.version };
    const { job, isNew } = await requestIn(tx, scope, indexSourceJob, { payload, lectureId, sourceId, message, now });
    return { transcript: carried.transcript, jobs: isNew ? [job] : [] };
  });
  await dispatch(deps, jobs);
  return transcript;
}

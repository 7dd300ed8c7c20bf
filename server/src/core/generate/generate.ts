import { artifactContentSchemas, type ArtifactKind } from '@scholium/contract';
import { z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import type { Artifact, ArtifactDraft, TextVersion } from '../domain/artifact.ts';
import { citedTexts, groundCitations } from '../domain/grounding.ts';
import { newId } from '../domain/ids.ts';
import { outputKey } from '../domain/output-key.ts';
import type { Preset } from '../domain/preset.ts';
import { ownerScope, type Scope } from '../domain/scope.ts';
import { withPractice } from '../domain/study-plan.ts';
import { findPreset } from '../library/presets.ts';
import type { JobCompletion } from '../jobs/job-kind.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Writer } from '../ports/writer.ts';
import { readProfile } from '../settings/profile.ts';
import type { UsageRecorder } from '../settings/usage-recorder.ts';
import { carriedEdit } from './carry-edits.ts';
import { type Collected, collectMaterial } from './collect-material.ts';
import type { GeneratePayload } from './generate.job.ts';

const STEP = 'generate';
const VERSION = 1;

export interface GenerateDeps {
  readonly store: Pick<
    Store,
    'lectures' | 'sources' | 'speakers' | 'transcripts' | 'documents' | 'presets' | 'outputs' | 'artifacts' | 'settings'
  >;
  readonly metrics: Pick<Metrics, 'modelUsed'>;
  /** Left out, nobody's use is written down. */
  readonly usage?: UsageRecorder;
  readonly writer: Pick<Writer, 'engine' | 'model' | 'digest' | 'write'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface GenerateInput extends GeneratePayload {
  readonly scope: Scope;
  readonly onProgress: (fraction: number, message: string) => void;
}

export interface GenerateResult {
  readonly lectureId: string;
  readonly presetId: string;
  readonly engine: string;
  readonly artifacts: readonly { readonly id: string; readonly kind: ArtifactKind; readonly title: string }[];
  /** Kinds that the engine could not make, and why; another engine may have made them. */
  readonly problems: readonly { readonly kind: ArtifactKind; readonly code: string; readonly detail: string }[];
  /** Kinds of the preset for which the texts hold nothing, such as action items in most lectures. */
  readonly empty: readonly ArtifactKind[];
}

/** Faults of a model that may be over the next time notes are asked for. */
const PASSING: readonly string[] = ['model_unreachable', 'model_rate_limited', 'model_refused'];

/** Writes what was made, in the transaction that ends the job. */
export type CommitArtifacts = (
  tx: Pick<Store, 'outputs' | 'artifacts'>,
) => Promise<JobCompletion & { readonly result: GenerateResult }>;

export const artifactTitles: Readonly<Record<ArtifactKind, string>> = {
  summary: 'Key passages',
  chapters: 'Chapters',
  outline: 'Outline',
  key_terms: 'Key terms',
  flashcards: 'Flashcards',
  practice_questions: 'Practice questions',
  action_items: 'Action items',
  study_plan: 'Study plan',
};

/**
 * Makes the preset's study material from the lecture's recordings and documents. Every citation is checked against the text it
 * names; what has none left is not stored. The same material, writer and preset give the artifacts that are there
 * already, unless there is a new `nonce`.
 *
 * @throws AppError `lecture_not_found`, `preset_not_found`, `nothing_to_study`, and what the writer throws
 */
export async function generate(deps: GenerateDeps, input: GenerateInput, signal: AbortSignal): Promise<CommitArtifacts> {
  const { scope, lectureId, onProgress } = input;
  const lecture = await deps.store.lectures.find(scope, lectureId);
  if (!lecture)
    throw new AppError('lecture_not_found', `There is no lecture "${lectureId.slice(0, 80)}". GET /lectures lists what exists.`);
  const preset = await findPreset(deps, scope, input.presetId);
  onProgress(0, 'Reading the transcript.');
  const collected = await collectMaterial(deps.store, scope, lecture);
  const { fallback } = await readProfile(deps, ownerScope(lecture.ownerId));
  const key = keyOf(deps, input, { ownerId: lecture.ownerId, preset, collected, fallback });
  const before = await madeBefore(deps, scope, lectureId, key);
  if (before) return async () => ({ result: resultOf(input, { engine: deps.writer.engine, preset }, before) });

  const problems: GenerateResult['problems'][number][] = [];
  const drafts = await deps.writer.write(
    {
      material: collected.material,
      kinds: preset.artifacts,
      length: preset.length,
      fallback,
      style: { language: preset.language, tone: preset.tone, instructions: preset.instructions },
      onProgress: (fraction) => onProgress(fraction * 0.95, 'Making the notes.'),
      onUsage: (usage) => {
        deps.metrics.modelUsed({ ...usage, purpose: 'notes' });
        deps.usage?.used(ownerScope(lecture.ownerId), 'notes', usage);
      },
      onProblem: (kind, { code, detail }) => problems.push({ kind, code, detail }),
    },
    signal,
  );
  signal.throwIfAborted();
  const grounded = withPractice(groundCitations(drafts.map(checked), citedTexts(collected.texts)));
  if (grounded.length === 0)
    throw new AppError('nothing_to_study', 'The lecture is too short to make notes from. Add a longer recording.');
  const texts = collected.texts.map(versionOf);
  const artifacts = grounded.map((draft) =>
    artifactOf(draft, { deps, input, ownerId: lecture.ownerId, texts, presetVersion: preset.version }),
  );
  const sourceId = collected.texts[0]?.sourceId ?? '';
  return async (tx) => {
    for (const artifact of artifacts) {
      const carried = await carriedEdit(tx, scope, artifact);
      await tx.artifacts.insert(scope, artifact);
      if (carried) await tx.artifacts.addEdit(scope, artifact.id, carried);
    }
    const artifactIds = artifacts.map(({ id }) => id);
    // What stands in for a model that was away is not what the next request is answered with.
    if (!problems.some(({ code }) => PASSING.includes(code))) {
      await tx.outputs.complete(scope, key, { step: STEP, sourceId, body: { artifactIds } });
    }
    return { result: { ...resultOf(input, { engine: deps.writer.engine, preset }, artifacts), problems } };
  };
}

function keyOf(
  deps: GenerateDeps,
  { lectureId, nonce }: GenerateInput,
  made: { ownerId: string; preset: Preset; collected: Collected; fallback: boolean },
): string {
  const { ownerId, preset, fallback } = made;
  const { material, texts } = made.collected;
  const { id, artifacts, length, language, tone, instructions } = preset;
  return outputKey({
    ownerId,
    step: STEP,
    version: VERSION,
    lectureId,
    nonce,
    writer: deps.writer.digest,
    preset: { id, artifacts, length, language, tone, instructions },
    language: material.language,
    // Left out where it is as usual, so that notes made before it could be set are found.
    ...(!fallback && { fallback }),
    inputs: texts.map(({ sourceId, version }) => ({ sourceId, version })),
  });
}

const wholeSchema = z.object({ artifactIds: z.array(z.string()) });

/** The artifacts of an earlier run with this key, if all of them are still there. */
async function madeBefore(deps: GenerateDeps, scope: Scope, lectureId: string, key: string): Promise<readonly Artifact[] | null> {
  const output = await deps.store.outputs.find(scope, key);
  if (!output?.complete) return null;
  const { artifactIds } = wholeSchema.parse(output.body);
  const stored = await deps.store.artifacts.ofLecture(scope, lectureId, { history: true });
  const found = artifactIds.flatMap((id) => stored.find((artifact) => artifact.id === id) ?? []);
  return found.length === artifactIds.length ? found : null;
}

/** A draft that breaks its shape is never stored. */
function checked(draft: ArtifactDraft): ArtifactDraft {
  const parsed = artifactContentSchemas[draft.kind].safeParse(draft.content);
  if (parsed.success) return draft;
  const cause = { cause: new Error(`${draft.kind}: ${z.prettifyError(parsed.error)}`) };
  throw new AppError('internal', 'The notes that were written are not complete, so they were not kept. Try again.', cause);
}

function artifactOf(
  draft: ArtifactDraft,
  made: { deps: GenerateDeps; input: GenerateInput; ownerId: string; texts: readonly TextVersion[]; presetVersion: number },
): Artifact {
  const { deps, input, ownerId, texts, presetVersion } = made;
  const { engine, model } = draft.madeBy ?? deps.writer;
  return {
    kind: draft.kind,
    content: draft.content,
    citations: draft.citations,
    id: newId('art'),
    ownerId,
    lectureId: input.lectureId,
    title: artifactTitles[draft.kind],
    engine,
    model,
    presetId: input.presetId,
    presetVersion,
    transcriptVersion: Math.max(0, ...texts.map(({ kind, version }) => (kind === 'recording' ? version : 0))),
    texts,
    fallback: draft.fallback ?? null,
    usage: draft.usage ?? null,
    unsupported: draft.unsupported ?? [],
    createdAt: deps.clock.now(),
    deletedAt: null,
    version: 0,
    edit: null,
  };
}

function versionOf(text: Collected['texts'][number]): TextVersion {
  const { sourceId, version } = text;
  return { sourceId, kind: 'segments' in text ? 'recording' : 'document', version };
}

function resultOf(
  { lectureId, presetId }: GenerateInput,
  { engine, preset }: { engine: string; preset: Preset },
  made: readonly Artifact[],
): GenerateResult {
  const artifacts = made.map(({ id, kind, title }) => ({ id, kind, title }));
  const empty = preset.artifacts.filter((kind) => !made.some((artifact) => artifact.kind === kind));
  return { lectureId, presetId, engine, artifacts, problems: [], empty };
}

import { artifactContentSchemas, type Citation } from '@scholium/contract';
import { z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import type { Artifact, ArtifactEdit } from '../domain/artifact.ts';
import { claimsOf, usedCitations } from '../domain/claims.ts';
import { citationFault, citedTexts, type CitableText, type CitationFault } from '../domain/grounding.ts';
import type { Scope } from '../domain/scope.ts';
import { markWritten } from '../domain/written-by-people.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { requireArtifact, type OneArtifact } from './find-artifact.ts';

export interface EditDeps {
  readonly store: Pick<Store, 'lectures' | 'artifacts' | 'transcripts' | 'documents'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface EditInput extends OneArtifact {
  /** Who edits. */
  readonly author: string;
  /** The version that was edited; another one that is there by now is a conflict. */
  readonly baseVersion: number;
  /** In the shape of the artifact's kind; who wrote what is worked out here. */
  readonly content: unknown;
  /** What the `cites` of the content index into; left out, those of the artifact as it is. */
  readonly citations?: readonly Citation[] | undefined;
}

/**
 * Keeps what a person made of an artifact, over what was generated. What differs from that is marked as the person's; every
 * citation that is used is checked against the words it names.
 *
 * @throws AppError `lecture_not_found`, `artifact_not_found`, `artifact_conflict` (with what is there), `invalid_request`,
 * `citation_false`
 */
export async function editArtifact(deps: EditDeps, input: EditInput): Promise<Artifact> {
  const current = await requireArtifact(deps, input);
  refuseStale(current, input.baseVersion);
  const { scope, artifactId } = input;
  const generated = current.version === 0 ? current : await requireArtifact(deps, { ...input, version: 0 });
  const given = { content: input.content, citations: input.citations ?? current.citations };
  const marked = markWritten(given, generated);
  const content = checkedShape(current, marked);
  const used = onlyUsed(content, given.citations);
  await refuseFalse(deps, scope, { lectureId: current.lectureId, citations: used.citations });
  // The same shape with other numbers in `cites`.
  const edit = { content: used.content as Artifact['content'], citations: used.citations, origin: { type: 'edited' } } as const;
  return addEdit(deps, { scope, artifactId, author: input.author, current, edit });
}

/**
 * Takes an artifact back to an earlier version (0: as it was generated) by an edit that says so: nothing of the history is
 * lost, and this can be taken back too.
 *
 * @throws AppError `lecture_not_found`, `artifact_not_found` (the version too), `artifact_conflict`
 */
export async function revertArtifact(
  deps: EditDeps,
  input: OneArtifact & { readonly author: string; readonly baseVersion: number; readonly version: number },
): Promise<Artifact> {
  const { scope, artifactId, author, version } = input;
  const { version: _, ...one } = input;
  const current = await requireArtifact(deps, one);
  refuseStale(current, input.baseVersion);
  const { content, citations } = await requireArtifact(deps, input);
  return addEdit(deps, {
    scope,
    artifactId,
    author,
    current,
    edit: { content, citations, origin: { type: 'reverted', version } },
  });
}

async function addEdit(
  { store, clock }: EditDeps,
  {
    scope,
    artifactId,
    author,
    current,
    edit,
  }: {
    scope: Scope;
    artifactId: string;
    author: string;
    current: Artifact;
    edit: Pick<ArtifactEdit, 'content' | 'citations' | 'origin'>;
  },
): Promise<Artifact> {
  const facts = { version: current.version + 1, author, at: clock.now(), origin: edit.origin };
  if (await store.artifacts.addEdit(scope, artifactId, { ...facts, ...edit })) {
    return { ...current, content: edit.content, citations: edit.citations, version: facts.version, edit: facts };
  }
  const there = await store.artifacts.find(scope, artifactId);
  throw conflict(there ?? current);
}

function refuseStale(current: Artifact, baseVersion: number): void {
  if (current.version !== baseVersion) throw conflict(current);
}

function conflict({ version, content, citations, edit }: Artifact): AppError {
  const there = edit
    ? { version, author: edit.author, at: new Date(edit.at).toISOString(), content, citations }
    : { version, content, citations };
  return new AppError(
    'artifact_conflict',
    `The artifact is at version ${version} by now. Look at it, then send your change again with "baseVersion": ${version}.`,
    { current: there },
  );
}

/** @throws AppError `invalid_request` that names the first things that are wrong */
function checkedShape({ kind }: Artifact, marked: unknown): Artifact['content'] {
  const parsed = artifactContentSchemas[kind].safeParse(marked);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `content.${path.map(String).join('.')}: ${message}`);
    throw new AppError('invalid_request', `The content is not that of an artifact of the kind ${kind}. ${problems.join('; ')}.`);
  }
  const contradiction = contradictionIn(parsed.data);
  if (contradiction) throw new AppError('invalid_request', contradiction);
  return parsed.data;
}

const choicesSchema = z.object({
  questions: z.array(z.object({ type: z.string(), question: z.string(), options: z.array(z.string()), answer: z.string() })),
});

/** Multiple choice that cannot be answered. */
function contradictionIn(content: unknown): string | null {
  const read = choicesSchema.safeParse(content);
  const wrong = read.data?.questions.find(({ type, options, answer }) =>
    type === 'multiple-choice'
      ? options.length < 2 || !options.includes(answer) || new Set(options).size < options.length
      : options.length > 0,
  );
  if (!wrong) return null;
  return `The question "${wrong.question.slice(0, 80)}" needs at least two different options that hold its answer, or none for a short answer.`;
}

/** Only the citations that claims name, numbered anew. @throws AppError `invalid_request` for a number that is not there */
function onlyUsed(content: unknown, citations: readonly Citation[]): { content: unknown; citations: readonly Citation[] } {
  const missing = claimsOf(content).flatMap(({ cites }) => cites.filter((index) => !citations[index]));
  if (missing.length > 0)
    throw new AppError(
      'invalid_request',
      `The content cites number ${missing[0]}, but there are ${citations.length} citations (from 0).`,
    );
  return usedCitations(content, citations);
}

const faults: Readonly<Record<CitationFault, string>> = {
  unknown_text: 'that text is not there (any more)',
  out_of_bounds: 'the text has no such place',
  other_words: 'other words stand there',
  other_times: 'the words were said at another time',
};

/** @throws AppError `citation_false` with the first one and why */
async function refuseFalse(
  { store }: EditDeps,
  scope: Scope,
  { lectureId, citations }: { lectureId: string; citations: readonly Citation[] },
): Promise<void> {
  const versions = new Map(
    citations.map(({ kind, sourceId, textVersion }) => [`${kind}/${textVersion}/${sourceId}`, { kind, sourceId, textVersion }]),
  );
  const texts: CitableText[] = [];
  for (const { kind, sourceId, textVersion } of versions.values()) {
    const from = kind === 'recording' ? store.transcripts : store.documents;
    const text = await from.find(scope, sourceId, textVersion);
    if (text?.lectureId === lectureId) texts.push(text);
  }
  const lookup = citedTexts(texts);
  for (const citation of citations) {
    const fault = citationFault(citation, lookup(citation));
    if (fault === null) continue;
    throw new AppError(
      'citation_false',
      `The citation "${citation.quote.slice(0, 80)}" does not hold: ${faults[fault]}. Correct it, or leave it out of what cites it.`,
    );
  }
}

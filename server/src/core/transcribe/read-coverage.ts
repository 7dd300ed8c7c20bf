import type { Coverage } from '@scholium/contract';
import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import { transcriptOf } from '../library/transcript-of.ts';
import type { Store } from '../ports/store.ts';
import { coverageOf } from './coverage.ts';

type Deps = Parameters<typeof transcriptOf>[0] & {
  readonly store: { readonly transcripts: Pick<Store['transcripts'], 'findings' | 'latest' | 'find' | 'heads'> };
};

/**
 * How well the transcript of a source (null: the first that has one) covers its recording: of the version that an engine made, below
 * the corrections where there are any (null: the newest).
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`, `coverage_unknown`
 */
export async function readCoverage(
  deps: Deps,
  input: { scope: Scope; lectureId: string; sourceId: string | null; version: number | null },
): Promise<Coverage> {
  const { transcripts } = deps.store;
  const chosen = await transcriptOf(deps, input);
  const heard = chosen.baseVersion === null ? chosen : await transcripts.find(input.scope, chosen.sourceId, chosen.baseVersion);
  const findings = heard && (await transcripts.findings(input.scope, heard.sourceId, heard.version));
  if (heard && findings) return coverageOf(heard, findings);
  throw new AppError(
    'coverage_unknown',
    `Version ${chosen.version} was brought in, or made before this was kept. Transcribe the recording again to know.`,
  );
}

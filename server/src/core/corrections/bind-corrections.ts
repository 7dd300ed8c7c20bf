import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { correctTranscript } from './correct-transcript.ts';
import { conflictsOf, historyOf } from './read-corrections.ts';
import { previewCorrection, requestCorrection } from './request-correction.ts';
import { undoChange } from './undo-change.ts';

/** What people do with transcripts, bound to its dependencies. */
export interface CorrectionUseCases {
  correct(input: Parameters<typeof correctTranscript>[1]): ReturnType<typeof correctTranscript>;
  undo(input: Parameters<typeof undoChange>[1]): ReturnType<typeof undoChange>;
  history(input: Parameters<typeof historyOf>[1]): ReturnType<typeof historyOf>;
  conflicts(input: Parameters<typeof conflictsOf>[1]): ReturnType<typeof conflictsOf>;
  everywhere(input: Parameters<typeof requestCorrection>[1]): ReturnType<typeof requestCorrection>;
  preview(input: Parameters<typeof previewCorrection>[1]): ReturnType<typeof previewCorrection>;
}

export function bindCorrections(deps: EnqueueDeps): CorrectionUseCases {
  return {
    correct: (input) => correctTranscript(deps, input),
    undo: (input) => undoChange(deps, input),
    history: (input) => historyOf(deps, input),
    conflicts: (input) => conflictsOf(deps, input),
    everywhere: (input) => requestCorrection(deps, input),
    preview: (input) => previewCorrection(deps, input),
  };
}

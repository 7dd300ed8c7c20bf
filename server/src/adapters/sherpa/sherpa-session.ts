import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TranscriberOptions, TranscriberSession } from '../../core/ports/transcriber.ts';
import { makeScratchFolder } from '../system/scratch-folder.ts';
import { hearChunk } from './hear-chunk.ts';
import { bpeVocabularyOf, hintsFor } from './hints.ts';
import type { ModelFolder } from './model-folder.ts';
import { recognizerConfig } from './recognizer-config.ts';
import type { recognizerPools } from './recognizer-pools.ts';
import type { ChosenModel } from '../speech-engine/choose-model.ts';
import { shareOut, type Resources } from '../speech-engine/share-out.ts';
import { sherpaVersion } from './sherpa-package.ts';

export interface Opening {
  readonly chosen: ChosenModel;
  readonly folder: ModelFolder;
  readonly request: TranscriberOptions;
  readonly resources: Resources;
}

/** Part of every digest: raised when the way from sound to words changes here. */
const VERSION = 1;

/** @throws AppError `model_unavailable` when the model cannot be loaded */
export async function openSession(
  pools: ReturnType<typeof recognizerPools>,
  opening: Opening,
  signal: AbortSignal,
): Promise<TranscriberSession> {
  const { chosen, folder, request } = opening;
  const hints = folder.family === 'transducer' ? hintsFor(request.vocabulary, folder.pieces) : null;
  const vocabulary = hints ? await vocabularyFile(folder) : null;
  const { processes, threads } = shareOut(opening.resources, folder.sizeBytes);
  const settings = { language: request.language, task: request.task, threads };
  const config = (provider: string): object =>
    recognizerConfig(folder, { ...settings, provider, bpeVocabPath: vocabulary?.path ?? null });
  const key = hints ? null : JSON.stringify([chosen.digest, config('')]);
  try {
    const recognizers = await pools.open({ modelId: chosen.model.id, key, processes, config }, signal);
    const { languages } = chosen.model;
    const language = request.language ?? (languages !== 'any' && languages.length === 1 ? (languages[0] ?? null) : null);
    const hearing = {
      pool: recognizers.pool,
      family: folder.family,
      hints: hints?.text ?? null,
      language,
      isEnglish: request.task === 'translate',
    };
    let inWork = 0;
    return {
      model: chosen.model.id,
      digest: digestOf([chosen.digest, recognizers.provider, request.language, request.task, hints?.phrases ?? []]),
      language,
      concurrency: processes,
      async transcribe(chunk, chunkSignal) {
        inWork += 1;
        return hearChunk(hearing, chunk, chunkSignal).finally(() => (inWork -= 1));
      },
      async close() {
        await recognizers.release(inWork === 0);
        await vocabulary?.remove();
      },
    };
  } catch (error) {
    await vocabulary?.remove();
    throw error;
  }
}

/** The vocabulary with scores that hints need: the model's own, or one made for it. */
async function vocabularyFile(folder: ModelFolder): Promise<{ path: string; remove: () => Promise<void> }> {
  if (folder.bpeVocabPath) return { path: folder.bpeVocabPath, remove: async () => {} };
  const scratch = await makeScratchFolder(tmpdir(), 'scholium-speech-');
  const path = join(scratch, 'bpe.vocab');
  await writeFile(path, bpeVocabularyOf(folder.pieces));
  return { path, remove: () => rm(scratch, { recursive: true, force: true }) };
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([VERSION, sherpaVersion(), ...parts]))
    .digest('hex')
    .slice(0, 16);
}

import type { OperationSpec } from './operation.ts';
import { accountOperations } from './operations/accounts.ts';
import { artifactOperations } from './operations/artifacts.ts';
import { exportOperations } from './operations/exports.ts';
import { jobOperations } from './operations/jobs.ts';
import { libraryOperations } from './operations/library.ts';
import { liveOperations } from './operations/live.ts';
import { modelOperations } from './operations/models.ts';
import { operatorOperations } from './operations/operators.ts';
import { correctionOperations } from './operations/corrections.ts';
import { recordingOperations } from './operations/recordings.ts';
import { speakerOperations } from './operations/speakers.ts';
import { settingOperations } from './operations/settings.ts';
import { studyOperations } from './operations/study.ts';
import { systemOperations } from './operations/system.ts';
import { threadOperations } from './operations/threads.ts';
import { uploadOperations } from './operations/uploads.ts';

/** Everything the API does, by operation id. */
export const operations = {
  ...libraryOperations,
  ...recordingOperations,
  ...correctionOperations,
  ...speakerOperations,
  ...uploadOperations,
  ...liveOperations,
  ...studyOperations,
  ...artifactOperations,
  ...threadOperations,
  ...exportOperations,
  ...jobOperations,
  ...modelOperations,
  ...operatorOperations,
  ...accountOperations,
  ...settingOperations,
  ...systemOperations,
} as const satisfies Record<string, OperationSpec>;

export type Operations = typeof operations;
export type OperationId = keyof Operations;

/** Where the API lives. */
export const API_PREFIX = '/api';

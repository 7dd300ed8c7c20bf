import type { Migration } from 'kysely/migration';
import { first } from './0001-first.ts';
import { lecturePin } from './0003-lecture-pin.ts';
import { partHolders } from './0004-part-holders.ts';
import { jobOrder } from './0005-job-order.ts';
import { uploads } from './0006-uploads.ts';
import { documents } from './0007-documents.ts';
import { threads } from './0008-threads.ts';
import { presets } from './0009-presets.ts';
import { settingsAndFigures } from './0010-settings-and-figures.ts';
import { artifactEdits } from './0011-artifact-edits.ts';
import { transcriptOrigins } from './0012-transcript-origins.ts';
import { corrections } from './0013-corrections.ts';
import { speakers } from './0014-speakers.ts';
import { liveRecordings } from './0015-live-recordings.ts';
import { accounts } from './0017-accounts.ts';

/** All migrations by name, applied in this order. Forward only: a mistake is mended by the next one. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0003-lecture-pin': lecturePin,
  '0004-part-holders': partHolders,
  '0005-job-order': jobOrder,
  '0006-uploads': uploads,
  '0007-documents': documents,
  '0008-threads': threads,
  '0009-presets': presets,
  '0010-settings-and-figures': settingsAndFigures,
  '0011-artifact-edits': artifactEdits,
  '0012-transcript-origins': transcriptOrigins,
  '0013-corrections': corrections,
  '0014-speakers': speakers,
  '0015-live-recordings': liveRecordings,
  '0017-accounts': accounts,
};

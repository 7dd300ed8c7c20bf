import { operations } from '@scholium/contract';
import { idOf } from '../../../core/domain/ids.ts';
import { AppError } from '../../../core/domain/app-error.ts';
import type { Job } from '../../../core/domain/job.ts';
import { DEFAULT_COURSE, type Source } from '../../../core/domain/library.ts';
import { DEFAULT_PRESET } from '../../../core/domain/preset.ts';
import { findLecture } from '../../../core/library/find.ts';
import { requireAudio } from '../../../core/library/require-audio.ts';
import { documentOf } from '../../../core/library/document-of.ts';
import { recordingOf, sourceOf } from '../../../core/library/sources-of.ts';
import { withNames } from '../../../core/speakers/lay-names.ts';
import { transcriptOf } from '../../../core/library/transcript-of.ts';
import { readCoverage } from '../../../core/transcribe/read-coverage.ts';
import type { ApiDeps, OwnerScope } from '../api-deps.ts';
import type { Call, Handlers } from '../handler.ts';
import { fingerprintOf, once, type JsonAnswer } from '../idempotency.ts';
import { receiveUpload, type Upload } from '../receive-upload.ts';
import type { UploadGate } from '../uploads/upload-gate.ts';
import { presentDocument } from '../present.ts';
import { sendRecording } from '../send-recording.ts';

export function recordingHandlers(deps: ApiDeps, gate: UploadGate) {
  const uploads = { blobs: deps.blobs, maxUploadBytes: deps.settings.maxUploadBytes, gate };
  return {
    async ingestLecture(call) {
      const { scope, request, signal } = call;
      const upload = await receiveUpload(uploads, { request, scope, ...operations.ingestLecture.multipart }, signal);
      return onceForUpload(deps, call, upload, async (fingerprint) => {
        const { fields, fileName, incoming } = upload;
        const { lecture, source, created } = await deps.ingest(
          {
            scope,
            courseId: fields.course_id ?? DEFAULT_COURSE,
            // A process that dies between making the lecture and keeping its reply must not make another when it is asked again.
            lectureId: fields.lecture_id ?? (fingerprint === null ? null : idOf('lec', fingerprint)),
            presetId: fields.preset_id ?? DEFAULT_PRESET,
            title: fields.title ?? null,
            fileName,
            incoming,
          },
          signal,
        );
        return { status: created ? 201 : 200, body: uploaded(deps, scope, { ...source, lectureId: lecture.id }) };
      });
    },
    async addSource(call) {
      const { scope, params, request, signal } = call;
      await findLecture(deps, { scope, ...params }); // before the file is read: it may be large
      if (call.body) {
        const { url, title = null } = call.body;
        return added(deps, scope, await deps.addWebPage({ scope, ...params, url, title }));
      }
      const upload = await receiveUpload(uploads, { request, scope, ...operations.addSource.multipart }, signal);
      return onceForUpload(deps, call, upload, async () => {
        const { fields, fileName, incoming } = upload;
        const input = { scope, ...params, title: fields.title ?? null, fileName, incoming };
        return added(deps, scope, await deps.addSource(input, signal));
      });
    },
    async transcribe({ scope, params, query }) {
      const { source, model, language, task } = query;
      const job = await deps.requestTranscription({
        scope,
        ...params,
        sourceId: source ?? null,
        model: model ?? null,
        language: language ?? null,
        task,
      });
      return { status: 202, body: { jobId: job.id } };
    },
    async getTranscript({ scope, params, query }) {
      const { source = null, version = null } = query;
      const transcript = await transcriptOf(deps, { scope, ...params, sourceId: source, version });
      return { status: 200, body: await withNames(deps.store, scope, transcript) };
    },
    async getCoverage({ scope, params, query }) {
      const { source = null, version = null } = query;
      return { status: 200, body: await readCoverage(deps, { scope, ...params, sourceId: source, version }) };
    },
    async getSourceText({ scope, params, query }) {
      const { version = null } = query;
      return { status: 200, body: presentDocument(await documentOf(deps, { scope, ...params, version })) };
    },
    async getSourceFile({ scope, params, request, reply }) {
      const source = await sourceOf(deps, { scope, ...params });
      await requireAudio(deps.store, scope, source);
      if (source.sha256 === '') throw new AppError('source_not_found', 'The page has not been fetched yet.');
      const setHeader = (name: string, value: string) => void reply.header(name, value);
      return sendRecording(deps, { scope, source, method: request.method, headers: request.headers, setHeader });
    },
    async getAudio({ scope, params, query, request, reply }) {
      const source = await recordingOf(deps, { scope, ...params, sourceId: query.source ?? null });
      await requireAudio(deps.store, scope, source);
      const setHeader = (name: string, value: string) => void reply.header(name, value);
      return sendRecording(deps, { scope, source, method: request.method, headers: request.headers, setHeader });
    },
  } satisfies Partial<Handlers>;
}

function uploaded(deps: ApiDeps, scope: OwnerScope, source: Source) {
  return { lectureId: source.lectureId, sourceId: source.id, audioPath: deps.blobs.uri(scope, source.blobKey) };
}

function added(
  deps: ApiDeps,
  scope: OwnerScope,
  { source, created, job }: { source: Source; created: boolean; job: Job | null },
) {
  return { status: created ? 201 : 200, body: { ...uploaded(deps, scope, source), jobId: job?.id ?? null } } as const;
}

/** A form can only be compared with an earlier one when it has been read whole. `work` gets what tells the request from all others, if its client gave a key. */
async function onceForUpload<A extends JsonAnswer>(
  deps: ApiDeps,
  call: Call<'ingestLecture'> | Call<'addSource'>,
  upload: Upload<Record<string, unknown>>,
  work: (fingerprint: string | null) => Promise<A>,
): Promise<A> {
  const key = call.headers['idempotency-key'];
  const discard = () => deps.blobs.remove(call.scope, upload.incoming.key).catch(() => {}); // the reply matters more
  if (key === undefined) return work(null);
  const { sha256 } = upload.incoming;
  const body = { fields: upload.fields, fileName: upload.fileName, sha256 };
  const fingerprint = fingerprintOf({ method: call.request.method, url: call.request.url, body });
  let begun = false;
  try {
    const { answer, replayed } = await once(deps, { scope: call.scope, key, fingerprint }, () => {
      begun = true;
      return work(`${key} ${fingerprint}`);
    });
    if (replayed) call.reply.header('idempotent-replayed', 'true');
    return answer;
  } finally {
    if (!begun) await discard();
  }
}

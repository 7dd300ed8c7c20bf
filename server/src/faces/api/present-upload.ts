import type { UploadReply } from '@scholium/contract';
import type { Job } from '../../core/domain/job.ts';
import type { Upload } from '../../core/domain/upload.ts';

/** @param job the one that goes on with it: when that failed, its reason is the upload's until it is replayed */
export function presentUpload(upload: Upload, job: Job | null): UploadReply {
  const { id, status, offsetBytes, sizeBytes, fileName, jobId, lectureId, sourceId } = upload;
  const error = upload.error ?? (status === 'complete' ? (job?.error ?? null) : null);
  return {
    uploadId: id,
    status,
    offsetBytes,
    sizeBytes,
    fileName,
    expiresAt: new Date(upload.expiresAt).toISOString(),
    jobId,
    lectureId,
    sourceId,
    error: error && { code: error.code, detail: error.detail },
  };
}

import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { presentUpload } from '../present-upload.ts';

/** What of uploads is JSON; their bytes come by the tus protocol (uploads/tus-routes.ts). */
export function uploadHandlers(deps: Pick<ApiDeps, 'store' | 'uploads'>) {
  return {
    async getUpload({ scope, params }) {
      const upload = await deps.uploads.find({ scope, ...params });
      const job = upload.jobId === null ? null : await deps.store.jobs.find(scope, upload.jobId);
      return { status: 200, body: presentUpload(upload, job) };
    },
  } satisfies Partial<Handlers>;
}

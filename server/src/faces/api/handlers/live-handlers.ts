import type { LiveReply } from '@scholium/contract';
import type { LiveState } from '../../../core/live/bind-live.ts';
import { presentMark } from '../../../core/live/present-live.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';

/** What of live recordings is JSON; their sound comes over a WebSocket (live-socket.ts). */
export function liveHandlers({ live }: Pick<ApiDeps, 'live'>) {
  return {
    async beginLive({ scope, body }) {
      const { courseId = null, lectureId = null, presetId = null, title = null, ...wish } = body;
      return { status: 201, body: present(await live.begin({ scope, courseId, lectureId, presetId, title, ...wish })) };
    },
    async getLive({ scope, params }) {
      return { status: 200, body: present(await live.find({ scope, ...params })) };
    },
    async stopLive({ scope, params }) {
      return { status: 200, body: present(await live.stop({ scope, ...params })) };
    },
    async listMarks({ scope, params }) {
      const marks = await live.marks({ scope, ...params });
      return { status: 200, body: { marks: marks.map(({ mark, sourceId }) => presentMark(mark, sourceId)) } };
    },
  } satisfies Partial<Handlers>;
}

function present({ live, offsetBytes, closesAt, draft, marks }: LiveState): LiveReply {
  const { id: liveId, lectureId, status, format, language, jobId, sourceId, error } = live;
  return {
    liveId,
    lectureId,
    status,
    format,
    language,
    offsetBytes,
    jobId,
    sourceId,
    createdAt: iso(live.createdAt),
    soundAt: iso(live.soundAt),
    closesAt: closesAt === null ? null : iso(closesAt),
    endedAt: live.endedAt === null ? null : iso(live.endedAt),
    error: error && { code: error.code, detail: error.detail },
    draft: [...draft],
    marks: marks.map((mark) => presentMark(mark, sourceId)),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

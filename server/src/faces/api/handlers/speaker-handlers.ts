import type { SpeakerReply } from '@scholium/contract';
import type { Speaker } from '../../../core/domain/speaker.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';

export function speakerHandlers({ speakers }: Pick<ApiDeps, 'speakers'>) {
  return {
    async diarize({ scope, params, query }) {
      const job = await speakers.request({ scope, ...params, sourceId: query.source ?? null, speakers: query.speakers ?? null });
      return { status: 202, body: { jobId: job.id } };
    },
    async listSpeakers({ scope, params, query }) {
      const { transcript, speakers: all } = await speakers.list({ scope, ...params, sourceId: query.source ?? null });
      const { sourceId, version } = transcript;
      const body = { sourceId, version, speakers: all.map((speaker) => ({ ...present(speaker), words: speaker.words })) };
      return { status: 200, body };
    },
    async nameSpeaker({ scope, params, query, body }) {
      return { status: 200, body: present(await speakers.name({ scope, ...params, sourceId: query.source ?? null, ...body })) };
    },
    async mergeSpeakers({ scope, params, query, body }) {
      const input = { scope, ...params, sourceId: query.source ?? null, ...body, by: scope.ownerId };
      const { sourceId, version } = await speakers.merge(input);
      return { status: 200, body: { sourceId, version } };
    },
    async splitSpeaker({ scope, params, query, body }) {
      const input = { scope, ...params, sourceId: query.source ?? null, ...body, by: scope.ownerId };
      const { transcript, label } = await speakers.split(input);
      return { status: 200, body: { sourceId: transcript.sourceId, version: transcript.version, label } };
    },
  } satisfies Partial<Handlers>;
}

/** The voice stays here: it tells who somebody is. */
function present({ label, name, byVoice, colour, engine, approximate, speechMs }: Speaker): Omit<SpeakerReply, 'words'> {
  return { label, name, byVoice, colour, engine, approximate, speechMs };
}

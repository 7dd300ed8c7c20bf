import type { MessageReply, ThreadReply } from '@scholium/contract';
import type { Message, Thread, ThreadAbout } from '../../core/domain/thread.ts';

export function presentThread({ id, title, about, createdAt, updatedAt }: Thread): ThreadReply {
  return {
    id,
    title,
    lectureIds: about.kind === 'lectures' ? [...about.lectureIds] : null,
    courseId: about.kind === 'course' ? about.courseId : null,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

export function presentMessage(message: Message): MessageReply {
  const { id, role, text, status, supported, citations, unsupported, engine, model, createdAt } = message;
  return {
    id,
    role,
    text,
    status,
    supported,
    citations: [...citations],
    unsupported: [...unsupported],
    engine,
    model,
    createdAt: new Date(createdAt).toISOString(),
  };
}

/** What a request says a conversation is about; everything when it says nothing. */
export function aboutOf(asked: { lectureIds?: readonly string[] | undefined; courseId?: string | undefined }): ThreadAbout {
  if (asked.courseId !== undefined) return { kind: 'course', courseId: asked.courseId };
  if (asked.lectureIds !== undefined) return { kind: 'lectures', lectureIds: [...new Set(asked.lectureIds)] };
  return { kind: 'everything' };
}

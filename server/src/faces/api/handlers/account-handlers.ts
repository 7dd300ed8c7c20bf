import type { z } from 'zod';
import type { apiKeySchema, auditEventSchema, invitationSchema, shareSchema } from '@scholium/contract';
import type { FastifyRequest } from 'fastify';
import type { ApiKey, AuditEvent, CourseShare, Invitation } from '../../../core/domain/access.ts';
import type { Person } from '../../../core/domain/person.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import { iso, isoOrNull, presentCourse } from '../present.ts';

/** Who somebody is, keys, invitations and the audit log. */
export function accountHandlers({ accounts, accountUseCases: use }: ApiDeps) {
  return {
    async getAccount({ request }) {
      const { id, role, via, permissions } = personOf(request);
      return { status: 200, body: { mode: accounts.mode, id, role, via, permissions: [...permissions] } };
    },
    async listApiKeys({ request, query }) {
      const page = await use.keys({ person: personOf(request), page: { cursor: query.cursor ?? null, limit: query.limit } });
      return { status: 200, body: { keys: page.items.map(presentKey), nextCursor: page.nextCursor } };
    },
    async makeApiKey({ request, body }) {
      const { key, secret } = await use.makeKey({ ...acting(request), ...body });
      return { status: 201, body: { key: presentKey(key), secret } };
    },
    async removeApiKey({ request, params }) {
      return { status: 200, body: presentKey(await use.removeKey({ ...acting(request), ...params })) };
    },
    async listShares({ scope, params }) {
      return { status: 200, body: { shares: (await use.shares({ scope, ...params })).map(presentShare) } };
    },
    async shareCourse({ scope, request, params, body }) {
      const { share, token } = await use.share({ ...acting(request), scope, ...params, ...body });
      return { status: 201, body: { share: presentShare(share), token } };
    },
    async endShare({ scope, request, params }) {
      return { status: 200, body: presentShare(await use.endShare({ ...acting(request), scope, ...params })) };
    },
    async listShared({ request, query }) {
      const page = await use.shared({ person: personOf(request), page: { cursor: query.cursor ?? null, limit: query.limit } });
      const courses = page.items.map(({ share, course }) => ({
        course: presentCourse(course),
        ownerId: share.ownerId,
        right: share.right,
        expiresAt: isoOrNull(share.expiresAt),
      }));
      return { status: 200, body: { courses, nextCursor: page.nextCursor } };
    },
    async listInvitations({ query }) {
      const page = await use.invitations({ cursor: query.cursor ?? null, limit: query.limit });
      return { status: 200, body: { invitations: page.items.map(presentInvitation), nextCursor: page.nextCursor } };
    },
    async invite({ request, body }) {
      const { invitation, token } = await use.invite({ ...acting(request), ...body });
      return { status: 201, body: { invitation: presentInvitation(invitation), token } };
    },
    async takeBackInvitation({ request, params }) {
      return { status: 200, body: presentInvitation(await use.takeBackInvitation({ ...acting(request), ...params })) };
    },
    async listAudit({ query: { cursor, limit, personId, action } }) {
      const filter = { ...(personId !== undefined && { personId }), ...(action !== undefined && { action }) };
      const page = await use.audit(filter, { cursor: cursor ?? null, limit });
      return { status: 200, body: { events: page.items.map(presentEvent), nextCursor: page.nextCursor } };
    },
  } satisfies Partial<Handlers>;
}

function acting(request: FastifyRequest): { person: Person; address: string } {
  return { person: personOf(request), address: request.ip };
}

/** No operation here is for anyone: the request was let in because somebody is known. */
function personOf({ person }: FastifyRequest): Person {
  if (person === null) throw new Error('This operation needs a person.');
  return person;
}

function presentKey({ id, name, start, permissions, createdAt, expiresAt, lastUsedAt }: ApiKey): z.input<typeof apiKeySchema> {
  const times = { createdAt: iso(createdAt), expiresAt: isoOrNull(expiresAt), lastUsedAt: isoOrNull(lastUsedAt) };
  return { id, name, start, permissions: [...permissions], ...times };
}

function presentShare({ id, courseId, right, personId, createdAt, expiresAt }: CourseShare): z.input<typeof shareSchema> {
  return { id, courseId, right, personId, createdAt: iso(createdAt), expiresAt: isoOrNull(expiresAt) };
}

function presentInvitation({ id, email, role, createdBy, createdAt, expiresAt }: Invitation): z.input<typeof invitationSchema> {
  return { id, email, role, createdBy, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}

function presentEvent({ createdAt, details, ...event }: AuditEvent): z.input<typeof auditEventSchema> {
  return { ...event, at: iso(createdAt), details: { ...details } };
}

import { may, type AccessSpec } from '@scholium/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { scopeOfRequest } from '../../core/accounts/scope-of-request.ts';
import { AppError } from '../../core/domain/app-error.ts';
import type { Person } from '../../core/domain/person.ts';
import { NOBODY } from '../../core/domain/scope.ts';
import type { RateLimit } from '../../core/ports/rate-limiter.ts';
import type { ApiDeps } from './api-deps.ts';

type Deps = Pick<ApiDeps, 'accounts' | 'store' | 'clock' | 'limiter' | 'settings'>;

/** Counts a request, finds out who sends it, and refuses what they may not do, before anything of it is read. */
export async function admit(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const access = request.routeOptions.config.access ?? may.anyone; // no such route: it is answered with 404
  const { byAddress, byKey } = deps.settings.limits ?? { byAddress: null, byKey: null };
  const isCounted = request.routeOptions.config.isCounted ?? true;
  if (byAddress !== null && isCounted) await count(deps, reply, `address ${request.ip}`, byAddress);
  if (access.who === 'anyone') {
    request.scope = { kind: 'owner', ownerId: NOBODY };
    return;
  }
  request.person = await deps.accounts.identify((name) => headerOf(request, name));
  const [params, query] = [request.params, request.query] as [object | null, Record<string, unknown>]; // what the router made
  const link = headerOf(request, 'x-share-token') ?? query['share'];
  request.scope = await scopeOfRequest(deps, {
    person: request.person,
    link: typeof link === 'string' && link !== '' ? link : null,
    access,
    named: { courseId: query['courseId'], ...params },
  });
  const keyed = byKey === null || !isCounted ? null : keyOfLimit(request.person, access);
  if (byKey !== null && keyed !== null) await count(deps, reply, keyed, byKey);
}

/** Each key has its own count for each kind of work; looking is counted by address only. */
function keyOfLimit(person: Person | null, { permission }: AccessSpec): string | null {
  if (person === null || permission === 'read') return null;
  if (person.via !== 'key' && person.via !== 'environment') return null;
  return `key ${person.credentialId ?? person.id} ${permission}`;
}

/** @throws AppError `too_many_requests` */
async function count({ limiter }: Deps, reply: FastifyReply, key: string, limit: RateLimit): Promise<void> {
  const { allowed, remaining, resetMs } = await limiter.consume(key, limit);
  const seconds = Math.ceil(resetMs / 1_000);
  reply.header('ratelimit-limit', limit.most).header('ratelimit-remaining', remaining).header('ratelimit-reset', seconds);
  if (allowed) return;
  reply.header('retry-after', seconds);
  const wait = seconds > 120 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
  throw new AppError('too_many_requests', `At most ${limit.most} of these in ${limit.windowMs / 1_000} seconds. Wait ${wait}.`);
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

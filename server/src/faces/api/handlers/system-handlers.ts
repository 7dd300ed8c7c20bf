import { API_PREFIX, operations, type OperationSpec } from '@scholium/contract';
import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';

export function systemHandlers(deps: ApiDeps, describe: () => Record<string, unknown>) {
  return {
    async getHealth() {
      const health = await deps.health();
      return { status: health.status === 'down' ? 503 : 200, body: health };
    },
    async getLiveness() {
      return { status: 200, body: { status: 'ok' as const } };
    },
    async getReadiness() {
      const readiness = await deps.readiness();
      return { status: readiness.status === 'down' ? 503 : 200, body: readiness };
    },
    async listRoutes() {
      const all = Object.values<OperationSpec>(operations);
      const routes = all.map(({ operationId, method, path, access }) => {
        const { who, permission, shared = null } = access;
        return { operationId, method, path: API_PREFIX + path, who, permission, shared };
      });
      return { status: 200, body: { routes } };
    },
    async describeDatabase() {
      const { kind, migrations, tables } = await deps.store.describe();
      return { status: 200, body: { kind, migrations: [...migrations], tables: [...tables] } };
    },
    async getMetrics() {
      const { contentType, body } = await deps.metrics.render();
      return { status: 200, headers: { 'content-type': contentType }, body };
    },
    async getOpenApi() {
      return { status: 200, body: describe() };
    },
  } satisfies Partial<Handlers>;
}

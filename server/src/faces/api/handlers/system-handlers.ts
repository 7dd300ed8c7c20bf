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
    async getMetrics() {
      const { contentType, body } = await deps.metrics.render();
      return { status: 200, headers: { 'content-type': contentType }, body };
    },
    async getOpenApi() {
      return { status: 200, body: describe() };
    },
  } satisfies Partial<Handlers>;
}

import type { ApiDeps } from '../api-deps.ts';
import type { Handlers } from '../handler.ts';
import type { ProcessFigures } from '../process-figures.ts';

export function settingHandlers({ settingUseCases: use }: ApiDeps, figures: ProcessFigures) {
  return {
    async getProfile({ scope }) {
      return { status: 200, body: await use.profile({ scope }) };
    },
    async updateProfile({ scope, body }) {
      return { status: 200, body: await use.changeProfile({ scope, change: body }) };
    },
    async getUsage({ scope, query }) {
      return { status: 200, body: await use.usage({ scope, ...query }) };
    },
    async getStats({ scope }) {
      const { startedAt, calls, sockets } = figures;
      const process = { startedAt: new Date(startedAt).toISOString(), apiCalls: calls, openSockets: sockets };
      return { status: 200, body: { yours: await use.totals({ scope }), process } };
    },
    async getSwitches() {
      return { status: 200, body: await use.switches() };
    },
    async updateSwitches({ body }) {
      return { status: 200, body: await use.changeSwitches(body) };
    },
  } satisfies Partial<Handlers>;
}

import type { AuditEvent } from '../domain/access.ts';
import { newId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

export type Deed = Omit<AuditEvent, 'id' | 'createdAt'>;
export type Audit = (deed: Deed) => Promise<void>;

/** Writes down what somebody did, in the store and in the log. A deed that cannot be written down has not been answered for: it throws. */
export function createAudit({ store, clock, log }: { store: Pick<Store, 'audit'>; clock: Pick<Clock, 'now'>; log: Log }): Audit {
  return async (deed) => {
    await store.audit.add({ id: newId('aud'), createdAt: clock.now(), ...deed });
    const { personId, action, subject, address, details } = deed;
    log.info('audit', action, { personId, subject, address, ...details });
  };
}

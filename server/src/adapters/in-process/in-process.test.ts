import { eventsConformance } from '../../../testkit/events.conformance.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { queueConformance } from '../../../testkit/queue.conformance.ts';
import { inProcessQueue } from './in-process-queue.ts';
import { storeEvents } from './store-events.ts';

queueConformance('InProcessQueue', async () => inProcessQueue());
eventsConformance('StoreEvents', async () => {
  const store = memoryStore();
  return { store, events: storeEvents(store) };
});

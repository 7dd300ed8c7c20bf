import { systemClock } from '../system/system-clock.ts';
import { createModelShelf } from './create-model-shelf.ts';

// Fetches a model until somebody kills this process; for create-model-shelf.test.ts.
const [folder = '', baseUrl = '', model = '{}'] = process.argv.slice(2);
const shelf = createModelShelf({ folder, offline: false, baseUrl, token: null, own: null, clock: systemClock });
await shelf.pull(
  JSON.parse(model), // made by the test
  ({ bytes }) => void (bytes >= 1_000_000 && process.send?.(bytes)),
  new AbortController().signal,
);

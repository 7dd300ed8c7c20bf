import { serve } from '@scholium/server/main.ts';
import { ReplayTranscriber } from '@scholium/server/testkit/replay-transcriber.ts';

/** The server of the memory bench: everything real but the engine. Sends its address, and closes when it is told to. */
const server = await serve({
  role: 'all',
  port: 0,
  overrides: { transcribers: [new ReplayTranscriber({ timesRealTime: 200, concurrency: 2 })] },
});
process.once('message', () => void server.close().then(() => process.disconnect()));
process.send?.(server.url);

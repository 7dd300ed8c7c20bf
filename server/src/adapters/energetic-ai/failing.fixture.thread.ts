import { serveThread } from '../worker-thread/serve-thread.ts';

/** Stands in for the embedding thread: dies at "die", cannot load its model at "unavailable", answers to all else. */
serveThread({
  embed: (text: string) => {
    if (text === 'die') process.exit(1);
    if (text === 'unavailable') throw Object.assign(new Error('no model'), { code: 'MODEL_UNAVAILABLE' });
    return new Float32Array(512).fill(1 / Math.sqrt(512));
  },
});

import type { Registry } from 'prom-client';
import type { Metrics } from '../../core/ports/metrics.ts';
import { boundedLabel, counter, histogram } from './series.ts';

const SEARCH_BUCKETS = [0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.3, 1];
/** Below 1 is faster than the recording plays. */
const REAL_TIME_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 3, 10];

/** From a small model that the system has in memory to a large one from a slow disk. */
const LOAD_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 180];

/** What engines and searches of this process took. */
export function workSeries(registry: Registry): Pick<Metrics, 'modelLoaded' | 'transcribed' | 'modelUsed' | 'searched'> {
  const modelOf = boundedLabel();
  const audioSeconds = counter(registry, 'scholium_transcribed_audio_seconds_total', 'Sound that was transcribed', [
    'engine',
    'model',
  ]);
  const realTimeFactor = histogram(registry, {
    name: 'scholium_transcription_real_time_factor',
    help: 'Time taken divided by the length of the sound',
    labelNames: ['engine', 'model'],
    buckets: REAL_TIME_BUCKETS,
  });
  const loadSeconds = histogram(registry, {
    name: 'scholium_model_load_seconds',
    help: 'How long it took until a speech engine had loaded its model and was ready for a recording',
    labelNames: ['engine', 'model'],
    buckets: LOAD_BUCKETS,
  });
  const labelNames = ['engine', 'model', 'purpose'];
  const modelCalls = counter(registry, 'scholium_language_model_calls_total', 'Replies of language models', labelNames);
  const modelTokens = counter(registry, 'scholium_language_model_tokens_total', 'Tokens of language models, as they count them', [
    ...labelNames,
    'direction',
  ]);
  const modelCost = counter(
    registry,
    'scholium_language_model_cost_dollars_total',
    'Cost of language models where the price is known',
    labelNames,
  );
  const searchSeconds = histogram(registry, {
    name: 'scholium_search_duration_seconds',
    help: 'How long searches took',
    labelNames: ['mode'],
    buckets: SEARCH_BUCKETS,
  });
  return {
    modelLoaded: ({ engine, model: name, durationMs }) =>
      loadSeconds.observe({ engine, model: modelOf(name) }, durationMs / 1000),
    transcribed({ engine, model: name, audioMs, durationMs }) {
      const labels = { engine, model: modelOf(name) };
      audioSeconds.inc(labels, audioMs / 1000);
      if (audioMs > 0) realTimeFactor.observe(labels, durationMs / audioMs);
    },
    modelUsed({ engine, model: name, purpose, inputTokens, outputTokens, costUsd }) {
      const labels = { engine, model: modelOf(name), purpose };
      modelCalls.inc(labels);
      modelTokens.inc({ ...labels, direction: 'input' }, inputTokens);
      modelTokens.inc({ ...labels, direction: 'output' }, outputTokens);
      if (costUsd !== null) modelCost.inc(labels, costUsd);
    },
    searched: ({ mode, durationMs }) => searchSeconds.observe({ mode }, durationMs / 1000),
  };
}

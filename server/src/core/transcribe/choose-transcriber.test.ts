import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../models/catalogue.ts';
import type { Transcriber } from '../ports/transcriber.ts';
import { chooseTranscriber, type SpeechEngines, type SpeechWish } from './choose-transcriber.ts';

const nothing: SpeechWish = { model: null, language: null, task: 'transcribe' };

function engine(name: string, rest: Partial<Transcriber> = {}): Transcriber {
  const open = () => Promise.reject(new Error('Nothing is opened to choose.'));
  return { engine: name, punctuates: true, draftQuality: false, unavailable: async () => null, open, ...rest };
}

const sherpa = engine('sherpa', { installed: async () => null, unavailable: async () => 'No model.' });
const whisperCpp = engine('whisper-cpp', { installed: async () => null, unavailable: async () => 'No model.' });
const english = engine('pocketsphinx', {
  refuses: ({ model, language, task }) =>
    model === null && task === 'transcribe' && (language ?? 'en') === 'en' ? null : 'Only English.',
});
const all = [sherpa, whisperCpp, english];

/** In words: `engine model`, or `fetch model`. */
async function choice(here: readonly string[], wish: Partial<SpeechWish>, rest: Partial<SpeechEngines> = {}): Promise<string> {
  const shelf = { locate: async (id: string) => (here.includes(id) ? { folder: id, digest: id } : null) };
  const chosen = await chooseTranscriber({ transcribers: all, models: CATALOGUE, shelf, ...rest }, { ...nothing, ...wish });
  return 'missing' in chosen ? `fetch ${chosen.missing.id}` : `${chosen.transcriber.engine} ${chosen.model}`;
}

describe('choosing an engine', () => {
  it('takes the best that is ready', async () => {
    expect(await choice([], {})).toBe('pocketsphinx null');
    expect(await choice(['ggml-tiny'], {})).toBe('whisper-cpp ggml-tiny');
    expect(await choice(['ggml-tiny', 'whisper-base'], {})).toBe('sherpa whisper-base');
    expect(await choice(['whisper-base', 'whisper-large-v3'], {})).toBe('sherpa whisper-large-v3');
  });

  it('considers the language: who knows it, and when nobody said which it is, who knows more of them', async () => {
    expect(await choice(['whisper-small.en', 'whisper-tiny'], { language: 'de' })).toBe('sherpa whisper-tiny');
    expect(await choice(['whisper-small.en', 'whisper-tiny'], { language: 'en-GB' })).toBe('sherpa whisper-small.en');
    expect(await choice(['whisper-small.en', 'whisper-tiny'], {})).toBe('sherpa whisper-tiny');
    expect(await choice(['parakeet-tdt-0.6b-v3'], { language: 'fr' })).toBe('sherpa parakeet-tdt-0.6b-v3');
    expect(await choice(['parakeet-tdt-0.6b-v3', 'ggml-tiny'], { language: 'ja' })).toBe('whisper-cpp ggml-tiny');
  });

  it('fetches the first model when nothing that is ready knows the language or translates', async () => {
    expect(await choice(['whisper-small.en'], { language: 'de' })).toBe('fetch whisper-base');
    expect(await choice([], { task: 'translate' })).toBe('fetch whisper-base');
    expect(await choice(['whisper-turbo'], { task: 'translate', language: 'de' })).toBe('fetch whisper-base');
    expect(await choice([], {}, { transcribers: [whisperCpp] })).toBe('fetch ggml-base');
  });

  it('maps a size to the engine that has it, and fetches it where nobody does', async () => {
    expect(await choice(['ggml-base'], { model: 'base' })).toBe('whisper-cpp ggml-base');
    expect(await choice(['whisper-tiny'], { model: 'small' })).toBe('fetch whisper-small');
    expect(await choice(['whisper-tiny'], { model: 'openai/whisper-large-v3' })).toBe('fetch whisper-large-v3');
    expect(await choice([], { model: 'ggml-base' })).toBe('fetch ggml-base');
    expect(await choice([], { model: 'small' }, { transcribers: [whisperCpp, english] })).toBe('fetch ggml-small');
  });

  it('takes "base", which clients send that wish for nothing, for what is ready, and fetches it only where nothing is', async () => {
    expect(await choice([], { model: 'base' })).toBe('pocketsphinx null');
    expect(await choice(['whisper-large-v3'], { model: 'base' })).toBe('sherpa whisper-large-v3');
    expect(await choice(['whisper-base', 'whisper-large-v3'], { model: 'base' })).toBe('sherpa whisper-base');
    expect(await choice([], { model: 'base', language: 'de' })).toBe('fetch whisper-base');
    expect(await choice([], { model: 'base' }, { transcribers: [whisperCpp] })).toBe('fetch ggml-base');
    expect(await choice([], { model: 'base' }, { transcribers: [english], models: [] })).toBe('pocketsphinx null');
    const none = choice([], { model: 'base' }, { transcribers: [], models: [] });
    await expect(none).rejects.toMatchObject({ code: 'engine_unavailable' });
  });

  it('says that a model is not known, or does not do what is asked for', async () => {
    await expect(choice([], { model: 'enormous' })).rejects.toMatchObject({ code: 'model_unavailable' });
    await expect(choice(['whisper-base.en'], { model: 'base.en', language: 'de' })).rejects.toMatchObject({
      code: 'engine_unavailable',
      detail: expect.stringContaining('"de"'),
    });
    await expect(choice([], { model: 'turbo', task: 'translate' })).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(choice([], { model: 'pyannote' })).rejects.toMatchObject({ code: 'model_unavailable' });
  });

  it('leaves names that it does not know to an engine with models of its own', async () => {
    const server = engine('openai');
    expect(await choice([], { model: 'my-whisper' }, { transcribers: [...all, server] })).toBe('openai my-whisper');
  });

  it('takes the usual model where nothing else is asked for, unless it does not do what is asked for', async () => {
    const usual = { defaultModel: 'tiny.en' };
    expect(await choice(['whisper-base', 'whisper-tiny.en'], {}, usual)).toBe('sherpa whisper-tiny.en');
    expect(await choice(['whisper-base'], {}, usual)).toBe('fetch whisper-tiny.en');
    expect(await choice(['whisper-base'], { language: 'de' }, usual)).toBe('sherpa whisper-base');
    expect(await choice(['whisper-base'], { model: 'base' }, usual)).toBe('sherpa whisper-base');
    await expect(choice([], {}, { defaultModel: 'enormous' })).rejects.toMatchObject({ code: 'model_unavailable' });
  });

  it('does not fetch for an engine that is not installed, and says what is missing', async () => {
    const broken = engine('sherpa', { installed: async () => 'Install it again.', unavailable: async () => 'Install it again.' });
    expect(await choice([], { model: 'base' }, { transcribers: [broken, whisperCpp] })).toBe('fetch ggml-base');
    await expect(choice([], { model: 'base' }, { transcribers: [broken] })).rejects.toMatchObject({
      code: 'engine_unavailable',
      detail: 'Install it again.',
    });
    await expect(choice([], {}, { transcribers: [broken] })).rejects.toMatchObject({ detail: 'Install it again.' });
    await expect(choice([], {}, { transcribers: [] })).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});

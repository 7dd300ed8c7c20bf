import type { Clock } from '../../core/ports/clock.ts';
import { retryAfterMs } from '../ai-sdk/retry-after.ts';
import { postSound } from '../speech-engine/post-sound.ts';
import { readVerboseAnswer, type VerboseAnswer } from '../speech-engine/verbose-answer.ts';
import { notUnderstood, silent, speechProblem, unreachable } from './speech-problem.ts';

export interface SpeechServer {
  /** Without a slash at its end: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  readonly clock: Clock;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
}

/** What a server can be asked for, the most telling first. */
export type AnswerForm = 'words' | 'segments' | 'text';

export interface Question {
  readonly samples: Int16Array;
  readonly language: string | null;
  readonly task: 'transcribe' | 'translate';
  readonly prompt: string | null;
}

/** A rate limit passes; longer waits, and more of them, are left to the job. */
const MOST_TRIES = 5;
const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
/** A server that does not know a form says so by naming it. */
const FORM_REFUSED = /response_format|timestamp_granularit|verbose_json/i;
const NEXT: Readonly<Record<AnswerForm, AnswerForm | null>> = { words: 'segments', segments: 'text', text: null };
const FIELDS: Readonly<Record<AnswerForm, readonly (readonly [string, string])[]>> = {
  words: [
    ['response_format', 'verbose_json'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
  ],
  segments: [['response_format', 'verbose_json']],
  text: [['response_format', 'json']],
};

/**
 * Asks until there is an answer: again after a rate limit, when the server wants a minute at most, and in a plainer form where it does
 * not know the one it was asked for.
 *
 * @throws AppError `engine_failed` (another try may help), `engine_unavailable`; the signal's reason
 */
export async function askServer(
  server: SpeechServer,
  question: Question,
  form: AnswerForm,
  signal: AbortSignal,
): Promise<VerboseAnswer & { readonly form: AnswerForm }> {
  for (let tried = 1; ; tried += 1) {
    const { status, headers, text } = await post(server, question, form, signal);
    if (status === 200) return { ...read(text), form };
    const plainer = NEXT[form];
    if ((status === 400 || status === 422) && plainer !== null && FORM_REFUSED.test(text))
      return askServer(server, question, plainer, signal);
    const problem = speechProblem(status, text);
    const waitMs = retryAfterMs(headers, text, server.clock.now()) ?? FIRST_WAIT_MS * 2 ** (tried - 1);
    if (status !== 429 || problem.permanent || tried === MOST_TRIES || waitMs > LONGEST_WAIT_MS) throw problem;
    await server.clock.sleep(waitMs, signal);
    signal.throwIfAborted();
  }
}

async function post(server: SpeechServer, question: Question, form: AnswerForm, signal: AbortSignal) {
  const timeout = AbortSignal.timeout(server.timeoutMs);
  const { language, task, prompt, samples } = question;
  const path = task === 'translate' ? 'translations' : 'transcriptions';
  const optional: readonly (readonly [string, string | null])[] = [
    // A translation is always into English, and takes no language.
    ['language', task === 'translate' ? null : language],
    ['prompt', prompt],
  ];
  const given = optional.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  try {
    return await postSound(
      {
        url: `${server.baseUrl}/audio/${path}`,
        samples,
        fields: [['model', server.model], ['temperature', '0'], ...given, ...FIELDS[form]],
        headers: server.apiKey === null ? {} : { authorization: `Bearer ${server.apiKey}` },
      },
      AbortSignal.any([signal, timeout]),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw timeout.aborted ? silent() : unreachable(error);
  }
}

function read(text: string): VerboseAnswer {
  try {
    return readVerboseAnswer(text);
  } catch {
    throw notUnderstood();
  }
}

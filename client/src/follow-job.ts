import { API_PREFIX, jobEventSchemas, type JobEventReply, type JobEventType } from '@scholium/contract';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { pause } from './pause.ts';
import { problemOf, ProblemError, unexpectedReply } from './problem-error.ts';

export interface FollowOptions {
  /** Goes on after this event. */
  readonly lastEventId?: number;
  readonly signal?: AbortSignal;
  /** First pause before a lost line is taken up again; doubles up to 16 times of it. Default 500. */
  readonly reconnectMs?: number;
  /** How many tries in a row may fail before it gives up. Default 10. */
  readonly maxReconnects?: number;
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

/**
 * Yields the events of a job until its last status. A line that breaks is opened again with `Last-Event-ID`,
 * so nothing is missed and nothing comes twice.
 * @throws ProblemError for a job that is not there, or when the server stays away
 */
export async function* followJob(
  send: Send,
  jobId: string,
  options: FollowOptions,
): AsyncGenerator<JobEventReply, void, undefined> {
  const { signal, reconnectMs = 500, maxReconnects = 10 } = options;
  let lastSeq = options.lastEventId ?? 0;
  let failures = 0;
  for (;;) {
    try {
      const response = await open(send, jobId, lastSeq, signal);
      if (!response) return; // the job has ended and everything was told
      for await (const event of readEvents(response)) {
        failures = 0;
        lastSeq = Math.max(lastSeq, event.seq);
        yield event;
        if (event.type === 'status' && isEnd(event.data.status)) return;
      }
      failures += 1; // an orderly close before the end: the server was stopped
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ProblemError && error.status > 0 && error.status < 500) throw error;
      failures += 1;
      if (failures > maxReconnects) throw error;
    }
    if (failures > maxReconnects) throw unexpectedReply(200);
    await pause(Math.min(reconnectMs * 2 ** (failures - 1), reconnectMs * 16), signal);
  }
}

async function open(send: Send, jobId: string, lastSeq: number, signal: AbortSignal | undefined): Promise<Response | null> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastSeq > 0) headers['last-event-id'] = String(lastSeq);
  const init: RequestInit = signal ? { headers, signal } : { headers };
  const response = await send(`${API_PREFIX}/jobs/${encodeURIComponent(jobId)}/events`, init);
  if (response.status === 204) return null;
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function* readEvents(response: Response): AsyncGenerator<JobEventReply, void, undefined> {
  if (!response.body) return;
  const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of messages) {
    const event = readEvent(message);
    if (event) yield event;
  }
}

/** Null for events that a newer server may send and this client does not know. */
function readEvent(message: { id?: string | undefined; event?: string | undefined; data: string }): JobEventReply | null {
  if (!isEventType(message.event)) return null;
  let json: unknown;
  try {
    json = JSON.parse(message.data);
  } catch (error) {
    throw unexpectedReply(200, error);
  }
  const parsed = jobEventSchemas[message.event].safeParse(json);
  if (!parsed.success) throw unexpectedReply(200, parsed.error);
  // The data was parsed with the schema of this very type, which the union pairs.
  return { seq: Number(message.id ?? 0), type: message.event, data: parsed.data } as JobEventReply;
}

function isEventType(name: string | undefined): name is JobEventType {
  return name !== undefined && Object.hasOwn(jobEventSchemas, name);
}

function isEnd(status: string): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

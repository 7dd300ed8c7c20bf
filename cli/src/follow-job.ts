import type { Client } from '@scholium/client';
import type { JobReply } from '@scholium/contract';
import { CliError } from './cli-error.ts';
import type { Progress } from './terminal/progress.ts';

/** A piece of text as it was just made. */
export interface PartialSegment {
  readonly startMs: number;
  readonly text: string;
}

export interface FollowInput {
  readonly client: Client;
  readonly jobId: string;
  readonly progress: Progress;
  readonly onText?: (segment: PartialSegment) => void;
  readonly signal: AbortSignal;
}

/**
 * Shows how a job goes until it has ended, and returns it.
 *
 * @throws CliError with the job's own code and sentence when it failed, `cancelled` when somebody stopped it
 */
export async function followJob(input: FollowInput): Promise<JobReply> {
  const { client, jobId, progress, signal } = input;
  for await (const event of client.events(jobId, { signal })) {
    if (event.type === 'progress') progress.update(event.data.progress, event.data.message);
    if (event.type === 'partial') for (const segment of event.data.segments) input.onText?.(segment);
  }
  const job = await client.call('getJob', { params: { jobId }, signal });
  if (job.status === 'succeeded') return job;
  if (job.status === 'cancelled')
    throw new CliError(
      'cancelled',
      'cancelled',
      `The job ${jobId} was cancelled. What it finished is kept; start it again to go on.`,
    );
  throw new CliError('failed', job.error?.code ?? 'internal', job.error?.detail ?? `The job ${jobId} ended as ${job.status}.`);
}

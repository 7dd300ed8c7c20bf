import { problemSchema, type ErrorCode, type Problem } from '@scholium/contract';

/** `unreachable`: no server answered. `unexpected_reply`: something answered that does not speak this API. */
export type ProblemCode = ErrorCode | 'unreachable' | 'unexpected_reply';

/** Everything a call can throw, except the reason of its own signal. `detail` is one sentence with the cure. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  /** The HTTP status, 0 when no server answered. */
  readonly status: number;
  readonly requestId: string | null;

  constructor(
    problem: { code: ProblemCode; detail: string; status: number; requestId: string | null },
    options?: { cause?: unknown },
  ) {
    super(`${problem.code}: ${problem.detail}`, options);
    this.name = 'ProblemError';
    this.code = problem.code;
    this.detail = problem.detail;
    this.status = problem.status;
    this.requestId = problem.requestId;
  }
}

/** Reads an error reply; one that is no problem document becomes `unexpected_reply`. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const problem = await readProblem(response);
  if (problem) return new ProblemError(problem);
  return unexpectedReply(response.status);
}

export function unexpectedReply(status: number, cause?: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'unexpected_reply',
      detail: `The server answered in a way that does not fit this version (status ${status}). Check the address and that both are up to date.`,
      status,
      requestId: null,
    },
    { cause },
  );
}

export function unreachable(baseUrl: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'unreachable',
      detail: `No Scholium server answers at ${baseUrl}. Start one with "npm start" or "scholium serve", or check the address.`,
      status: 0,
      requestId: null,
    },
    { cause },
  );
}

export function bucketUnreachable(origin: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'unreachable',
      detail: `The server keeps the file at ${origin}, which cannot be reached from here. Ask its operator to turn SIGNED_DOWNLOADS off.`,
      status: 0,
      requestId: null,
    },
    { cause },
  );
}

async function readProblem(response: Response): Promise<Problem | null> {
  try {
    const parsed = problemSchema.safeParse(await response.json());
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON: a proxy's page, for instance
  }
}

import type { Log } from '../core/ports/log.ts';

/** `problem`: Scholium will not work. `warning`: it works, but not as well as it could. */
export type FindingStatus = 'ok' | 'warning' | 'problem';

/** What one check found. `message` says what is; `cure` what to do, null when all is well. */
export interface Finding {
  readonly name: string;
  readonly status: FindingStatus;
  readonly message: string;
  readonly cure: string | null;
}

/** What adapters log while they are looked at: the finding says it better. */
export const quietLog: Log = { info() {}, warn() {}, error() {} };

export function ok(name: string, message: string): Finding {
  return { name, status: 'ok', message, cure: null };
}

export function warning(name: string, message: string, cure: string): Finding {
  return { name, status: 'warning', message, cure };
}

export function problem(name: string, message: string, cure: string): Finding {
  return { name, status: 'problem', message, cure };
}

/** Runs `look`; what it throws becomes a finding. An AppError's sentence holds its own cure. */
export async function findingOf(
  name: string,
  look: () => Promise<Finding>,
  status: Exclude<FindingStatus, 'ok'> = 'problem',
): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const detail = error instanceof Error && 'detail' in error && typeof error.detail === 'string' ? error.detail : null;
    const [message, cure] =
      detail === null
        ? [`The check itself failed: ${String(error)}`, 'Install Scholium again; if it stays so, report it.']
        : splitCure(detail);
    return { name, status, message, cure };
  }
}

/** Details are "what happened. What to do.": the first sentence is the finding, the rest the cure. */
function splitCure(detail: string): [string, string] {
  const end = /[.:;] /.exec(detail);
  if (!end) return [detail, 'See docs/errors.md.'];
  return [`${detail.slice(0, end.index)}.`, detail.slice(end.index + 2)];
}

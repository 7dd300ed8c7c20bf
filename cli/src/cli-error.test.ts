import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '@scholium/client';
import { AppError } from '@scholium/server/core/domain/app-error.ts';
import { CliError, tell } from './cli-error.ts';

function problem(code: 'unreachable' | 'lecture_not_found' | 'invalid_request' | 'storage_full'): ProblemError {
  return new ProblemError({ code, detail: 'What happened. What to do.', status: 0, requestId: null });
}

describe('what is told of an error', () => {
  it.each([
    ['unreachable', 3],
    ['lecture_not_found', 4],
    ['invalid_request', 2],
    ['storage_full', 1],
  ] as const)('a reply with the code %s ends with %i and keeps its sentence', (code, exitCode) => {
    expect(tell(problem(code))).toEqual({ code, detail: 'What happened. What to do.', exitCode });
  });

  it('an error of the core keeps its code and sentence', () => {
    expect(tell(new AppError('media_empty', 'The file is empty.'))).toEqual({
      code: 'media_empty',
      detail: 'The file is empty.',
      exitCode: 1,
    });
  });

  it('an error of the command line chooses its exit code', () => {
    expect(tell(new CliError('cancelled', 'cancelled', 'The job was cancelled.')).exitCode).toBe(5);
  });

  it('a file that is not there is named in a sentence', () => {
    let caught: unknown;
    try {
      readFileSync('/nowhere/talk.mp3');
    } catch (error) {
      caught = error;
    }
    expect(tell(caught)).toEqual({ code: 'ENOENT', detail: 'There is no such file or folder: /nowhere/talk.mp3.', exitCode: 4 });
  });

  it('a fault of our own never shows its inside', () => {
    const told = tell(new TypeError("Cannot read properties of undefined (reading 'x')"));
    expect(told).toMatchObject({ code: 'internal', exitCode: 1 });
    expect(told.detail).not.toContain('undefined');
    expect(told.detail).toContain('--debug');
  });
});

import { stat } from 'node:fs/promises';
import { CliError } from './cli-error.ts';

/** @throws the system's error when there is no such file, CliError when it is a folder or the like */
export async function requireFile(path: string): Promise<void> {
  if ((await stat(path)).isFile()) return;
  throw new CliError('notFound', 'file_not_found', `"${path}" is not a file. Name the recordings themselves.`);
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The folder of the real `whisper-cli` and `whisper-server`; builds them where nobody has yet, which takes minutes. */
export async function whisperPrograms(): Promise<string> {
  await promisify(execFile)(`${ROOT}script/whisper-cpp`);
  return `${ROOT}.runtime/whisper-cpp`;
}

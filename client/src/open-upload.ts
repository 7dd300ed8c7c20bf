import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';

/**
 * A file of this machine, ready for an upload: read piece by piece while it is sent, never whole in memory.
 * @throws the system's error (`ENOENT`, ...) when the file cannot be read
 * @example await client.call('ingestLecture', { ...(await openUpload('talk.mp3')), fields: { title: 'A talk' } })
 */
export async function openUpload(path: string): Promise<{ file: Blob; fileName: string }> {
  return { file: await openAsBlob(path), fileName: basename(path) };
}

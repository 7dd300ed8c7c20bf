import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a model's files into a folder, which is made. */
export async function writeModel(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
}

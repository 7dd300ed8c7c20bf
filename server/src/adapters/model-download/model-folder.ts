import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { LocatedModel, ModelFile } from '../../core/models/speech-model.ts';

/** Lies in the folder of each model that is whole: what was compared with what, when it was fetched. */
const MANIFEST = 'scholium-model.json';

const manifestSchema = z.object({
  files: z.array(z.object({ name: z.string(), sizeBytes: z.number().int().min(0), sha256: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Null when there is none that can be read. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
  } catch {
    return null; // the model counts as not there, and a pull looks at each file
  }
}

/** From here on the model is there. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, `${MANIFEST}.new`);
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
  await rename(path, join(folder, MANIFEST));
}

/** The model is not taken for whole any more. */
export async function removeManifest(folder: string): Promise<void> {
  await rm(join(folder, MANIFEST), { force: true });
}

/** The model in a folder when every file of it is there in its length. */
export async function locateIn(folder: string): Promise<LocatedModel | null> {
  const manifest = await readManifest(folder);
  if (!manifest) return null;
  for (const { name, sizeBytes } of manifest.files) if ((await sizeOf(join(folder, name))) !== sizeBytes) return null;
  const sums = manifest.files.map(({ name, sha256 }) => `${name} ${sha256}`).sort();
  return { folder, digest: createHash('sha256').update(sums.join('\n')).digest('hex').slice(0, 16) };
}

/** Of a file; null when there is none. */
export async function sizeOf(path: string): Promise<number | null> {
  const facts = await stat(path).catch(() => null);
  return facts?.isFile() ? facts.size : null;
}

/** In hexadecimal. Reads the whole file. */
export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}

/** What a file has, when that is what it should have; null otherwise. `learned` is what it had when it was fetched. */
export async function checkFile(
  path: string,
  file: Pick<ModelFile, 'sizeBytes' | 'sha256'>,
  learned: string | null,
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly sha256: string } | null> {
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === null || (file.sizeBytes !== null && sizeBytes !== file.sizeBytes)) return null;
  const sha256 = await sha256Of(path, signal);
  const expected = file.sha256 ?? learned;
  return expected === null || sha256 === expected ? { sizeBytes, sha256 } : null;
}

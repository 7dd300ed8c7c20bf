import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiarizers } from './compose-speech.ts';
import { loadConfig } from './config.ts';

describe('DIARIZATION_MODEL', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-diarizers-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What the diarizer with models says it lacks, where nothing was fetched. */
  async function lackOf(variables: Record<string, string>): Promise<string | null | undefined> {
    const shelf = { locate: async () => null };
    // Only what is asked for here is of interest of a shelf.
    const diarizers = await openDiarizers(loadConfig(variables, { cwd: folder }), { shelf: shelf as never });
    return diarizers[0]?.unavailable();
  }

  it('names the model that tells where voices change, by the names people know', async () => {
    const usual = await lackOf({});
    expect(usual).toContain('"scholium models pull pyannote-segmentation-3.0"');
    expect(await lackOf({ DIARIZATION_MODEL: 'pyannote/speaker-diarization-3.1' })).toBe(usual);
    await expect(lackOf({ DIARIZATION_MODEL: 'campplus' })).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  it("is a folder of one's own, of which nothing has to be fetched", async () => {
    await expect(lackOf({ DIARIZATION_MODEL_PATH: folder })).rejects.toMatchObject({ code: 'configuration_invalid' });
    await writeFile(join(folder, 'model.onnx'), 'a model');
    const lack = await lackOf({ DIARIZATION_MODEL: folder });
    expect(lack).toContain('"scholium models pull campplus-voxceleb"');
    expect(lack).not.toContain('own-');
  });

  it('matters not where speakers are not told apart', async () => {
    expect(await lackOf({ DIARIZATION: 'off', DIARIZATION_MODEL: './nowhere' })).toBeUndefined();
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childrenOf, isRunning } from '../../../testkit/processes.ts';
import { joined, noise, silence, tone } from '../../../testkit/sound.ts';
import { samplesOf, TIDES_PATH } from '../../../testkit/spoken-sample.ts';
import { findOnPath } from '../../../testkit/find-on-path.ts';
import { voiceActivityConformance } from '../../../testkit/voice-activity-detector.conformance.ts';
import { createSherpaVad } from './sherpa-vad.ts';

/** The sample's first sentences with their pauses taken out. */
async function speechWithoutPauses(): Promise<Int16Array> {
  const args = ['-v', 'error', '-i', TIDES_PATH, '-af', 'silenceremove=stop_periods=-1:stop_duration=0.05:stop_threshold=-35dB'];
  const bytes = execFileSync(findOnPath('ffmpeg'), [...args, '-ac', '1', '-ar', '16000', '-t', '5', '-f', 's16le', '-']);
  return new Int16Array(new Uint8Array(bytes).buffer);
}

voiceActivityConformance('the sherpa detector', () => ({ detector: createSherpaVad(), speech: speechWithoutPauses }));

describe('the sherpa detector', () => {
  const never = new AbortController().signal;

  async function speechMs(samples: Int16Array): Promise<number> {
    const session = await createSherpaVad().open(never);
    const spans = [...(await session.accept(samples)), ...(await session.flush())];
    await session.close();
    return spans.reduce((sum, span) => sum + span.endSample - span.startSample, 0) / 16;
  }

  it('takes neither silence, nor tones, nor noise for speech', async () => {
    expect(await speechMs(joined(silence(4_000), tone(4_000), noise(4_000), tone(4_000, 1_000)))).toBe(0);
  });

  it('finds speech in noise', async () => {
    const speech = await samplesOf();
    const hiss = noise(speech.length / 16, 1_500);
    const clean = await speechMs(speech);
    expect(await speechMs(speech.map((sample, i) => sample + (hiss[i] ?? 0)))).toBeGreaterThan(clean * 0.8);
  });

  it('tells a model that is missing or damaged before it is loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scholium-model-'));
    const path = join(folder, 'model.onnx');
    await expect(createSherpaVad(path).open(never)).rejects.toMatchObject({ code: 'model_unavailable' });
    await writeFile(path, 'not a model');
    await expect(createSherpaVad(path).open(never)).rejects.toMatchObject({ code: 'model_unavailable' });
    await rm(folder, { recursive: true });
  });

  it('ends its process when it is aborted or closed, within a second', async () => {
    for (const end of ['abort', 'close'] as const) {
      const before = await childrenOf(process.pid, /vad-process/);
      const stop = new AbortController();
      const session = await createSherpaVad().open(stop.signal);
      await session.accept(silence(1_000));
      const [pid] = (await childrenOf(process.pid, /vad-process/)).filter((child) => !before.includes(child));
      expect(pid).toBeDefined();
      if (end === 'abort') stop.abort(new Error('stopped'));
      else await session.close();
      await expect.poll(() => isRunning(pid ?? 0), { timeout: 1_000, interval: 10 }).toBe(false);
      await session.close();
    }
  });

  it('fails, and does not hang, when its process dies', async () => {
    const before = await childrenOf(process.pid, /vad-process/);
    const session = await createSherpaVad().open(never);
    await session.accept(silence(100));
    const [pid] = (await childrenOf(process.pid, /vad-process/)).filter((child) => !before.includes(child));
    const listening = session.accept(noise(60_000));
    process.kill(pid!, 'SIGKILL');
    await expect(listening).rejects.toMatchObject({ code: 'engine_failed' });
    await expect(session.accept(silence(100))).rejects.toMatchObject({ code: 'engine_failed' });
    await session.close();
  });
});

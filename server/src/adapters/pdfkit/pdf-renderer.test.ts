import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeGuide, makeLongGuide, readWith } from '../../../testkit/study-guide.ts';
import { AppError } from '../../core/domain/app-error.ts';
import { createPdfRenderer } from './pdf-renderer.ts';

const never = new AbortController().signal;

describe('the renderer of PDFs', () => {
  const renderer = createPdfRenderer();
  afterAll(() => renderer.close());

  it('writes a lecture of 30,000 words while the event loop goes on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scholium-pdf-'));
    let longestMs = 0;
    let lastAt = performance.now();
    const watch = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastAt);
      lastAt = performance.now();
    }, 10);
    try {
      const path = join(folder, 'long.pdf');
      const bytes = await renderer.render(makeLongGuide(30_000), never);
      // It takes seconds of computing; on this thread that would be one long pause.
      expect(longestMs).toBeLessThan(1_000);
      await writeFile(path, bytes);
      expect(readWith('pdftotext', [path, '-']).split(/\s+/).length).toBeGreaterThan(30_000);
    } finally {
      clearInterval(watch);
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('gives the same bytes for the same guide', async () => {
    const guide = makeGuide('Sleep settles memory.');
    const [first, second] = await Promise.all([renderer.render(guide, never), renderer.render(guide, never)]);
    expect(Buffer.from(first).equals(second)).toBe(true);
  });

  it('gives up in the middle when it is cancelled', async () => {
    const stop = new AbortController();
    const rendering = renderer.render(makeLongGuide(60_000), stop.signal);
    stop.abort(new AppError('cancelled', 'Stopped.'));
    await expect(rendering).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('takes no more work when it is closed', async () => {
    const closed = createPdfRenderer();
    await closed.close();
    await expect(closed.render(makeGuide('Sleep.'), never)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

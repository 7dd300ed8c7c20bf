import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../src/core/domain/app-error.ts';
import type { StudyGuide } from '../src/core/domain/study-guide.ts';
import type { DocumentRenderer } from '../src/core/ports/export-renderers.ts';
import { HOSTILE_TEXT, makeGuide, makeLongGuide } from './study-guide.ts';

const never = new AbortController().signal;

/** What every `DocumentRenderer` must do. `read` gives the text of a file by a reader that is not ours. */
export function documentRendererConformance(
  name: string,
  { make, read }: { make: () => DocumentRenderer; read: (path: string) => string },
): void {
  describe(`${name} as DocumentRenderer`, () => {
    const renderer = make();
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'scholium-renderer-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));
    afterAll(() => renderer.close());

    async function textOf(guide: StudyGuide): Promise<string> {
      const path = join(folder, 'guide');
      await writeFile(path, await renderer.render(guide, never));
      return read(path);
    }

    it('writes all that is in a guide, as the text that it is', async () => {
      const text = (await textOf(makeGuide(HOSTILE_TEXT))).replace(/\s+/g, ' ');
      for (const { title, remark } of makeGuide('').sections) {
        expect(text).toContain(title);
        if (remark !== null) expect(text).toContain(remark);
      }
      expect(text.split('<img src=x onerror=alert(1)>').length - 1).toBeGreaterThanOrEqual(8);
      for (const place of ['03:25', 'Slides, p. 3']) expect(text.replaceAll('\u00A0', ' ')).toContain(place);
    });

    it('writes several at a time', async () => {
      const words = ['First lecture.', 'Second lecture.', 'Third lecture.'];
      const files = await Promise.all(words.map((text) => renderer.render(makeGuide(text), never)));
      for (const [index, bytes] of files.entries()) {
        const path = join(folder, String(index));
        await writeFile(path, bytes);
        const text = read(path);
        for (const word of words) expect(text.includes(word)).toBe(word === words[index]);
      }
    });

    it('writes a lecture of 30,000 words while the event loop goes on', async () => {
      let longestMs = 0;
      const startedAt = performance.now();
      let lastAt = startedAt;
      const watch = setInterval(() => {
        longestMs = Math.max(longestMs, performance.now() - lastAt);
        lastAt = performance.now();
      }, 10);
      const path = join(folder, 'long');
      const bytes = await renderer.render(makeLongGuide(30_000), never).finally(() => clearInterval(watch));
      // Seconds of computing: on this thread they would be one pause as long as the whole.
      expect(longestMs).toBeLessThan((performance.now() - startedAt) / 2);
      await writeFile(path, bytes);
      const text = read(path);
      expect(text.split(/\s+/).length).toBeGreaterThan(30_000);
    });

    it('gives up in the middle when it is cancelled', async () => {
      const stop = new AbortController();
      const rendering = renderer.render(makeLongGuide(60_000), stop.signal);
      stop.abort(new AppError('cancelled', 'Stopped.'));
      await expect(rendering).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('takes no more work when it is closed', async () => {
      const closed = make();
      await closed.close();
      await expect(closed.render(makeGuide('Sleep.'), never)).rejects.toMatchObject({ code: 'cancelled' });
    });
  });
}

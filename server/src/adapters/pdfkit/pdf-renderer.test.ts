import { expect, test } from 'vitest';
import { documentRendererConformance } from '../../../testkit/document-renderer.conformance.ts';
import { makeGuide, readWith } from '../../../testkit/study-guide.ts';
import { createPdfRenderer } from './pdf-renderer.ts';

documentRendererConformance('pdfkit', { make: createPdfRenderer, read: (path) => readWith('pdftotext', [path, '-']) });

test('the same guide gives the same bytes', async () => {
  const renderer = createPdfRenderer();
  const signal = new AbortController().signal;
  const [first, second] = await Promise.all([
    renderer.render(makeGuide('Sleep settles memory.'), signal),
    renderer.render(makeGuide('Sleep settles memory.'), signal),
  ]);
  await renderer.close();
  expect(Buffer.from(first).equals(second)).toBe(true);
});

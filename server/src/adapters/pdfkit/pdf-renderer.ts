import type { DocumentRenderer } from '../../core/ports/export-renderers.ts';
import { renderInThread } from '../worker-thread/render-in-thread.ts';
import type { PdfMethods } from './pdf.thread.ts';

const file = new URL('./pdf.thread.ts', import.meta.url);

/**
 * Study guides as PDF 1.7: tagged, with bookmarks, a table of contents, embedded subsets of the fonts in `server/fonts`,
 * and places that are links. pdfkit is loaded in a thread of its own for each document and goes with it.
 */
export function createPdfRenderer(): DocumentRenderer {
  return renderInThread<PdfMethods>(file, (thread, guide, signal) => thread.call('render', guide, { signal }));
}

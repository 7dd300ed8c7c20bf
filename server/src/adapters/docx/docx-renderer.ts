import type { DocumentRenderer } from '../../core/ports/export-renderers.ts';
import { renderInThread } from '../worker-thread/render-in-thread.ts';
import type { DocxMethods } from './docx.thread.ts';

const file = new URL('./docx.thread.ts', import.meta.url);

/**
 * Study guides as Word documents: styles, real headings, a table of contents that is there before Word updates it, and
 * places that are links. docx is loaded in a thread of its own for each document and goes with it.
 */
export function createDocxRenderer(): DocumentRenderer {
  return renderInThread<DocxMethods>(file, (thread, guide, signal) => thread.call('render', guide, { signal }));
}

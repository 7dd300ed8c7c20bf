import { serveThread } from '../worker-thread/serve-thread.ts';
import { writePdf } from './write-pdf.ts';

const methods = { render: writePdf };

export type PdfMethods = typeof methods;

serveThread(methods);

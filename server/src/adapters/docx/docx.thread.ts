import { serveThread } from '../worker-thread/serve-thread.ts';
import { writeDocx } from './write-docx.ts';

const methods = { render: writeDocx };

export type DocxMethods = typeof methods;

serveThread(methods);

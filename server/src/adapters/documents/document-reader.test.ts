import { documentReaderConformance } from '../../../testkit/document-reader.conformance.ts';
import { createDocumentReader } from './document-reader.ts';

documentReaderConformance('the document reader', () => createDocumentReader());

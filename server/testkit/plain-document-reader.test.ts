import { documentReaderConformance } from './document-reader.conformance.ts';
import { PlainDocumentReader } from './plain-document-reader.ts';

documentReaderConformance('PlainDocumentReader', () => new PlainDocumentReader());

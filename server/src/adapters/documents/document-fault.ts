/** What can be wrong with a document; each is a code of the catalogue. */
export const documentFaults = [
  'document_unsupported',
  'document_damaged',
  'document_protected',
  'document_no_text',
  'document_too_large',
] as const;
export type DocumentFaultCode = (typeof documentFaults)[number];

/**
 * What parsers throw. The process they run in does not load the catalogue of errors (it would take longer to start);
 * the parent turns this into an `AppError`. `detail` is one sentence with the cure.
 */
export class DocumentFault extends Error {
  readonly code: DocumentFaultCode;
  readonly detail: string;

  constructor(code: DocumentFaultCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.name = 'DocumentFault';
    this.code = code;
    this.detail = detail;
  }
}

export const tooLarge = (detail: string): DocumentFault => new DocumentFault('document_too_large', detail);
export const damaged = (detail: string, cause?: unknown): DocumentFault =>
  new DocumentFault('document_damaged', detail, { cause });

/** How much one document may take. Everything is counted as it is read; sizes that a file declares are believed by nobody. */
export interface DocumentLimits {
  /** Of the file as it lies on the disk. */
  readonly fileBytes: number;
  readonly pages: number;
  /** Of the text that comes out, in characters (UTF-16 units). */
  readonly textChars: number;
  /** Files in an archive (DOCX, PPTX, EPUB). */
  readonly archiveEntries: number;
  /** What all files that are read from one archive hold together, unpacked. */
  readonly unpackedBytes: number;
  /** A file in an archive that grows by more than this when unpacked is a bomb, once it is over `ratioFloorBytes`. */
  readonly unpackRatio: number;
  readonly ratioFloorBytes: number;
  /** Elements inside each other. */
  readonly nesting: number;
  /** Address space of the process that reads. */
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
  readonly wallMs: number;
}

/**
 * Room for the largest books and slide decks that were seen, times about five. Deflate packs at most 1:1032; XML of real
 * documents packs 1:5 to 1:40.
 */
export const defaultDocumentLimits: DocumentLimits = {
  fileBytes: 200 * 1024 * 1024,
  pages: 20_000,
  textChars: 20_000_000,
  archiveEntries: 20_000,
  unpackedBytes: 256 * 1024 * 1024,
  unpackRatio: 200,
  ratioFloorBytes: 4 * 1024 * 1024,
  nesting: 1_000,
  memoryBytes: 3 * 1024 * 1024 * 1024,
  cpuSeconds: 120,
  wallMs: 180_000,
};

export * from './artifact.ts';
export * from './citation.ts';
export * from './errors.ts';
export * from './transcript.ts';

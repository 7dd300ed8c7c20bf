export * from './call-types.ts';
export * from './create-client.ts';
export * from './problem-error.ts';
export type * from './record-live.ts';
export type * from './upload-file.ts';

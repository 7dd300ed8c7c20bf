import { AppError } from '../domain/app-error.ts';
import type { Upload } from '../domain/upload.ts';
import { beginUpload, refuseSize, type BeginUploadDeps, type BeginUploadInput } from './begin-upload.ts';
import { receivePieces, uploadNotFound, type ReceivePiecesDeps, type ReceivePiecesInput } from './receive-pieces.ts';
import { removeUpload, type RemoveUploadDeps } from './remove-upload.ts';

type One = Pick<ReceivePiecesInput, 'scope' | 'uploadId'>;

/** What can be done with uploads that arrive in pieces. */
export interface UploadUseCases {
  /** @throws AppError `upload_not_found` */
  find(input: One): Promise<Upload>;
  begin(input: Omit<BeginUploadInput, 'maxBytes'>): Promise<Upload>;
  receive(input: ReceivePiecesInput, signal: AbortSignal): Promise<Upload>;
  /** For an upload that was begun without its length. @throws AppError `upload_conflict`, and those of `begin` */
  setSize(input: One & { readonly sizeBytes: number }): Promise<void>;
  remove(input: One): Promise<void>;
}

/** The use cases over their ports. */
export function bindUploads(
  deps: BeginUploadDeps & ReceivePiecesDeps & RemoveUploadDeps,
  { maxBytes }: { readonly maxBytes: number },
): UploadUseCases {
  const { uploads } = deps.store;
  return {
    async find({ scope, uploadId }) {
      const upload = await uploads.find(scope, uploadId);
      if (!upload) throw uploadNotFound(uploadId);
      return upload;
    },
    begin: (input) => beginUpload(deps, { ...input, maxBytes }),
    receive: (input, signal) => receivePieces(deps, input, signal),
    async setSize({ scope, uploadId, sizeBytes }) {
      await refuseSize(deps, { sizeBytes, maxBytes });
      if (await uploads.setSize(scope, uploadId, sizeBytes)) return;
      throw new AppError('upload_conflict', 'The length of the upload is known already, or more bytes than that are stored.');
    },
    remove: (input) => removeUpload(deps, input),
  };
}

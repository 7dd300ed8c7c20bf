import { DataStore, Upload as TusUpload } from '@tus/server';
import type { Readable } from 'node:stream';
import { AppError } from '../../../core/domain/app-error.ts';
import { UPLOAD_KEPT_MS, type Upload } from '../../../core/domain/upload.ts';
import type { ApiDeps, OwnerScope } from '../api-deps.ts';
import { cleanFileName } from '../file-name.ts';

export type TusStoreDeps = Pick<ApiDeps, 'store' | 'uploads'> & { readonly maxBytes: number };

/** What the protocol's library asks of a store, for one person. The use cases do the work. */
export class TusStore extends DataStore {
  readonly #deps: TusStoreDeps;
  readonly #scope: OwnerScope;
  readonly #closing: AbortSignal;

  constructor(deps: TusStoreDeps, scope: OwnerScope, closing: AbortSignal) {
    super();
    this.#deps = deps;
    this.#scope = scope;
    this.#closing = closing;
    this.extensions = ['creation', 'creation-with-upload', 'creation-defer-length', 'expiration', 'termination'];
  }

  override getExpiration(): number {
    return UPLOAD_KEPT_MS;
  }

  override async create(file: TusUpload): Promise<TusUpload> {
    const metadata = file.metadata ?? {};
    const fileName = cleanFileName(metadata['filename'] ?? metadata['name'] ?? undefined);
    const sizeBytes = file.size ?? null;
    await this.#deps.uploads.begin({ scope: this.#scope, id: file.id, fileName, metadata, sizeBytes });
    return file;
  }

  override async getUpload(id: string): Promise<TusUpload> {
    return present(await this.#find(id));
  }

  override async write(data: Readable, id: string, offsetBytes: number): Promise<number> {
    const input = { scope: this.#scope, uploadId: id, offsetBytes, data };
    return (await this.#deps.uploads.receive(input, this.#closing)).offsetBytes;
  }

  override async declareUploadLength(id: string, sizeBytes: number): Promise<void> {
    await this.#deps.uploads.setSize({ scope: this.#scope, uploadId: id, sizeBytes });
  }

  override async remove(id: string): Promise<void> {
    await this.#deps.uploads.remove({ scope: this.#scope, uploadId: id });
  }

  async #find(id: string): Promise<Upload> {
    const upload = await this.#deps.uploads.find({ scope: this.#scope, uploadId: id });
    if (upload.status === 'expired') throw new AppError('upload_expired', 'This upload was given up. Begin it again.');
    return upload;
  }
}

/** The library counts an upload's time from its creation; ours counts from the last byte. */
function present({ id, sizeBytes, offsetBytes, metadata, expiresAt }: Upload): TusUpload {
  return new TusUpload({
    id,
    offset: offsetBytes,
    metadata: { ...metadata },
    creation_date: new Date(expiresAt - UPLOAD_KEPT_MS).toISOString(),
    ...(sizeBytes !== null && { size: sizeBytes }),
  });
}

import { DataStore, Upload as TusUpload } from '@tus/server';
import type { Readable } from 'node:stream';
import { AppError } from '../../../core/domain/app-error.ts';
import { UPLOAD_KEPT_MS, type Upload } from '../../../core/domain/upload.ts';
import type { ApiDeps, OwnerScope } from '../api-deps.ts';
import { cleanFileName } from '../file-name.ts';

export type TusStoreDeps = Pick<ApiDeps, 'store' | 'uploads'> & { readonly maxBytes: number };

/** The bytes of one request. */
export interface Body {
  readonly data: AsyncIterable<Uint8Array>;
  /** Ends their reception in good order. */
  readonly stop: AbortSignal;
}

/** What the protocol's library asks of a store, for one request. The use cases do the work. */
export class TusStore extends DataStore {
  readonly #deps: TusStoreDeps;
  readonly #scope: OwnerScope;
  readonly #body: Body;

  constructor(deps: TusStoreDeps, scope: OwnerScope, body: Body) {
    super();
    this.#deps = deps;
    this.#scope = scope;
    this.#body = body;
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

  /** The stream the library gives is empty: bytes come straight from the request, without the copies that web streams make. */
  override async write(_empty: Readable, id: string, offsetBytes: number): Promise<number> {
    const { data, stop } = this.#body;
    const mostBytes = ((await this.#find(id)).sizeBytes ?? this.#deps.maxBytes) - offsetBytes;
    const input = { scope: this.#scope, uploadId: id, offsetBytes, data, mostBytes };
    return (await this.#deps.uploads.receive(input, stop)).offsetBytes;
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

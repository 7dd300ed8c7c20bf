import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../core/domain/app-error.ts';
import type { Blobs } from '../../core/ports/index.ts';
import type { IncomingFile, OwnerScope } from './api-deps.ts';
import { cleanFileName } from './file-name.ts';
import type { UploadGate } from './uploads/upload-gate.ts';
import { parseFields } from './validate.ts';

/** Beside the file a form holds a few short fields. */
const FIELD_LIMITS = { files: 1, fields: 20, parts: 25, fieldNameSize: 100, fieldSize: 10_000, headerPairs: 50 };

/** What a form's own text may add to the size of the file. */
const FORM_OVERHEAD_BYTES = 1024 * 1024;

export interface Upload<F> {
  readonly fields: F;
  /** Cleaned, for showing only. */
  readonly fileName: string;
  readonly incoming: IncomingFile;
}

/**
 * Streams a form's file into the blobs and reads the fields, which may stand before or after it. Whatever goes
 * wrong, no bytes stay behind.
 *
 * @throws AppError `unsupported_media_type`, `body_too_large`, `too_many_uploads`, `invalid_request`, and those of `Blobs.put`
 */
export async function receiveUpload<F extends z.ZodObject>(
  deps: { blobs: Pick<Blobs, 'put' | 'remove'>; maxUploadBytes: number; gate: UploadGate },
  form: { request: FastifyRequest; scope: OwnerScope; file: string; fields: F },
  signal: AbortSignal,
): Promise<Upload<z.output<F>>> {
  const { request, scope } = form;
  if (!request.isMultipart()) {
    throw new AppError(
      'unsupported_media_type',
      `Send the recording as multipart/form-data with the file in the field "${form.file}".`,
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > deps.maxUploadBytes + FORM_OVERHEAD_BYTES)
    throw tooLarge(deps.maxUploadBytes);
  const place = deps.gate.enter();
  const incoming = { key: `incoming/${randomUUID()}`, stored: null as IncomingFile | null, fileName: '' };
  try {
    const fields: Record<string, string> = {};
    for await (const part of request.parts({ limits: { ...FIELD_LIMITS, fileSize: Number.POSITIVE_INFINITY } })) {
      if (part.type === 'file') {
        refuseOtherFile(part, form.file);
        incoming.fileName = cleanFileName(part.filename);
        incoming.stored = { key: incoming.key, ...(await store(deps, scope, incoming.key, part, signal)) };
      } else {
        addField(fields, part, form.file);
      }
    }
    if (!incoming.stored)
      throw new AppError('invalid_request', `The form holds no file. Send the recording in the field "${form.file}".`);
    return { fields: parseFields(form.fields, fields), fileName: incoming.fileName, incoming: incoming.stored };
  } catch (error) {
    if (incoming.stored) await deps.blobs.remove(scope, incoming.key).catch(() => {}); // the first error is the one to tell
    throw error;
  } finally {
    place.leave();
  }
}

async function store(
  deps: { blobs: Pick<Blobs, 'put'>; maxUploadBytes: number },
  scope: OwnerScope,
  key: string,
  part: MultipartFile,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; sha256: string }> {
  try {
    return await deps.blobs.put(scope, key, part.file, { maxBytes: deps.maxUploadBytes, signal });
  } catch (error) {
    part.file.destroy();
    if (error instanceof AppError && error.code === 'body_too_large') throw tooLarge(deps.maxUploadBytes);
    throw error;
  }
}

function refuseOtherFile(part: MultipartFile, expected: string): void {
  if (part.fieldname === expected) return;
  part.file.destroy();
  throw new AppError(
    'invalid_request',
    `The file is in the field "${part.fieldname.slice(0, 80)}". Send it in the field "${expected}".`,
  );
}

function addField(
  fields: Record<string, string>,
  part: { fieldname: string; value: unknown; valueTruncated: boolean },
  file: string,
): void {
  const name = part.fieldname.slice(0, 80);
  if (part.fieldname === file) throw new AppError('invalid_request', `The field "${file}" must hold a file, not text.`);
  if (Object.hasOwn(fields, part.fieldname)) throw new AppError('invalid_request', `The form holds the field "${name}" twice.`);
  if (part.valueTruncated || typeof part.value !== 'string') {
    throw new AppError('invalid_request', `The field "${name}" is too long or not plain text.`);
  }
  fields[part.fieldname] = part.value;
}

function tooLarge(maxBytes: number): AppError {
  const megabytes = Math.max(1, Math.floor(maxBytes / 1_000_000));
  return new AppError(
    'body_too_large',
    `The file is larger than ${megabytes} MB. Shorten or compress the recording, or raise AUDIO_MAX_FILE_SIZE.`,
  );
}

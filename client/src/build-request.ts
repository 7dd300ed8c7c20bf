import type { OperationSpec } from '@scholium/contract';
import type { CallOptions } from './call-types.ts';

/** What `CallInput` holds, for any operation. */
export interface RequestParts extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly file?: Blob;
  readonly fileName?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Turns a call into a path under the API and what `fetch` needs. */
export function buildRequest(operation: OperationSpec, input: RequestParts): { path: string; init: RequestInit } {
  const headers: Record<string, string> = { ...input.headers };
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey;
  const init: RequestInit = { method: operation.method, headers };
  if (input.signal) init.signal = input.signal;
  if (operation.multipart && input.body === undefined) {
    init.body = formOf(operation.multipart.file, input); // fetch sets the type with its boundary
  } else if (input.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(input.body);
  }
  return { path: pathOf(operation.path, input.params ?? {}) + queryOf(input.query ?? {}), init };
}

function pathOf(template: string, params: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

function formOf(fileField: string, input: RequestParts): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(input.fields ?? {})) {
    if (value !== undefined) form.set(name, String(value));
  }
  if (input.file) form.set(fileField, input.file, input.fileName);
  return form;
}

/**
 * The catalogue of everything that can go wrong, by stable code. `status` is what the HTTP face answers,
 * `title` the short name of the problem. The sentence with the fix is the `detail` that each throw gives.
 * `permanent` errors are never retried by a job. Every code stands in docs/errors.md with cause and cure.
 */
export const errorCatalogue = {
  // requests
  invalid_request: { status: 400, title: 'The request is not valid', permanent: true },
  body_too_large: { status: 413, title: 'The body is too large', permanent: true },
  unsupported_media_type: { status: 415, title: 'The body has a type that is not accepted here', permanent: true },
  origin_not_allowed: { status: 403, title: 'The request comes from another web site', permanent: true },
  host_not_allowed: { status: 403, title: 'The server does not answer under this name', permanent: true },
  route_not_found: { status: 404, title: 'No such route', permanent: true },
  range_not_satisfiable: { status: 416, title: 'The byte range lies outside the file', permanent: true },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request', permanent: true },
  idempotency_in_progress: { status: 409, title: 'The same request is still being worked on', permanent: false },
  // things that are not there
  course_not_found: { status: 404, title: 'No such course', permanent: true },
  lecture_not_found: { status: 404, title: 'No such lecture', permanent: true },
  source_not_found: { status: 404, title: 'No such source', permanent: true },
  upload_not_found: { status: 404, title: 'No such upload', permanent: true },
  upload_expired: { status: 410, title: 'The upload was given up', permanent: true },
  job_not_found: { status: 404, title: 'No such job', permanent: true },
  preset_not_found: { status: 404, title: 'No such preset', permanent: true },
  transcript_not_found: { status: 404, title: 'There is no transcript yet', permanent: true },
  audio_removed: { status: 410, title: 'The sound was removed', permanent: true },
  export_not_found: { status: 404, title: 'There is no such export yet', permanent: true },
  // conflicts
  upload_conflict: { status: 409, title: 'The upload is at another byte', permanent: true },
  upload_busy: { status: 423, title: 'Another request sends bytes of this upload', permanent: false },
  too_many_uploads: { status: 429, title: 'Too many uploads at once', permanent: false },
  tus_version_unsupported: { status: 412, title: 'The version of the upload protocol is not spoken here', permanent: true },
  course_conflict: { status: 409, title: 'The course exists already', permanent: true },
  lecture_conflict: { status: 409, title: 'The lecture exists with another recording', permanent: true },
  job_not_cancellable: { status: 409, title: 'The job has ended already', permanent: true },
  job_active: { status: 409, title: 'The same work is under way', permanent: true },
  // media
  media_empty: { status: 422, title: 'The file is empty', permanent: true },
  media_unsupported: { status: 422, title: 'The file is not sound or video that can be read', permanent: true },
  media_no_audio: { status: 422, title: 'The file holds no sound', permanent: true },
  media_too_long: { status: 422, title: 'The recording is too long', permanent: true },
  media_protected: { status: 422, title: 'The file is copy-protected', permanent: true },
  media_damaged: { status: 422, title: 'The file is damaged', permanent: true },
  // documents and web pages
  document_unsupported: { status: 422, title: 'The file is not a document that can be read', permanent: true },
  document_damaged: { status: 422, title: 'The document is damaged', permanent: true },
  document_protected: { status: 422, title: 'The document needs a password', permanent: true },
  document_no_text: { status: 422, title: 'The document holds no text', permanent: true },
  document_too_large: { status: 422, title: 'The document is too large to be read', permanent: true },
  url_invalid: { status: 422, title: 'The address is not valid', permanent: true },
  url_not_allowed: { status: 422, title: 'The address may not be fetched', permanent: true },
  url_unreachable: { status: 502, title: 'The address does not answer', permanent: false },
  url_not_found: { status: 422, title: 'There is nothing at the address', permanent: true },
  url_too_large: { status: 422, title: 'What lies at the address is too large', permanent: true },
  // language models
  model_reply_invalid: { status: 502, title: 'The language model gave a reply that cannot be used', permanent: true },
  model_rate_limited: { status: 503, title: 'The language model is asked too often', permanent: false },
  model_unreachable: { status: 502, title: 'The language model does not answer', permanent: false },
  model_refused: { status: 502, title: 'The language model refuses the request', permanent: true },
  // jobs
  job_timeout: { status: 500, title: 'The job took too long', permanent: false },
  job_lost: { status: 500, title: 'The worker of this job stopped again and again', permanent: true },
  cancelled: { status: 409, title: 'The work was cancelled', permanent: true },
  nothing_to_transcribe: { status: 422, title: 'The lecture has no recording', permanent: true },
  nothing_to_study: { status: 422, title: 'There is no text to work on', permanent: true },
  // the machine
  engine_unavailable: { status: 503, title: 'No speech engine is ready', permanent: true },
  engine_failed: { status: 500, title: 'The speech engine stopped', permanent: false },
  model_unavailable: { status: 503, title: 'A model is missing or damaged', permanent: true },
  decoder_unavailable: { status: 503, title: 'ffmpeg is missing', permanent: true },
  storage_full: { status: 507, title: 'The storage is full', permanent: false },
  storage_unavailable: { status: 503, title: 'The storage cannot be used', permanent: false },
  database_unavailable: { status: 503, title: 'The database cannot be used', permanent: false },
  database_not_empty: { status: 409, title: 'The target of the copy is not empty', permanent: true },
  database_copy_failed: { status: 500, title: 'The copy of the database is not the same', permanent: true },
  queue_unreachable: { status: 503, title: 'The queue does not answer', permanent: false },
  search_unavailable: { status: 503, title: 'The search index cannot be used', permanent: false },
  configuration_invalid: { status: 500, title: 'The configuration is not valid', permanent: true },
  port_in_use: { status: 500, title: 'The port is taken', permanent: true },
  server_stopping: { status: 503, title: 'The server is stopping', permanent: false },
  internal: { status: 500, title: 'Something went wrong inside Scholium', permanent: false },
} as const satisfies Record<string, { status: number; title: string; permanent: boolean }>;

export type ErrorCode = keyof typeof errorCatalogue;

import { Client } from 'pg';

/** A job as its row says. */
export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly lectureId: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly deadLetteredAt: number | null;
  readonly cause: string | null;
  readonly transitions: readonly { readonly status: string; readonly at: number }[];
  /** How many of its events tell that it ended. */
  readonly endings: number;
}

export interface TranscriptRow {
  readonly lectureId: string;
  readonly version: number;
  readonly durationMs: number;
  readonly words: number;
}

/** Straight looks at the tables, past the product. Each is a connection of its own: the server is restarted meanwhile. */
export interface Database {
  jobs(): Promise<JobRow[]>;
  transcripts(): Promise<TranscriptRow[]>;
  /** Lecture ids with the number of their recordings. */
  lectures(): Promise<ReadonlyMap<string, number>>;
  /** Keys of the files that rows name. */
  blobKeys(): Promise<ReadonlySet<string>>;
  /** Running jobs whose worker's name begins so. */
  heldBy(worker: string): Promise<{ jobId: string; kind: string }[]>;
  unfinished(): Promise<number>;
}

const JOBS = `select id, kind, lecture_id, status, attempts, dead_lettered_at, cause, transitions_json,
  (select count(*) from job_events where job_id = jobs.id and type = 'status'
    and data_json::json->>'status' in ('succeeded', 'failed', 'cancelled')) as endings from jobs order by created_at`;
const TRANSCRIPTS = `select lecture_id, version, duration_ms,
  (select coalesce(sum(json_array_length(segment->'words')), 0) from json_array_elements(segments_json::json) segment) as words
  from transcripts`;
const LECTURES = `select lectures.id, count(sources.id) as sources from lectures left join sources on sources.lecture_id = lectures.id
  group by lectures.id`;

export function openDatabase(url: string): Database {
  async function ask(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {}); // told by the question
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows;
    } finally {
      await client.end().catch(() => {}); // the answer is there, or the error is on its way
    }
  }
  const text = (value: unknown): string | null => (value === null ? null : String(value));
  return {
    async jobs() {
      return (await ask(JOBS)).map((row) => ({
        id: String(row.id),
        kind: String(row.kind),
        lectureId: text(row.lecture_id),
        status: String(row.status),
        attempts: Number(row.attempts),
        deadLetteredAt: row.dead_lettered_at === null ? null : Number(row.dead_lettered_at),
        cause: text(row.cause),
        transitions: JSON.parse(String(row.transitions_json)) as JobRow['transitions'], // the product wrote it
        endings: Number(row.endings),
      }));
    },
    async transcripts() {
      return (await ask(TRANSCRIPTS)).map((row) => ({
        lectureId: String(row.lecture_id),
        version: Number(row.version),
        durationMs: Number(row.duration_ms),
        words: Number(row.words),
      }));
    },
    lectures: async () => new Map((await ask(LECTURES)).map((row) => [String(row.id), Number(row.sources)])),
    blobKeys: async () => new Set((await ask('select blob_key from sources')).map((row) => String(row.blob_key))),
    async heldBy(worker) {
      const rows = await ask(`select id, kind from jobs where status = 'running' and starts_with(lease_worker_id, $1)`, [worker]);
      return rows.map((row) => ({ jobId: String(row.id), kind: String(row.kind) }));
    },
    unfinished: async () => Number((await ask(`select count(*) as n from jobs where status in ('queued', 'running')`))[0]?.n),
  };
}

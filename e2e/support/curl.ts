import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CurlReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Sends a request with curl, as a script would. */
export async function curl(...args: string[]): Promise<CurlReply> {
  const { stdout } = await run(
    'curl',
    ['--silent', '--show-error', '--max-time', '60', '--write-out', '\n%{http_code} %{content_type}', ...args],
    { maxBuffer: 20e6 },
  );
  const end = stdout.lastIndexOf('\n');
  const [status = '', ...type] = stdout.slice(end + 1).split(' ');
  return { status: Number(status), contentType: type.join(' '), body: stdout.slice(0, end) };
}

/** The same, with the reply read as JSON. The tests say by what they expect of it what it holds. */
export async function curlJson<T>(...args: string[]): Promise<{ status: number; json: T }> {
  const { status, body } = await curl(...args);
  return { status, json: JSON.parse(body) as T }; // see above
}

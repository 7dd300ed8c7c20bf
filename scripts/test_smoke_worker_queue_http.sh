#!/usr/bin/env bash
# Tests smoke_worker_queue.sh as a whole against a simulated server. Needs Node for that server: the one on PATH, else
# the one that script/bootstrap fetched.
set -u
cd "$(dirname "$0")" || exit 1

NODE=$(command -v node || ls ../.runtime/node_modules/node-*/bin/node 2>/dev/null | head -n 1)
[ -n "$NODE" ] || { echo 'node was not found: run script/bootstrap first' >&2; exit 2; }
FOLDER=$(mktemp -d) || exit 1
SERVER=
stop() {
  [ -n "$SERVER" ] && kill "$SERVER" 2>/dev/null && wait "$SERVER" 2>/dev/null
  rm -rf "$FOLDER"
}
trap stop EXIT
trap 'exit 143' INT TERM

# The key of a request names the case; the server ends when its parent is gone.
"$NODE" --input-type=module - "$FOLDER" <<'SERVER' &
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const folder = process.argv[2];
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(), 500);
const step = (status) => ({ status, at: '2026-01-01T00:00:00.000Z' });
const through = ['queued', 'running'];
const cases = {
  good: { states: ['queued', 'running', 'succeeded'], by: 'worker' },
  failed: { states: ['queued', 'failed'], by: 'worker', error: { code: 'engine_unavailable', detail: 'No speech engine is ready.' } },
  inline: { states: ['running', 'succeeded'], by: 'inline' },
  stuck: { states: ['queued'], by: null },
  unqueued: { states: ['succeeded'], by: 'worker', transitions: ['running', 'succeeded'] },
  refused: { states: [], by: null, upload: 507 },
  down: { states: [], by: null, health: 503 },
};
const polls = {};
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const name = request.headers['x-api-key'] ?? 'good';
  const { states, by, error = null, transitions, upload = 201, health = 200 } = cases[name];
  const { pathname } = new URL(request.url, 'http://x');
  const answer = (status, json) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json, null, 1));
  appendFileSync(`${folder}/requests`, `${name} ${request.method} ${pathname}\n`);
  if (pathname === '/health') return answer(health, { status: health === 200 ? 'ok' : 'down' });
  if (pathname === '/api/lectures/ingest') {
    const text = body.toString('latin1');
    const start = text.indexOf('RIFF');
    const isSound = start > 0 && body.readUInt32LE(start + 4) === 32_036 && text.slice(start + 8, start + 16) === 'WAVEfmt ' && body.readUInt32LE(start + 24) === 16_000 && text.slice(start + 36, start + 40) === 'data';
    if (!isSound) return answer(422, { code: 'media_unsupported' });
    return answer(upload, upload === 201 ? { lectureId: `lecture-${name}`, sourceId: 'src_1' } : { code: 'storage_full' });
  }
  if (request.method === 'POST') return answer(202, { jobId: `job-${name}` });
  if (request.method === 'DELETE') return answer(200, {});
  const at = Math.min((polls[name] = (polls[name] ?? 0) + 1), states.length) - 1;
  answer(200, { jobId: `job-${name}`, status: states[at], executedBy: by, transitions: (transitions ?? [...through, states[at]]).map(step), error: states[at] === 'failed' ? error : null });
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${folder}/port.new`, String(server.address().port));
  renameSync(`${folder}/port.new`, `${folder}/port`);
});
SERVER
SERVER=$!

for (( i = 0; i < 200; i++ )); do
  [ -e "$FOLDER/port" ] && break
  kill -0 "$SERVER" 2>/dev/null || { echo 'the simulated server did not start' >&2; exit 1; }
  sleep 0.1
done
[ -e "$FOLDER/port" ] || { echo 'the simulated server did not start in time' >&2; exit 1; }
URL=http://127.0.0.1:$(cat "$FOLDER/port")

COUNT=0
FAILURES=0
result() {
  COUNT=$((COUNT + 1))
  if [ "$1" = 0 ]; then printf 'ok %d - %s\n' "$COUNT" "$2"; return; fi
  FAILURES=$((FAILURES + 1))
  printf 'not ok %d - %s\n' "$COUNT" "$2"
}

# check CASE EXIT_CODE TEXT NAME [SETTING...]
check() {
  local key=$1 wanted=$2 text=$3 name=$4 output code
  shift 4
  output=$(env -u SMOKE_ACCEPT_FAILED_TERMINAL -u SMOKE_REQUIRE_QUEUED_TRANSITION -u SMOKE_ALLOW_QUEUE_FALLBACK \
    -u SMOKE_REQUIRE_QUEUE_PATH SMOKE_TIMEOUT_SECONDS=10 SMOKE_POLL_SECONDS=0.05 TMPDIR="$FOLDER" \
    API_BASE_URL="$URL" API_KEY="$key" "$@" ./smoke_worker_queue.sh 2>&1)
  code=$?
  if [ "$code" = "$wanted" ] && [[ $output == *"$text"* ]]; then result 0 "$name"; return; fi
  result 1 "$name: exit $code (wanted $wanted), output: $output"
}

check good 0 'OK: the job succeeded, run by worker' 'a deployment that works passes'
check failed 0 'engine_unavailable' 'a failed job passes by default'
check failed 1 'No speech engine is ready.' 'a failed job fails when it must succeed' SMOKE_ACCEPT_FAILED_TERMINAL=0
check inline 1 'the queue was not reached' 'an API that runs the job itself fails'
check inline 0 'run by inline' 'it passes when that is allowed' SMOKE_ALLOW_QUEUE_FALLBACK=1
check stuck 1 'is a worker running?' 'a job that nobody takes fails in time' SMOKE_TIMEOUT_SECONDS=1
check unqueued 1 'never queued' 'a job that was never queued fails'
check unqueued 0 'OK' 'it passes when that is not required' SMOKE_REQUIRE_QUEUED_TRANSITION=0
check refused 1 'got 507' 'an upload that is refused fails'
check down 1 'got 503' 'a deployment that is down fails'
check good 1 'got no answer' 'an address where nobody answers fails' API_BASE_URL=http://127.0.0.1:1

grep -q '^good DELETE /api/lectures/lecture-good$' "$FOLDER/requests" && grep -q '^failed DELETE /api/lectures/lecture-failed$' "$FOLDER/requests"
result $? 'what was uploaded is removed, also after a failure'
! grep -q '^refused DELETE' "$FOLDER/requests"
result $? 'what was not uploaded is not removed'
[ -z "$(find "$FOLDER" -mindepth 1 -maxdepth 1 -type d)" ]
result $? 'no temporary folder is left behind'

printf '1..%d\n' "$COUNT"
[ "$FAILURES" = 0 ]

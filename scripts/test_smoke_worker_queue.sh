#!/usr/bin/env bash
# Tests the logic of smoke_worker_queue.sh with stubbed replies: no network, no server.
set -u
cd "$(dirname "$0")" || exit 1

FOLDER_OF_TEST=$(mktemp -d) || exit 1
trap 'rm -rf "$FOLDER_OF_TEST"' EXIT
FAILURES=0
COUNT=0

QUEUED='{"status":"queued","at":"2026-01-01T00:00:00.000Z"}'
RUNNING='{"status":"running","at":"2026-01-01T00:00:01.000Z"}'

# job STATUS EXECUTED_BY TRANSITIONS [ERROR]
job() {
  local by='null' error='null'
  [ "$2" = null ] || by="\"$2\""
  [ -z "${4:-}" ] || error="{\"code\":\"$4\",\"detail\":\"It broke.\"}"
  printf '{"jobId":"job_1","kind":"transcribe","status":"%s","executedBy":%s,"message":"a \\"status\\": \\"failed\\" text","transitions":[%s],"error":%s}' \
    "$1" "$by" "$3" "$error"
}

# check NAME EXIT_CODE TEXT SETTINGS REPLY...: runs the script with the replies of GET /api/jobs in turn; the last stays
check() {
  local name=$1 wanted=$2 text=$3 settings=$4 output code
  shift 4
  COUNT=$((COUNT + 1))
  rm -rf "$FOLDER_OF_TEST/case"
  mkdir "$FOLDER_OF_TEST/case"
  local n=0 reply
  for reply in "$@"; do
    n=$((n + 1))
    printf '%s' "$reply" >"$FOLDER_OF_TEST/case/job.$n"
  done
  output=$(run_with "$settings" 2>&1)
  code=$?
  if [ "$code" = "$wanted" ] && [[ $output == *"$text"* ]]; then
    printf 'ok %d - %s\n' "$COUNT" "$name"
    return
  fi
  FAILURES=$((FAILURES + 1))
  printf 'not ok %d - %s: exit %s (wanted %s), output:\n%s\n' "$COUNT" "$name" "$code" "$wanted" "$output"
}

run_with() (
  unset API_BASE_URL API_KEY SMOKE_ACCEPT_FAILED_TERMINAL SMOKE_REQUIRE_QUEUED_TRANSITION SMOKE_ALLOW_QUEUE_FALLBACK \
    SMOKE_REQUIRE_QUEUE_PATH SMOKE_TIMEOUT_SECONDS SMOKE_POLL_SECONDS
  # shellcheck disable=SC2163 # each is NAME=value
  for setting in $1; do export "$setting"; done
  # shellcheck source=scripts/smoke_worker_queue.sh
  . ./smoke_worker_queue.sh
  curl() { stub "$@"; }
  sleep() { :; }
  main
)

# Stands for curl: writes down what it was asked and answers from the case's files.
stub() {
  local method=GET url='' body status=200 n
  printf '%s\n' "$*" >>"$FOLDER_OF_TEST/case/asked"
  while [ $# -gt 0 ]; do
    case $1 in
      --request) method=$2; shift ;;
      http*) url=$1 ;;
    esac
    shift
  done
  case "$method $url" in
    'GET '*/health) body='{"status":"ok"}' ;;
    'POST '*/ingest) body='{"lectureId":"smoke-1","sourceId":"src_1"}' status=201 ;;
    'POST '*/transcribe) body='{"jobId":"job_1"}' status=202 ;;
    'DELETE '*) return 0 ;;
    'GET '*/api/jobs/job_1)
      n=$(($(cat "$FOLDER_OF_TEST/case/polls" 2>/dev/null || echo 0) + 1))
      printf '%s' "$n" >"$FOLDER_OF_TEST/case/polls"
      while [ "$n" -gt 1 ] && [ ! -e "$FOLDER_OF_TEST/case/job.$n" ]; do n=$((n - 1)); done
      body=$(cat "$FOLDER_OF_TEST/case/job.$n")
      case $body in HTTP*) status=${body#HTTP } body='{"title":"away"}' ;; NONE) return 7 ;; esac
      ;;
    *) return 6 ;;
  esac
  printf '%s\n%s' "$body" "$status"
}

DONE=$(job succeeded worker "$QUEUED,$RUNNING")
check 'a job that goes through the queue passes' 0 'OK: the job succeeded, run by worker' '' \
  "$(job queued null "$QUEUED")" "$(job running worker "$QUEUED,$RUNNING")" "$DONE"
check 'the queued state is seen in the transitions when it was too short to be polled' 0 'OK' '' "$DONE"
check 'a job that was never queued fails' 1 'never queued' '' "$(job succeeded worker "$RUNNING")"
check 'it passes when that is not required' 0 'OK' 'SMOKE_REQUIRE_QUEUED_TRANSITION=0' "$(job succeeded worker "$RUNNING")"
check 'a failed job passes by default: the queue works' 0 'engine_unavailable' '' \
  "$(job failed worker "$QUEUED,$RUNNING" engine_unavailable)"
check 'it fails when it must succeed' 1 'the job failed: It broke.' 'SMOKE_ACCEPT_FAILED_TERMINAL=0' \
  "$(job failed worker "$QUEUED,$RUNNING" engine_unavailable)"
check 'a cancelled job fails' 1 'cancelled' '' "$(job cancelled worker "$QUEUED,$RUNNING")"
check 'a job that the API ran itself fails' 1 'the queue was not reached' '' "$(job succeeded inline "$QUEUED,$RUNNING")"
check 'it fails though the path is not asked for' 1 'the queue was not reached' 'SMOKE_REQUIRE_QUEUE_PATH=0' \
  "$(job succeeded inline "$QUEUED,$RUNNING")"
check 'it passes when the fallback is allowed' 0 'run by inline' 'SMOKE_ALLOW_QUEUE_FALLBACK=1' \
  "$(job succeeded inline "$QUEUED,$RUNNING")"
check 'a job of which nobody knows who ran it fails' 1 'not known that a worker' '' "$(job succeeded null "$QUEUED,$RUNNING")"
check 'it passes when the path is not asked for' 0 'run by unknown' 'SMOKE_REQUIRE_QUEUE_PATH=0' \
  "$(job succeeded null "$QUEUED,$RUNNING")"
check 'a job that nobody takes fails in time' 1 'is a worker running?' 'SMOKE_TIMEOUT_SECONDS=0' "$(job queued null "$QUEUED")"
check 'a server that fails in between fails' 1 'got 503' '' "$(job queued null "$QUEUED")" 'HTTP 503'
check 'a server that goes away fails' 1 'got no answer' '' "$(job queued null "$QUEUED")" NONE
check 'a status that nobody knows fails' 1 'unknown status "lost"' '' "$(job lost worker "$QUEUED")"
check 'a switch that is neither 0 nor 1 is refused' 2 'are 0 or 1' 'SMOKE_REQUIRE_QUEUE_PATH=yes' "$DONE"
check 'a time that is none is refused' 2 'whole number' 'SMOKE_TIMEOUT_SECONDS=soon' "$DONE"
check 'a key that would break out of its header is refused' 2 'no key has' 'API_KEY=a"b' "$DONE"

# The last case left what it asked; this one removes its lecture, and its key is in no argument.
check 'a key is accepted' 0 'OK' 'API_KEY=sk-very-secret API_BASE_URL=https://example.org/api/' "$DONE"
COUNT=$((COUNT + 1))
if grep -q 'sk-very-secret' "$FOLDER_OF_TEST/case/asked" || ! grep -q -- '--request DELETE .*https://example.org/api/lectures/smoke-1$' "$FOLDER_OF_TEST/case/asked"; then
  FAILURES=$((FAILURES + 1))
  printf 'not ok %d - the lecture is removed, and no argument names the key\n' "$COUNT"
else
  printf 'ok %d - the lecture is removed, and no argument names the key\n' "$COUNT"
fi

printf '1..%d\n' "$COUNT"
[ "$FAILURES" = 0 ]

#!/usr/bin/env bash
# Tries whether a deployment takes a recording, queues its transcription and has a worker run it to its end.
# Needs bash and curl only. Ends with 0 when all is well, 1 when something is not, 2 when it is called wrongly.
#
#   API_BASE_URL=https://scholium.example.org scripts/smoke_worker_queue.sh
#
# API_BASE_URL                     the deployment (http://localhost:8000)
# API_KEY                          sent as X-API-Key when set
# SMOKE_ACCEPT_FAILED_TERMINAL     1: a job that failed has shown that the queue works; 0: it must succeed (1)
# SMOKE_REQUIRE_QUEUED_TRANSITION  1: the job must have been queued (1)
# SMOKE_ALLOW_QUEUE_FALLBACK       1: it may be run without the queue, by the API (0)
# SMOKE_REQUIRE_QUEUE_PATH         1: it must be known that a worker ran it (1)
# SMOKE_TIMEOUT_SECONDS            how long the job may take (120)
# SMOKE_POLL_SECONDS               how often it is asked for (1)
set -u

BASE=${API_BASE_URL:-http://localhost:8000}
BASE=${BASE%/}
BASE=${BASE%/api}
ACCEPT_FAILED=${SMOKE_ACCEPT_FAILED_TERMINAL:-1}
REQUIRE_QUEUED=${SMOKE_REQUIRE_QUEUED_TRANSITION:-1}
ALLOW_FALLBACK=${SMOKE_ALLOW_QUEUE_FALLBACK:-0}
REQUIRE_QUEUE_PATH=${SMOKE_REQUIRE_QUEUE_PATH:-1}
TIMEOUT=${SMOKE_TIMEOUT_SECONDS:-120}
POLL=${SMOKE_POLL_SECONDS:-1}

FOLDER=
LECTURE=
BODY=
STATUS=

say() { printf 'smoke: %s\n' "$*"; }
fail() {
  printf 'smoke: FAILED: %s\n' "$*" >&2
  exit 1
}

# request METHOD PATH [curl arguments]: sets STATUS and BODY
request() {
  local method=$1 path=$2 reply
  shift 2
  # The key goes by a file that curl reads: arguments are seen by everybody on the machine.
  reply=$(curl --silent --show-error --max-time 60 --config "$FOLDER/curl.conf" --request "$method" \
    --write-out '\n%{http_code}' "$@" "$BASE$path" 2>"$FOLDER/curl.err") ||
    fail "$method $path got no answer: $(head -n 1 "$FOLDER/curl.err")"
  STATUS=${reply##*$'\n'}
  BODY=${reply%$'\n'*}
}

expect() {
  local wanted
  for wanted in "$@"; do [ "$STATUS" = "$wanted" ] && return 0; done
  fail "expected HTTP $*, got $STATUS: ${BODY:0:300}"
}

# field NAME: the first text of that name in BODY; empty when there is none or it is null
field() {
  local pattern="\"$1\"[[:space:]]*:[[:space:]]*\"([^\"\\\\]*)\""
  if [[ $BODY =~ $pattern ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# was_in STATUS: whether the job's transitions name it
was_in() {
  local pattern="\"transitions\"[[:space:]]*:[[:space:]]*\\[([^]]*)\\]"
  [[ $BODY =~ $pattern ]] || return 1
  pattern="\"status\"[[:space:]]*:[[:space:]]*\"$1\""
  [[ ${BASH_REMATCH[1]} =~ $pattern ]]
}

# One second of silence: 16 kHz, mono, 16 bit.
write_sound() {
  {
    printf 'RIFF\x24\x7d\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00'
    printf '\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x7d\x00\x00'
    head -c 32000 /dev/zero
  } >"$1"
}

clean_up() {
  local code=$?
  trap - EXIT
  if [ -n "$LECTURE" ]; then
    curl --silent --max-time 10 --config "$FOLDER/curl.conf" --request DELETE --output /dev/null \
      "$BASE/api/lectures/$LECTURE" || say "the lecture $LECTURE could not be removed"
  fi
  [ -n "$FOLDER" ] && rm -rf "$FOLDER"
  exit "$code"
}

check_settings() {
  local name value
  for name in ACCEPT_FAILED REQUIRE_QUEUED ALLOW_FALLBACK REQUIRE_QUEUE_PATH; do
    value=${!name}
    case $value in 0 | 1) ;; *)
      printf 'smoke: the SMOKE_ switches are 0 or 1, not "%s"\n' "$value" >&2
      exit 2
      ;;
    esac
  done
  case $TIMEOUT in '' | *[!0-9]*)
    printf 'smoke: SMOKE_TIMEOUT_SECONDS is a whole number, not "%s"\n' "$TIMEOUT" >&2
    exit 2
    ;;
  esac
  command -v curl >/dev/null || { printf 'smoke: curl is missing\n' >&2; exit 2; }
}

prepare() {
  FOLDER=$(mktemp -d) || exit 1
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  : >"$FOLDER/curl.conf"
  chmod 600 "$FOLDER/curl.conf"
  if [ -n "${API_KEY:-}" ]; then
    case $API_KEY in *[$'"\\\r\n']*) printf 'smoke: API_KEY holds a character that no key has\n' >&2; exit 2 ;; esac
    printf 'header = "X-API-Key: %s"\n' "$API_KEY" >"$FOLDER/curl.conf"
  fi
}

check_health() {
  request GET /health
  expect 200
  say "health is $(field status)"
}

upload() {
  local id="smoke-${EPOCHSECONDS:-$(date +%s)}-$$"
  write_sound "$FOLDER/smoke.wav"
  request POST /api/lectures/ingest --form course_id=smoke --form "lecture_id=$id" --form title=Smoke \
    --form "audio=@$FOLDER/smoke.wav;type=audio/wav"
  expect 200 201
  LECTURE=$(field lectureId)
  [ -n "$LECTURE" ] || fail "the upload's answer names no lectureId: ${BODY:0:300}"
  say "uploaded lecture $LECTURE"
}

transcribe() {
  request POST "/api/lectures/$LECTURE/transcribe"
  expect 202
  JOB=$(field jobId)
  [ -n "$JOB" ] || fail "the answer names no jobId: ${BODY:0:300}"
  say "job $JOB is queued"
}

wait_for_end() {
  local begin=$SECONDS state last=
  SAW_QUEUED=0
  for (( ; ; )); do
    request GET "/api/jobs/$JOB"
    expect 200
    state=$(field status)
    [ "$state" = "$last" ] || say "job is $state"
    last=$state
    if [ "$state" = queued ] || was_in queued; then SAW_QUEUED=1; fi
    case $state in succeeded | failed | cancelled) break ;; queued | running) ;; *) fail "unknown status \"$state\"" ;; esac
    [ $((SECONDS - begin)) -lt "$TIMEOUT" ] || fail "the job is still $state after $TIMEOUT s: is a worker running?"
    sleep "$POLL"
  done
  END=$last
}

judge() {
  local by
  by=$(field executedBy)
  case $END in
    cancelled) fail 'the job was cancelled' ;;
    failed)
      [ "$ACCEPT_FAILED" = 1 ] || fail "the job failed: $(field detail)"
      say "the job failed ($(field code)), which is accepted"
      ;;
  esac
  if [ "$REQUIRE_QUEUED" = 1 ] && [ "$SAW_QUEUED" = 0 ]; then fail 'the job was never queued'; fi
  if [ "$by" = inline ] && [ "$ALLOW_FALLBACK" = 0 ]; then fail 'the API ran the job itself: the queue was not reached'; fi
  # A fallback that is allowed is no failure of the path: whoever allows it knows that it may be taken.
  if [ "$REQUIRE_QUEUE_PATH" = 1 ] && [ "$by" != worker ] && [ "$by" != inline ]; then
    fail 'it is not known that a worker ran the job'
  fi
  say "OK: the job $END, run by ${by:-unknown}"
}

main() {
  check_settings
  prepare
  check_health
  upload
  transcribe
  wait_for_end
  judge
}

# Sourced by its own test.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { findOnPath } from '../../../testkit/find-on-path.ts';
import { tone, wavFile } from '../../../testkit/sound.ts';
import { realDecoder } from '../../../testkit/spoken-sample.ts';
import { toAppError } from '../../core/domain/app-error.ts';
import { clipSounds } from './clip-sounds.ts';

/** What may be uploaded: a playlist may hide behind each name. */
const EXTENSIONS = 'wav mp3 m4a mp4 mov mkv webm ogg opus flac aac aiff amr avi ts mpg wma flv'.split(' ');
const decoder = realDecoder();
const never = new AbortController().signal;

describe('a playlist that is named like a recording', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port; // a TCP server that listens has one
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-hostile-'));
    await writeFile(join(folder, 'secret.wav'), wavFile(tone(2_000)));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The error codes of looking at it and of decoding it, however it is named. */
  async function codesOf(content: string, extensions = EXTENSIONS): Promise<Set<string>> {
    const codes = new Set<string>();
    await Promise.all(
      extensions.map(async (extension) => {
        const path = join(folder, `upload.${extension}`);
        await writeFile(path, content);
        codes.add(await code(decoder.probe(path, never)));
        const blocks = decoder.decode(path, { maxDurationMs: 60_000 }, never)[Symbol.asyncIterator]();
        codes.add(await code(blocks.next()));
        await blocks.return?.();
      }),
    );
    return codes;
  }

  const REFUSED = /^media_(?:unsupported|damaged|no_audio)$/;
  const hls = (...lines: string[]): string =>
    ['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:0', ...lines].join('\n');
  const dash = (base: string): string =>
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="audio/wav"><Representation id="1" bandwidth="1000"><BaseURL>${base}</BaseURL></Representation></AdaptationSet></Period></MPD>`;

  const attacks: readonly (readonly [string, () => string])[] = [
    ['names a sibling upload (ffconcat)', () => 'ffconcat version 1.0\nfile secret.wav\n'],
    ['names a file anywhere (ffconcat)', () => `ffconcat version 1.0\nfile '${join(folder, 'secret.wav')}'\n`],
    ['names a file (HLS)', () => hls('#EXTINF:2,', `file://${folder}/secret.wav`, '#EXT-X-ENDLIST')],
    ['names a part of a file (HLS)', () => hls('#EXTINF:2,', `subfile,,start,0,end,0,,:${folder}/secret.wav`, '#EXT-X-ENDLIST')],
    ['names a host (HLS)', () => hls('#EXTINF:2,', `http://127.0.0.1:${port}/a.ts`, '#EXT-X-ENDLIST')],
    [
      'names a key on a host (HLS)',
      () => hls(`#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:${port}/key"`, '#EXTINF:2,', 'secret.wav', '#EXT-X-ENDLIST'),
    ],
    ['names itself (HLS)', () => hls('#EXTINF:2,', 'upload.mp3', '#EXTINF:2,', 'upload.mp4', '#EXT-X-ENDLIST')],
    ['never ends (live HLS)', () => hls('#EXTINF:2,', 'secret.wav')],
    ['names a file (DASH)', () => dash(`file://${folder}/secret.wav`)],
    ['names a host (DASH)', () => dash(`http://127.0.0.1:${port}/secret.wav`)],
    ['names a file (SDP)', () => `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio ${port} RTP/AVP 0\n`],
    ['names files (image list)', () => `${folder}/secret.wav\n`],
  ];

  it.each(attacks)('is refused at once when it %s', async (_what, content) => {
    const startedAt = performance.now();
    for (const found of await codesOf(content())) expect(found).toMatch(REFUSED);
    expect(connections).toBe(0);
    // 36 processes on a busy machine; one that follows a playlist would wait far longer.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it('is not followed to cut a clip out of what it names', async () => {
    const path = join(folder, 'upload.mp3');
    for (const content of [hls('#EXTINF:2,', 'secret.wav', '#EXT-X-ENDLIST'), 'ffconcat version 1.0\nfile secret.wav\n']) {
      await writeFile(path, content);
      const spans = Array.from({ length: 8 }, () => ({ startMs: 0, endMs: 1_000 }));
      expect(await code(decoder.clips(path, spans, never)[Symbol.asyncIterator]().next())).toMatch(REFUSED);
      // Also when it was not looked at before, and is said to be of a kind that is copied first.
      const clips = clipSounds(findOnPath('ffmpeg'), { path, format: 'mp3' }, spans, never);
      expect(await code(clips.next())).toMatch(REFUSED);
    }
  });

  it('is refused within a second when it names itself', async () => {
    const path = join(folder, 'upload.mp3');
    await writeFile(path, hls('#EXTINF:2,', 'upload.mp3', '#EXT-X-ENDLIST'));
    const startedAt = performance.now();
    expect(await code(decoder.probe(path, never))).toMatch(REFUSED);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

async function code(running: Promise<unknown>): Promise<string> {
  return running.then(
    () => 'read',
    (error: unknown) => toAppError(error).code,
  );
}

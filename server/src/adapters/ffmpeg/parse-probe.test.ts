import { describe, expect, it } from 'vitest';
import { parseProbe } from './parse-probe.ts';

const said = (output: unknown, changes: { exitCode?: number; messages?: string } = {}): Parameters<typeof parseProbe>[0] => ({
  exitCode: 0,
  messages: '',
  output: JSON.stringify(output),
  ...changes,
});
const format = { format_name: 'mov,mp4,m4a', duration: '1.5000' };
const audio = { codec_type: 'audio', codec_name: 'aac', codec_tag_string: 'mp4a', sample_rate: '44100' };

describe('parseProbe', () => {
  it('tells the facts', () => {
    const facts = { format: 'mov,mp4,m4a', durationMs: 1_500, hasAudio: true, hasVideo: false };
    expect(parseProbe(said({ format, streams: [audio] }))).toEqual(facts);
    expect(parseProbe(said({ format, streams: [{ codec_type: 'video' }, audio] }))).toEqual({ ...facts, hasVideo: true });
  });

  it.each(['N/A', '0', '-1', undefined])('claims no length for %j', (duration) => {
    expect(parseProbe(said({ format: { ...format, duration }, streams: [audio] })).durationMs).toBeNull();
  });

  it.each([
    ['media_no_audio', said({ format, streams: [{ codec_type: 'video' }] })],
    ['media_no_audio', said({ format })],
    ['media_unsupported', said({})],
    ['media_unsupported', said({}, { exitCode: 1, messages: 'Format not on whitelist: Invalid data found' })],
    ['media_unsupported', said({}, { exitCode: 1, messages: 'Protocol not found' })],
    ['media_damaged', said({}, { exitCode: 1, messages: 'moov atom not found' })],
    ['media_damaged', said({ format, streams: [{ ...audio, sample_rate: '0' }] })],
    ['media_protected', said({ format, streams: [{ ...audio, codec_tag_string: 'drms' }] })],
    [
      'media_protected',
      said({
        format,
        streams: [audio],
        packets: [{ codec_type: 'audio', side_data_list: [{ side_data_type: 'Encryption info' }] }],
      }),
    ],
  ])('says %s', (code, output) => {
    expect(() => parseProbe(output)).toThrow(expect.objectContaining({ code }));
  });
});

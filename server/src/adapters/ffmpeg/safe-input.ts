/**
 * Only self-contained containers: playlists (HLS, DASH, ffconcat) open other files and hosts, and a
 * self-referencing one named `.mp3` spins for ever. Nested formats are held to the same list.
 */
const FORMATS = 'wav,mp3,mov,matroska,ogg,flac,aac,asf,avi,mpegts,mpeg,aiff,amr,flv,caf,w64,au,ac3,eac3';
/** Before each input of ffmpeg and ffprobe. */
export const SAFE_INPUT = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', FORMATS];
/** 56 MB are used for 3 h of mp3; video containers want more address space for threads. */
export const MEMORY_BYTES = 4 * 1024 ** 3;

/** What to do when there is no ffmpeg. */
export const MISSING =
  'ffmpeg was not found. Install it (Debian and Ubuntu: "apt install ffmpeg", macOS: "brew install ffmpeg") or set FFMPEG_PATH.';

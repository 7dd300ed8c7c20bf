import { filesAt, whisperNames, type FileFacts } from './model-files.ts';
import type { SpeechModel } from './speech-model.ts';

type Part = readonly [sizeBytes: number, sha256: string];

interface WhisperExport {
  readonly size: string;
  readonly revision: string;
  readonly encoder: Part;
  readonly decoder: Part;
  readonly speed: SpeechModel['speed'];
  readonly quality: SpeechModel['quality'];
  /** Further sizes that mean this one. */
  readonly also?: readonly string[];
}

const TOKENS: Part = [816_730, 'b34b360dbb493e781e479794586d661700670d65564001f23024971d1f2fa126'];
const ENGLISH_TOKENS: Part = [835_554, '306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930'];

/** OpenAI's Whisper as sherpa-onnx loads it, of 8 bits; the best first. */
export const whisperModels: readonly SpeechModel[] = [
  whisper({
    size: 'large-v3',
    revision: '2a6507094dd6020d939d78e3f1834a1d06267fca',
    encoder: [766_671_985, 'd531cf17248acc43e8c09b472a0877055e770877857a5332fc1304b36534ec85'],
    decoder: [1_008_265_203, 'ebc6bfd88e162a46cb3edee8a7e727e1dcbc65cabecb19e2573695e4d495e1af'],
    speed: 'slow',
    quality: 'best',
    also: ['large'],
  }),
  whisper({
    size: 'turbo',
    revision: '2ca6ff69fc878651b770880507669577ac41c2ff',
    encoder: [674_716_297, 'b02dcdf54f348741e93fe732b67d933c8dcb6735655f710640143081db38878b'],
    decoder: [361_080_764, '20accd02388482eb3a46bd615631adfdc85e1eb2c7db9ea3f02a40ffe6b81547'],
    speed: 'medium',
    quality: 'best',
    also: ['large-v3-turbo'],
  }),
  whisper({
    size: 'medium',
    revision: '8c31d28503847560985df21f90e14f0c736e075e',
    encoder: [374_196_283, '1c54582b4d829de0089f6cb63bbbdb3bf7555398bacaf855fbecf1a84dfd193e'],
    decoder: [571_059_257, '595d00a338a365a7bfa0ca7f296cabc639583bef770ab6130df90f49a6412747'],
    speed: 'slow',
    quality: 'good',
  }),
  whisper({
    size: 'medium.en',
    revision: '251ab4521f354490e8f2c206fbd0b7f3f6b0a7ec',
    encoder: [374_196_283, '5a8e3a36619e0b67db9320eef3152db59d4b440f5ce0212d2c162a61b750bf80'],
    decoder: [571_055_161, '7303be339ed4e51f4ffb7ae84f3803b10cf8e67e1dcf8a98cb4d843f0dea0141'],
    speed: 'slow',
    quality: 'good',
  }),
  whisper({
    size: 'small',
    revision: '8f3c18b358db4d1f2fc1eae49d75cd20989e4309',
    encoder: [112_442_483, '4cbe7b22fa9026b843b60a68640c747de05bafb1a11b57edc0e66c232d9f33a9'],
    decoder: [262_226_114, 'acad50b5c782696e91b55914cc5ab4f756f1532f76e22aa6fc615f39fb69a8ee'],
    speed: 'medium',
    quality: 'good',
  }),
  whisper({
    size: 'small.en',
    revision: 'd9533f69affd85061aee349af7fea5cb2996dbbe',
    encoder: [112_442_483, '8bdac288f369aa94ee2194059238c465ed82ea9d47ee8fa4a8c0a891873e462f'],
    decoder: [262_223_042, '710ccf890e10f3faa15f51ec346081a2723c9f3adb6e4da81c6573a5a6f877fb'],
    speed: 'medium',
    quality: 'good',
  }),
  whisper({
    size: 'base',
    revision: 'bb53ee204431c90d314c1cc08d28d23e5b7927cc',
    encoder: [29_120_534, '0b8fb1304b6109976038efff5ace81720e00386f3ff6b54ee8c75291ca0a1e11'],
    decoder: [130_672_026, '9759d217388a01b3a4c7c15533201067b48ae819c4daafc8624e64b9409dc02d'],
    speed: 'fast',
    quality: 'basic',
  }),
  whisper({
    size: 'base.en',
    revision: '59eea950fc76df2453efb57e6c0fd334548e8ffe',
    encoder: [29_120_534, 'ef6b936f4c9b1d90a3b68634b60c4ed8576b26172b33c2535ec0e933c9edb823'],
    decoder: [130_669_978, 'f7162ad6db2dbef16cfaeaa7f945b9d7dd9c1b8d472f6aca82f2273d185e4d41'],
    speed: 'fast',
    quality: 'basic',
  }),
  whisper({
    size: 'tiny',
    revision: '65176e2deb88badc814a94058666cadccc29b61c',
    encoder: [12_937_772, 'd24fb083ae3b1041fc24e97971d60e280c9342201fbb67b0ab428a8b4a51a434'],
    decoder: [89_855_401, 'd2fece8dd42771f1df975c6c0445770d0c292bf7547c2cae04a6c0cc57540925'],
    speed: 'fast',
    quality: 'basic',
  }),
  whisper({
    size: 'tiny.en',
    revision: 'd026532c022fa99fd789d6b32446a1df7b6bfc43',
    encoder: [12_937_772, '0ce578b827c94a961aacb8fa14b02f096504b337e5c94be37c36238cbe3e8bc6'],
    decoder: [89_853_865, '06c0e6ff6348d427e51839219d1c886c18cfdf411e629e33f5e1679bff9c1527'],
    speed: 'fast',
    quality: 'basic',
  }),
];

function whisper({ size, revision, encoder, decoder, speed, quality, also = [] }: WhisperExport): SpeechModel {
  const isEnglish = size.endsWith('.en');
  const files: readonly FileFacts[] = [
    [`${size}-encoder.int8.onnx`, ...encoder],
    [`${size}-decoder.int8.onnx`, ...decoder],
    [`${size}-tokens.txt`, ...(isEnglish ? ENGLISH_TOKENS : TOKENS)],
  ];
  return {
    id: `whisper-${size}`,
    title: `Whisper ${size}`,
    engine: 'sherpa',
    purpose: 'recordings',
    names: whisperNames(size, ...also),
    languages: isEnglish ? ['en'] : 'any',
    // OpenAI's notes on turbo: it was not trained on translation. https://github.com/openai/whisper/discussions/2363
    translates: !isEnglish && size !== 'turbo',
    speed,
    quality,
    licence: 'MIT',
    files: filesAt(`csukuangfj/sherpa-onnx-whisper-${size}`, revision, files),
  };
}

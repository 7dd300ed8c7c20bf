import { filesAt, type FileFacts } from './model-files.ts';
import type { SpeechModel } from './speech-model.ts';

/** The 25 languages that NVIDIA names for version 3: https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3 */
const PARAKEET_LANGUAGES = 'bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk'.split(' ');

const MOONSHINE_TOKENS: FileFacts = ['tokens.txt', 436_688, '1165c2aeb9f72f457a83be2d459a09054f27490acd9b41bd43794dfd25e296ea'];

/** What sherpa-onnx loads besides Whisper, of 8 bits. */
export const otherSherpaModels: readonly SpeechModel[] = [
  {
    id: 'parakeet-tdt-0.6b-v3',
    title: 'Parakeet TDT 0.6B v3',
    engine: 'sherpa',
    purpose: 'recordings',
    names: ['parakeet', 'parakeet-v3', 'nvidia/parakeet-tdt-0.6b-v3'],
    languages: PARAKEET_LANGUAGES,
    translates: false,
    speed: 'fast',
    quality: 'best',
    licence: 'CC-BY-4.0',
    files: filesAt('csukuangfj/sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8', '2bda32ec70b097a55adaa07d9a7173915b43cc78', [
      ['encoder.int8.onnx', 652_184_281, 'acfc2b4456377e15d04f0243af540b7fe7c992f8d898d751cf134c3a55fd2247'],
      ['decoder.int8.onnx', 11_845_275, '179e50c43d1a9de79c8a24149a2f9bac6eb5981823f2a2ed88d655b24248db4e'],
      ['joiner.int8.onnx', 6_355_277, '3164c13fc2821009440d20fcb5fdc78bff28b4db2f8d0f0b329101719c0948b3'],
      ['tokens.txt', 93_939, 'd58544679ea4bc6ac563d1f545eb7d474bd6cfa467f0a6e2c1dc1c7d37e3c35d'],
    ]),
  },
  {
    id: 'parakeet-tdt-0.6b-v2',
    title: 'Parakeet TDT 0.6B v2',
    engine: 'sherpa',
    purpose: 'recordings',
    names: ['parakeet-v2', 'parakeet.en', 'nvidia/parakeet-tdt-0.6b-v2'],
    languages: ['en'],
    translates: false,
    speed: 'fast',
    quality: 'best',
    licence: 'CC-BY-4.0',
    files: filesAt('csukuangfj/sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8', '1ab9323565ddb038682214b292f588070a538ce2', [
      ['encoder.int8.onnx', 652_184_296, 'a32b12d17bbbc309d0686fbbcc2987b5e9b8333a7da83fa6b089f0a2acd651ab'],
      ['decoder.int8.onnx', 7_257_753, 'b6bb64963457237b900e496ee9994b59294526439fbcc1fecf705b31a15c6b4e'],
      ['joiner.int8.onnx', 1_739_080, '7946164367946e7f9f29a122407c3252b680dbae9a51343eb2488d057c3c43d2'],
      ['tokens.txt', 9_384, 'ec182b70dd42113aff6c5372c75cac58c952443eb22322f57bbd7f53977d497d'],
    ]),
  },
  {
    id: 'sense-voice-2024-07-17',
    title: 'SenseVoice small',
    engine: 'sherpa',
    purpose: 'recordings',
    names: ['sense-voice', 'sensevoice'],
    languages: ['zh', 'en', 'ja', 'ko', 'yue'],
    translates: false,
    speed: 'fast',
    quality: 'good',
    licence: 'FunASR Model License',
    files: filesAt('csukuangfj/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17', '2365baeacb507f821a0c8120fcee3d484dba7a07', [
      ['model.int8.onnx', 239_233_841, 'c71f0ce00bec95b07744e116345e33d8cbbe08cef896382cf907bf4b51a2cd51'],
      ['tokens.txt', 315_894, 'f449eb28dc567533d7fa59be34e2abca8784f771850c78a47fb731a31429a1dc'],
    ]),
  },
  {
    id: 'moonshine-base-en',
    title: 'Moonshine base',
    engine: 'sherpa',
    purpose: 'recordings',
    names: ['moonshine', 'moonshine-base'],
    languages: ['en'],
    translates: false,
    speed: 'fast',
    quality: 'good',
    licence: 'MIT',
    files: filesAt('csukuangfj/sherpa-onnx-moonshine-base-en-int8', '052b0798ad1bf046a140fdd4efcd9426530fa3f5', [
      ['preprocess.onnx', 14_077_290, 'ffa630d395c5ccf76f5d4954be5b882df76aaf6491519ec01fd82ea7a3819fb2'],
      ['encode.int8.onnx', 50_311_494, '7e38770f776f2e5583a53b052936005df2ba5c833d7e09c2a5fd796b94bf73e2'],
      ['uncached_decode.int8.onnx', 122_120_451, 'c01f4b35093bcac20d352d23a75a539e772964579f9d024a90e5e6f09cae9987'],
      ['cached_decode.int8.onnx', 99_983_837, '2db74e51cedf64a8b1be3c8192e0bb5e4923af0e90bd9e87f8e8771873f8ea03'],
      MOONSHINE_TOKENS,
    ]),
  },
  {
    id: 'moonshine-tiny-en',
    title: 'Moonshine tiny',
    engine: 'sherpa',
    purpose: 'recordings',
    names: ['moonshine-tiny'],
    languages: ['en'],
    translates: false,
    speed: 'fast',
    quality: 'basic',
    licence: 'MIT',
    files: filesAt('csukuangfj/sherpa-onnx-moonshine-tiny-en-int8', 'bf2b762c076d8ea61e2af0b3851c9564fb77552e', [
      ['preprocess.onnx', 6_800_738, 'f33addce61a143460fe753b5ee5b7db255e5140b5b779c065b94f6c83ff0bf4e'],
      ['encode.int8.onnx', 18_249_187, '8774dfba578de027ec6595c2c654a0836434489bc963a0db124a7f181f571acb'],
      ['uncached_decode.int8.onnx', 53_216_096, '216737000dd5881a17aa043f6bbd286add33e4c3b0ae257153e2ec15438bdc41'],
      ['cached_decode.int8.onnx', 45_264_830, '2aff28bba6a03d8dcf5c9feac45462629bae37317442299f28115ad09da773f6'],
      MOONSHINE_TOKENS,
    ]),
  },
  {
    id: 'streaming-zipformer-en-2023-06-26',
    title: 'Streaming Zipformer',
    engine: 'sherpa',
    purpose: 'live',
    names: ['streaming-zipformer', 'zipformer'],
    languages: ['en'],
    translates: false,
    speed: 'fast',
    quality: 'basic',
    licence: 'Apache-2.0',
    files: filesAt('csukuangfj/sherpa-onnx-streaming-zipformer-en-2023-06-26', '672fbf1b30579d6585301139bb363f42a0ad4a24', [
      [
        'encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
        71_083_163,
        '563fde436d16cf7607cf408cd6b30909819d03162652ef389c2450ced3f45ac1',
      ],
      [
        'decoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
        1_307_236,
        '98da299f471e38bb4e1a8df579b8cc9122d6039576a77e357b3c60f17dd83b02',
      ],
      [
        'joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
        259_335,
        'd944208d660d67c8d72cd2acaeac971fa5ceb8c80e76c1968148846fedd6e297',
      ],
      ['tokens.txt', 5_048, '49e3c2646595fd907228b3c6787069658f67b17377c60aeb8619c4551b2316fb'],
    ]),
  },
];

import { filesAt } from './model-files.ts';
import type { SpeechModel } from './speech-model.ts';

/** For telling speakers apart: where voices change, and what a voice is like. Each folder holds one `model.onnx`. */
export const speakerModels: readonly SpeechModel[] = [
  {
    id: 'pyannote-segmentation-3.0',
    title: 'pyannote segmentation 3.0',
    engine: 'sherpa',
    purpose: 'speaker-segments',
    names: ['speaker-segments', 'pyannote', 'pyannote/segmentation-3.0', 'pyannote/speaker-diarization-3.1'],
    languages: 'any',
    translates: false,
    speed: 'fast',
    quality: 'best',
    licence: 'MIT',
    files: filesAt('csukuangfj/sherpa-onnx-pyannote-segmentation-3-0', '9403a6902bb58e3d5ae8c7e77c3422de279db2e0', [
      ['model.onnx', 5_992_913, '220ad67ca923bef2fa91f2390c786097bf305bceb5e261d4af67b38e938e1079'],
    ]),
  },
  {
    id: 'campplus-voxceleb',
    title: 'CAM++ voice prints (VoxCeleb)',
    engine: 'sherpa',
    purpose: 'voice-prints',
    names: ['voice-prints', 'campplus'],
    languages: 'any',
    translates: false,
    speed: 'fast',
    quality: 'good',
    licence: 'Apache-2.0',
    files: filesAt(
      'csukuangfj/speaker-embedding-models',
      'main',
      [
        [
          '3dspeaker_speech_campplus_sv_en_voxceleb_16k.onnx',
          29_596_978,
          '357a834f702b80161e5b981182c038e18553c1f2ca752ed6cec2052365d4129b',
        ],
      ],
      'model.onnx',
    ),
  },
];

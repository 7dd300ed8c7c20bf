/** A ggml file of the catalogue, or the operator's own. */
export interface WhisperModelFile {
  readonly id: string;
  readonly path: string;
  readonly digest: string;
}

export interface WhisperWish {
  /** ISO 639-1; null finds out. */
  readonly language: string | null;
  readonly task: 'transcribe' | 'translate';
  readonly prompt: string | null;
  readonly threads: number;
  /** Whether it computes on the processor although it could do otherwise. */
  readonly cpuOnly: boolean;
}

/** CUDA and Metal reserve far more address space than they use; the real memory is the model's. */
export const WHISPER_LIMITS = { memoryBytes: 2 ** 46, cpuSeconds: null } as const;

/** What whisper.cpp calls a language. */
export function whisperLanguage(language: string | null): string {
  if (language === null) return 'auto';
  return language === 'jv' ? 'jw' : language;
}

/** The wish as `whisper-cli` takes it. */
export function wishArguments({ language, task, prompt, threads, cpuOnly }: WhisperWish): string[] {
  return [
    '-t',
    String(threads),
    '-l',
    whisperLanguage(language),
    ...(task === 'translate' ? ['-tr'] : []),
    ...(prompt === null ? [] : ['--prompt', prompt]),
    ...(cpuOnly ? ['-ng'] : []),
  ];
}

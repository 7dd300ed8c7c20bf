import type { ArtifactKind } from '@scholium/contract';
import { AppError } from './app-error.ts';

/** Chooses which artifacts are made and how much of each. */
export interface Preset {
  readonly id: string;
  readonly title: string;
  readonly artifacts: readonly ArtifactKind[];
  /** Scales how many items each artifact holds; 1 is normal. */
  readonly length: number;
}

export const builtInPresets: readonly Preset[] = [
  {
    id: 'exam',
    title: 'Exam',
    artifacts: ['summary', 'chapters', 'outline', 'key_terms', 'flashcards', 'practice_questions'],
    length: 1,
  },
  { id: 'beginner', title: 'Beginner', artifacts: ['summary', 'chapters', 'outline', 'key_terms', 'flashcards'], length: 0.7 },
  { id: 'research', title: 'Research', artifacts: ['summary', 'chapters', 'outline', 'key_terms'], length: 1.5 },
  { id: 'meeting', title: 'Meeting', artifacts: ['summary', 'chapters', 'outline'], length: 1 },
];

export const DEFAULT_PRESET = 'exam';

/** @throws AppError `preset_not_found`, naming the presets that exist. */
export function findPreset(id: string): Preset {
  const preset = builtInPresets.find((candidate) => candidate.id === id);
  if (preset) return preset;
  const known = builtInPresets.map((candidate) => candidate.id).join(', ');
  throw new AppError('preset_not_found', `There is no preset "${id.slice(0, 80)}". Use one of: ${known}.`);
}

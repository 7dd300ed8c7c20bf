import type { ArtifactKind } from '@scholium/contract';

/** Chooses which artifacts are made, how much of each and how they are written. */
export interface Preset {
  readonly id: string;
  readonly title: string;
  readonly artifacts: readonly ArtifactKind[];
  /** Scales how many items each artifact holds; 1 is normal. */
  readonly length: number;
  /** ISO 639-1; null: the language of the lecture. Engines that only quote cannot follow it, nor the next two. */
  readonly language: string | null;
  readonly tone: string | null;
  readonly instructions: string | null;
  /** Raised by each change, from 1: an artifact says which version it was made by. */
  readonly version: number;
}

/** A preset that somebody made. */
export interface OwnPreset extends Preset {
  readonly ownerId: string;
  readonly createdAt: number;
}

const plain = { language: null, tone: null, instructions: null, version: 1 };

export const builtInPresets: readonly Preset[] = [
  {
    ...plain,
    id: 'exam',
    title: 'Exam',
    artifacts: ['summary', 'chapters', 'outline', 'key_terms', 'flashcards', 'practice_questions', 'study_plan'],
    length: 1,
  },
  {
    ...plain,
    id: 'beginner',
    title: 'Beginner',
    artifacts: ['summary', 'chapters', 'outline', 'key_terms', 'flashcards', 'study_plan'],
    length: 0.7,
    tone: 'simple words, explained as to somebody who is new to the subject',
  },
  { ...plain, id: 'research', title: 'Research', artifacts: ['summary', 'chapters', 'outline', 'key_terms'], length: 1.5 },
  { ...plain, id: 'meeting', title: 'Meeting', artifacts: ['summary', 'action_items', 'chapters', 'outline'], length: 1 },
];

export const DEFAULT_PRESET = 'exam';

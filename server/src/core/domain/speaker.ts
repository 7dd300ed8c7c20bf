import type { VoiceEmbedding } from '../ports/diarizer.ts';

/**
 * Who a label in a recording's transcripts (`S1`) is. Labels stay in the stored versions; names are laid over them when a transcript is
 * shown, so that naming somebody changes no version.
 */
export interface Speaker {
  readonly ownerId: string;
  readonly sourceId: string;
  readonly label: string;
  /** Null: nobody has said. */
  readonly name: string | null;
  /** The name was taken over from another recording of the course because the voices are alike; a person's own naming clears it. */
  readonly byVoice: boolean;
  /** From 0, in the order in which speakers came; clients have a colour for each. */
  readonly colour: number;
  /** What told the speaker apart; null when a person did, or a file that was brought in. */
  readonly engine: string | null;
  /** Whether that is only roughly right and must be shown so. */
  readonly approximate: boolean;
  readonly speechMs: number;
  readonly voice: VoiceEmbedding | null;
}

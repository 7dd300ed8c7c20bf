import type { CardDeckRenderer } from '../../core/ports/export-renderers.ts';

/**
 * Decks for Anki, AnkiDroid and AnkiMobile (`.apkg`, schema 11, which all versions since 2.0 import). The libraries are
 * loaded with the first deck.
 */
export function createAnkiRenderer(): CardDeckRenderer {
  return {
    async *render(deck, clipOf, signal) {
      const { writeApkg } = await import('./write-apkg.ts');
      yield* writeApkg(deck, clipOf, signal);
    },
  };
}

import type { Passage } from '../domain/passage.ts';

/** Sentences that are shown to a model together; `offset` counts those before them. */
export interface Window {
  readonly offset: number;
  readonly sentences: readonly Passage[];
}

/** What an id and the line around a sentence cost. */
const LINE_TOKENS = 6;

/**
 * Cuts sentences into windows of about the same size that fit a budget of tokens: nothing is left out. A sentence that does
 * not fit alone gets a window of its own, which the provider may refuse.
 */
export function windowsOf(sentences: readonly Passage[], budgetTokens: number, countTokens: (text: string) => number): Window[] {
  const costs = sentences.map(({ text }) => countTokens(text) + LINE_TOKENS);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const target = total / Math.max(1, Math.ceil(total / budgetTokens));
  const windows: { offset: number; sentences: Passage[] }[] = [];
  let size = 0;
  for (const [index, sentence] of sentences.entries()) {
    const cost = costs[index] ?? 0;
    const open = windows.at(-1);
    if (!open || size + cost > budgetTokens || size >= target) {
      windows.push({ offset: index, sentences: [sentence] });
      size = cost;
    } else {
      open.sentences.push(sentence);
      size += cost;
    }
  }
  return windows;
}

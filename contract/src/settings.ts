import { z } from 'zod';

/** Wishes about style; they stand below the rules that keep answers true and cannot change them. */
export const systemPromptSchema = z.string().trim().max(2000, 'must be at most 2000 characters').nullable();

/** What a person set for himself. */
export const profileSchema = z.object({
  systemPrompt: z.string().nullable().describe('How answers should be written; null for no wishes'),
  fallback: z
    .boolean()
    .describe(
      'Whether what the language model cannot write is written by the extractive engine, where the server lets it; else it fails',
    ),
});
export type Profile = z.infer<typeof profileSchema>;

export const profileChangeSchema = z.object({ systemPrompt: systemPromptSchema.optional(), fallback: z.boolean().optional() });

/** What an operator can switch off while the server runs. */
export const switchNames = ['signUp', 'urlFetching', 'generation', 'chat'] as const;
export type SwitchName = (typeof switchNames)[number];

export const switchesSchema = z.object({
  signUp: z.boolean().describe('New accounts'),
  urlFetching: z.boolean().describe('Web pages as sources'),
  generation: z.boolean().describe('Writing notes'),
  chat: z.boolean().describe('Answering questions'),
});
export type Switches = z.infer<typeof switchesSchema>;

const count = z.number().int().min(0);

const spentFields = {
  calls: count,
  inputTokens: count,
  outputTokens: count,
  costUsd: z.number().min(0).nullable().describe('Of the calls whose price is known, by list prices; null when none is'),
  unpricedCalls: count.describe('Calls whose price is not known; they are not in `costUsd`'),
};

/** What language models were used for. Days are UTC, newest first. */
export const usageSchema = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  total: z.object(spentFields),
  usage: z.array(
    z.object({ day: z.iso.date(), engine: z.string(), model: z.string(), purpose: z.enum(['notes', 'answer']), ...spentFields }),
  ),
});
export type UsageReply = z.infer<typeof usageSchema>;

/** `yours` is of one owner and lasts; `process` is of the process that answers, since it started. */
export const statsSchema = z.object({
  yours: z.object({
    questions: count.describe('Asked, ever'),
    cacheHits: count.describe('Questions answered from the cache'),
    lectures: count,
    recordings: count,
    documents: count,
  }),
  process: z.object({
    startedAt: z.iso.datetime(),
    apiCalls: count.describe('Requests answered, this one not counted'),
    openSockets: count.describe('Conversations over a WebSocket'),
  }),
});
export type StatsReply = z.infer<typeof statsSchema>;

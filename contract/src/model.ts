import { z } from 'zod';

/** A speech model that can be fetched, or is here. */
export const modelSchema = z.object({
  modelId: z.string(),
  title: z.string(),
  engine: z.string(),
  purpose: z.enum(['recordings', 'live', 'speaker-segments', 'voice-prints']),
  names: z.array(z.string()).describe('What it may be called as well, such as `base`'),
  languages: z.union([z.literal('any'), z.array(z.string())]).describe('ISO 639-1'),
  translates: z.boolean().describe('Writes English for other languages (`task=translate`)'),
  speed: z.enum(['fast', 'medium', 'slow']).describe('On a processor, by what its makers say'),
  quality: z.enum(['basic', 'good', 'best']).describe('By what its makers say'),
  licence: z.string(),
  sizeBytes: z.number().int().min(0).nullable().describe('null: not known before it is fetched'),
  state: z.enum(['ready', 'partial', 'missing']),
  bytes: z.number().int().min(0).describe('On this machine'),
});
export type ModelReply = z.infer<typeof modelSchema>;

export const engineSchema = z.object({
  engine: z.string(),
  ready: z.boolean(),
  problem: z.string().nullable().describe('What is missing, with the cure; null when it is ready'),
  draftQuality: z.boolean().describe('Its text is only a draft'),
  models: z.array(z.string()).describe('Models of `/models` that are here, best first'),
});
export type EngineReply = z.infer<typeof engineSchema>;

export const modelCheckSchema = z.object({
  modelId: z.string(),
  whole: z.boolean(),
  files: z.array(
    z.object({
      name: z.string(),
      state: z
        .enum(['ok', 'learned', 'missing', 'damaged'])
        .describe('`learned`: its maker tells no checksum; it is as it was when it was fetched'),
    }),
  ),
});
export type ModelCheckReply = z.infer<typeof modelCheckSchema>;

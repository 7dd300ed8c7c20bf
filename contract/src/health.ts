import { z } from 'zod';

/** `degraded`: it works, but not as well as it could, and `message` says why. `down`: it does not work. */
export const healthStatusSchema = z.enum(['ok', 'degraded', 'down']);

export const healthSchema = z.object({
  status: healthStatusSchema,
  version: z.string(),
  uptimeMs: z.number().int().min(0),
  dependencies: z.array(z.object({ name: z.string(), status: healthStatusSchema, message: z.string() })),
  models: z
    .object({
      embeddings: z.string().nullable().describe('Whose vectors search compares; null where it goes by words alone'),
      language: z.object({ engine: z.string(), model: z.string() }).describe('Who writes notes and answers'),
    })
    .optional()
    .describe('In use by the process that answers; told by `GET /health` only'),
});
export type HealthReply = z.infer<typeof healthSchema>;

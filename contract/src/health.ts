import { z } from 'zod';

/** `degraded`: it works, but not as well as it could, and `message` says why. `down`: it does not work. */
export const healthStatusSchema = z.enum(['ok', 'degraded', 'down']);

export const healthSchema = z.object({
  status: healthStatusSchema,
  version: z.string(),
  uptimeMs: z.number().int().min(0),
  dependencies: z.array(z.object({ name: z.string(), status: healthStatusSchema, message: z.string() })),
});
export type HealthReply = z.infer<typeof healthSchema>;

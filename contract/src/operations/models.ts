import { z } from 'zod';
import { may } from '../access.ts';
import { idempotencyHeaders, idSchema } from '../fields.ts';
import { jobStartedSchema } from '../job.ts';
import { engineSchema, modelCheckSchema, modelSchema } from '../model.ts';
import { defineOperation } from '../operation.ts';

const params = z.object({ modelId: idSchema.describe('An id, or a size such as `base`') });

export const modelOperations = {
  listModels: defineOperation({
    operationId: 'listModels',
    method: 'GET',
    path: '/models',
    summary: 'Speech models, and which of them are here',
    description: 'Better ones of one engine come first. Models belong to the machine, not to a user.',
    tags: ['Models'],
    access: may.read,
    responses: {
      200: {
        description: 'All models',
        schema: z.object({
          models: z.array(modelSchema),
          offline: z.boolean().describe('Nothing is fetched (`MODELS_OFFLINE`)'),
        }),
      },
    },
    errors: [],
  }),
  listEngines: defineOperation({
    operationId: 'listEngines',
    method: 'GET',
    path: '/engines',
    summary: 'Speech engines, and which of them are ready',
    description: 'Best first. What made a transcript stands in it (`engine`, `model`).',
    tags: ['Models'],
    access: may.read,
    responses: { 200: { description: 'All engines that are switched on', schema: z.object({ engines: z.array(engineSchema) }) } },
    errors: [],
  }),
  pullModel: defineOperation({
    operationId: 'pullModel',
    method: 'POST',
    path: '/models/{modelId}/pull',
    summary: 'Fetch a speech model',
    description:
      'A job; what an earlier one fetched is not fetched again, and while one is under way the same job is answered. ' +
      'Transcriptions that wait for the model start when it is there.',
    tags: ['Models'],
    access: may.administer,
    params,
    headers: idempotencyHeaders,
    responses: { 202: { description: 'The job', schema: jobStartedSchema } },
    errors: ['model_not_found', 'model_missing'],
  }),
  verifyModel: defineOperation({
    operationId: 'verifyModel',
    method: 'POST',
    path: '/models/{modelId}/verify',
    summary: 'Compare the checksums of a speech model',
    description: 'Reads every file. A model whose files somebody copied into its folder is accepted when they are whole.',
    tags: ['Models'],
    access: may.administer,
    params,
    headers: idempotencyHeaders,
    responses: { 200: { description: 'What was found', schema: modelCheckSchema } },
    errors: ['model_not_found'],
  }),
  removeModel: defineOperation({
    operationId: 'removeModel',
    method: 'DELETE',
    path: '/models/{modelId}',
    summary: 'Remove a speech model from this machine',
    description: 'With what was begun of it. It can be fetched again.',
    tags: ['Models'],
    access: may.administer,
    params,
    responses: {
      200: {
        description: 'It is gone',
        schema: z.object({ modelId: z.string(), removed: z.boolean().describe('False: there was nothing') }),
      },
    },
    errors: ['model_not_found', 'job_active'],
  }),
} as const;

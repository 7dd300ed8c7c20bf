import { z } from 'zod';
import { may } from '../access.ts';
import { artifactSchema, artifactVersionSchema } from '../artifact.ts';
import { citationSchema } from '../citation.ts';
import { idempotencyHeaders, idSchema } from '../fields.ts';
import { trashedSchema } from '../library.ts';
import { defineOperation } from '../operation.ts';

const params = z.object({ lectureId: idSchema, artifactId: idSchema });
const versionSchema = z.number().int().min(0).max(1_000_000);
const baseVersion = versionSchema.describe(
  'The version that the change was made to; when it is another by now, nothing is changed',
);
const found = { description: 'The artifact', schema: artifactSchema } as const;
const missing = ['lecture_not_found', 'artifact_not_found'] as const;

export const artifactOperations = {
  listArtifacts: defineOperation({
    operationId: 'listArtifacts',
    method: 'GET',
    path: '/lectures/{lectureId}/artifacts',
    summary: 'The notes of a lecture',
    description:
      'The newest of each kind and preset, as it was last edited. Each says what made it, what it cost and what it was made from, and cites its sources.',
    tags: ['Study'],
    access: may.view,
    params: z.object({ lectureId: idSchema }),
    query: z.object({
      history: z.enum(['true', 'false']).default('false').describe('true: those that newer ones took the place of as well'),
    }),
    responses: { 200: { description: 'The artifacts', schema: z.object({ artifacts: z.array(artifactSchema) }) } },
    errors: ['lecture_not_found'],
  }),
  getArtifact: defineOperation({
    operationId: 'getArtifact',
    method: 'GET',
    path: '/lectures/{lectureId}/artifacts/{artifactId}',
    summary: 'One artifact',
    description: 'As it was last edited, or as it was at a version.',
    tags: ['Study'],
    access: may.view,
    params,
    query: z.object({
      version: z.coerce
        .number<string | number>()
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .max(1_000_000, 'must be at most 1000000')
        .optional()
        .describe('0 is what was generated'),
    }),
    responses: { 200: found },
    errors: missing,
  }),
  editArtifact: defineOperation({
    operationId: 'editArtifact',
    method: 'PATCH',
    path: '/lectures/{lectureId}/artifacts/{artifactId}',
    summary: 'Edit an artifact',
    description:
      'Puts another content in place, in the shape of the kind. What was generated and every earlier edit stay. What differs from what was generated is marked `"by": "person"` and needs no citation; every citation that is used is checked against the words it names.',
    tags: ['Study'],
    access: may.edit,
    params,
    body: z.object({
      baseVersion,
      content: z.record(z.string(), z.unknown()).describe("The whole content, in the shape of the artifact's kind"),
      citations: z
        .array(citationSchema)
        .max(5_000, 'must be at most 5000')
        .optional()
        .describe('What the `cites` of the content index into; left out, those the artifact has'),
    }),
    responses: { 200: found },
    errors: [...missing, 'artifact_conflict', 'citation_false'],
  }),
  listArtifactVersions: defineOperation({
    operationId: 'listArtifactVersions',
    method: 'GET',
    path: '/lectures/{lectureId}/artifacts/{artifactId}/versions',
    summary: 'The history of an artifact',
    description: 'Oldest first; version 0 is what was generated.',
    tags: ['Study'],
    access: may.view,
    params,
    responses: { 200: { description: 'The versions', schema: z.object({ versions: z.array(artifactVersionSchema) }) } },
    errors: missing,
  }),
  revertArtifact: defineOperation({
    operationId: 'revertArtifact',
    method: 'POST',
    path: '/lectures/{lectureId}/artifacts/{artifactId}/revert',
    summary: 'Go back to a version of an artifact',
    description: 'Makes a new version that says what an earlier one said; 0 is what was generated.',
    tags: ['Study'],
    access: may.edit,
    params,
    headers: idempotencyHeaders,
    body: z.object({ baseVersion, version: versionSchema }),
    responses: { 200: found },
    errors: [...missing, 'artifact_conflict'],
  }),
  deleteArtifact: defineOperation({
    operationId: 'deleteArtifact',
    method: 'DELETE',
    path: '/lectures/{lectureId}/artifacts/{artifactId}',
    summary: 'Put an artifact into the trash',
    description: 'With its edits. The one that was made before it, of the same kind and preset, is shown instead.',
    tags: ['Study'],
    access: may.edit,
    params,
    responses: { 200: { description: 'In the trash now', schema: trashedSchema } },
    errors: missing,
  }),
  restoreArtifact: defineOperation({
    operationId: 'restoreArtifact',
    method: 'POST',
    path: '/lectures/{lectureId}/artifacts/{artifactId}/restore',
    summary: 'Take an artifact out of the trash',
    description: 'The lecture must not be in the trash itself.',
    tags: ['Study'],
    access: may.edit,
    params,
    headers: idempotencyHeaders,
    responses: { 200: found },
    errors: missing,
  }),
} as const;

import { z } from 'zod';
import { permissionSchema, shareRightSchema } from './access.ts';
import { instantSchema } from './fields.ts';
import { courseSchema } from './library.ts';

export const accountSchema = z.object({
  mode: z.enum(['personal', 'accounts']).describe('`personal`: one owner, nobody signs in'),
  id: z.string(),
  role: z.enum(['admin', 'member']),
  via: z.enum(['personal', 'session', 'key', 'environment']).describe('How this request is known'),
  permissions: z.array(permissionSchema).describe('What this session or key allows'),
});

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string().describe('How the key begins'),
  permissions: z.array(permissionSchema),
  createdAt: instantSchema,
  expiresAt: instantSchema.nullable(),
  lastUsedAt: instantSchema.nullable().describe('To the minute'),
});

export const newApiKeySchema = z.object({
  name: z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  permissions: z.array(permissionSchema).min(1, 'must name at least one').max(4),
  expiresInDays: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(3_650, 'must be at most 3650')
    .nullable()
    .default(365)
    .describe('Null: never'),
});

export const invitationSchema = z.object({
  id: z.string(),
  email: z.string().nullable().describe('Only for this address; null: for whoever holds the token'),
  role: z.enum(['admin', 'member']),
  createdBy: z.string().nullable().describe('Null: the installation itself, for its first administrator'),
  createdAt: instantSchema,
  expiresAt: instantSchema,
});

export const newInvitationSchema = z.object({
  email: z.email('must be an e-mail address').max(254).nullable().default(null),
  role: z.enum(['admin', 'member']).default('member'),
});

export const auditEventSchema = z.object({
  id: z.string(),
  at: instantSchema,
  personId: z.string().nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  address: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const shareSchema = z.object({
  id: z.string(),
  courseId: z.string(),
  right: shareRightSchema,
  personId: z.string().nullable().describe('With whom; null for a link'),
  createdAt: instantSchema,
  expiresAt: instantSchema.nullable(),
});

export const newShareSchema = z.object({
  email: z
    .email('must be an e-mail address')
    .max(254)
    .nullable()
    .default(null)
    .describe('Of a person who has signed up; null makes a link'),
  right: shareRightSchema.default('viewer'),
  expiresInDays: z
    .number()
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(3_650, 'must be at most 3650')
    .nullable()
    .default(null)
    .describe('Null: until it is taken back'),
});

export const sharedCourseSchema = z.object({
  course: courseSchema,
  ownerId: z.string(),
  right: shareRightSchema,
  expiresAt: instantSchema.nullable(),
});

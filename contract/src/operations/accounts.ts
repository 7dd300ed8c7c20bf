import { z } from 'zod';
import { may } from '../access.ts';
import {
  accountSchema,
  apiKeySchema,
  auditEventSchema,
  invitationSchema,
  newApiKeySchema,
  newInvitationSchema,
} from '../account.ts';
import { idSchema, pageQuery, pageReply } from '../fields.ts';
import { defineOperation } from '../operation.ts';

const listing = z.object(pageQuery);
const secret = 'Shown this once; only its hash is stored';

export const accountOperations = {
  getAccount: defineOperation({
    operationId: 'getAccount',
    method: 'GET',
    path: '/account',
    summary: 'Who you are',
    description: 'And what the session or key of this request allows. People sign up and in under `/api/auth`.',
    tags: ['Accounts'],
    access: may.read,
    responses: { 200: { description: 'You', schema: accountSchema } },
    errors: [],
  }),
  listApiKeys: defineOperation({
    operationId: 'listApiKeys',
    method: 'GET',
    path: '/account/keys',
    summary: 'Your API keys, newest first',
    description: 'The keys themselves are not stored and cannot be shown again.',
    tags: ['Accounts'],
    access: may.read,
    query: listing,
    responses: { 200: { description: 'A page of keys', schema: z.object({ keys: z.array(apiKeySchema), ...pageReply }) } },
    errors: [],
  }),
  makeApiKey: defineOperation({
    operationId: 'makeApiKey',
    method: 'POST',
    path: '/account/keys',
    summary: 'Make an API key',
    description: 'For a program of yours. It allows what its permissions say, and never more than you may do. At most 100.',
    tags: ['Accounts'],
    access: may.write,
    body: newApiKeySchema,
    responses: {
      201: { description: 'The key', schema: z.object({ key: apiKeySchema, secret: z.string().describe(secret) }) },
    },
    errors: ['key_limit'],
  }),
  removeApiKey: defineOperation({
    operationId: 'removeApiKey',
    method: 'DELETE',
    path: '/account/keys/{keyId}',
    summary: 'Remove an API key',
    description: 'It stops working at once.',
    tags: ['Accounts'],
    access: may.write,
    params: z.object({ keyId: idSchema }),
    responses: { 200: { description: 'What was removed', schema: apiKeySchema } },
    errors: ['key_not_found'],
  }),
  listInvitations: defineOperation({
    operationId: 'listInvitations',
    method: 'GET',
    path: '/admin/invitations',
    summary: 'Invitations that are open, newest first',
    description: 'Used ones are gone.',
    tags: ['Accounts'],
    access: may.administer,
    query: listing,
    responses: {
      200: {
        description: 'A page of invitations',
        schema: z.object({ invitations: z.array(invitationSchema), ...pageReply }),
      },
    },
    errors: [],
  }),
  invite: defineOperation({
    operationId: 'invite',
    method: 'POST',
    path: '/admin/invitations',
    summary: 'Invite somebody',
    description: 'Whoever signs up sends the token as `invitation`. It is good for seven days and for one person.',
    tags: ['Accounts'],
    access: may.administer,
    body: newInvitationSchema,
    responses: {
      201: {
        description: 'The invitation',
        schema: z.object({ invitation: invitationSchema, token: z.string().describe(secret) }),
      },
    },
    errors: [],
  }),
  takeBackInvitation: defineOperation({
    operationId: 'takeBackInvitation',
    method: 'DELETE',
    path: '/admin/invitations/{invitationId}',
    summary: 'Take back an invitation',
    description: 'It cannot be used any more.',
    tags: ['Accounts'],
    access: may.administer,
    params: z.object({ invitationId: idSchema }),
    responses: { 200: { description: 'What was taken back', schema: invitationSchema } },
    errors: ['invitation_not_found'],
  }),
  listAudit: defineOperation({
    operationId: 'listAudit',
    method: 'GET',
    path: '/admin/audit',
    summary: 'What was done, newest first',
    description: 'Sign-ups, sign-ins, keys and invitations: who, what, from where, when. Nothing in it can be changed.',
    tags: ['Accounts'],
    access: may.administer,
    query: z.object({ ...pageQuery, personId: idSchema.optional(), action: z.string().max(100).optional() }),
    responses: {
      200: { description: 'A page of events', schema: z.object({ events: z.array(auditEventSchema), ...pageReply }) },
    },
    errors: [],
  }),
} as const;

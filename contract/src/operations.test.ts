import { expect, test } from 'vitest';
import { errorCatalogue } from './errors.ts';
import { idSchema } from './fields.ts';
import { errorsOf, type OperationSpec } from './operation.ts';
import { operations } from './operations.ts';

const all = Object.entries<OperationSpec>(operations);

test('operations are listed under their own ids, and no two share a method and path', () => {
  expect(all.map(([, operation]) => operation.operationId)).toEqual(Object.keys(operations));
  expect(new Set(all.map(([, { method, path }]) => `${method} ${path}`)).size).toBe(all.length);
});

test.each(all)('%s declares the parameters of its path and only codes of the catalogue', (_id, operation) => {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(operation.params?.shape ?? {})).toEqual(inPath);
  for (const code of errorsOf(operation)) expect(errorCatalogue).toHaveProperty(code);
  for (const name of inPath) if (name?.endsWith('Id')) expect(errorsOf(operation)).toContain(`${name.slice(0, -2)}_not_found`);
});

/** Their replies hold a secret, and replies to repeats are stored. */
const once = ['makeApiKey', 'invite', 'shareCourse'];

test.each(all.filter(([id, operation]) => operation.method === 'POST' && !once.includes(id)))(
  '%s can be sent again with an Idempotency-Key',
  (_id, operation) => {
    expect(operation.headers?.shape).toHaveProperty('idempotency-key');
  },
);

test.each(['a', 'lec_01', 'A.b-C_d', 'x'.repeat(128), '..a'])('%s is an id', (id) => {
  expect(idSchema.safeParse(id).success).toBe(true);
});

test.each(['', '.', '..', 'a/b', 'a b', 'ä', 'x'.repeat(129), 'a\n', 'a\0'])('%j is no id', (id) => {
  expect(idSchema.safeParse(id).success).toBe(false);
});

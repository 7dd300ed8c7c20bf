import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readReply } from './read-reply.ts';
import { replySchema } from './reply-schema.ts';

const schema = z.object({ title: z.string(), ids: z.array(z.number()) });

describe('a reply', () => {
  it('is read as JSON, in a fence or without', () => {
    const value = { title: 'Tides', ids: [1] };
    for (const text of [JSON.stringify(value), `  ${JSON.stringify(value)}\n`, `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``])
      expect(readReply(schema, text, false)).toEqual({ value });
  });

  it('is told what is wrong with it, first errors only and short', () => {
    expect(readReply(schema, ' \n', false)).toEqual({ wrong: 'It was empty.' });
    expect(readReply(schema, '{"title":', true)).toMatchObject({ wrong: expect.stringContaining('cut off') });
    expect(readReply(schema, 'Here you are: {}', false)).toMatchObject({ wrong: expect.stringContaining('not valid JSON') });
    expect(readReply(schema, '{"title":1,"ids":[]}', false)).toMatchObject({ wrong: expect.stringMatching(/^title: /) });
    const many = readReply(
      schema,
      JSON.stringify({ title: 'T', ids: Array.from({ length: 500 }, () => 'x'.repeat(999)) }),
      false,
    );
    expect(many).toMatchObject({ wrong: expect.stringMatching(/ids\.0: .*and 495 more$/) });
    expect('wrong' in many && many.wrong.length).toBeLessThan(1200);
  });
});

describe('a schema for providers', () => {
  it('closes its objects, all the way down, and drops what not all know', () => {
    const { json, strict } = replySchema(z.object({ a: z.string().min(2).max(9), b: z.array(z.object({ c: z.int() })).min(1) }));
    expect(strict).toBe(true);
    expect(json).toMatchObject({ type: 'object', required: ['a', 'b'], additionalProperties: false });
    expect(json).toMatchObject({ properties: { b: { minItems: 1, items: { additionalProperties: false } } } });
    expect(JSON.stringify(json)).not.toMatch(/minLength|maxLength|\$schema/);
  });

  it('is not strict with optional fields, maps or another root', () => {
    expect(replySchema(z.object({ a: z.string().optional() })).strict).toBe(false);
    expect(replySchema(z.object({ a: z.record(z.string(), z.number()) })).strict).toBe(false);
    expect(replySchema(z.array(z.string())).strict).toBe(false);
    expect(replySchema(z.object({ a: z.string().nullable() })).strict).toBe(true);
  });

  it('keeps fields that are called like keywords, and says alternatives as all providers know them', () => {
    const kind = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), format: z.string() }),
      z.object({ kind: z.literal('b'), default: z.int() }),
    ]);
    const { json } = replySchema(z.object({ items: z.array(kind) }));
    expect(json).toMatchObject({
      properties: {
        items: {
          items: { anyOf: [{ properties: { format: { type: 'string' } } }, { properties: { default: { type: 'integer' } } }] },
        },
      },
    });
    expect(JSON.stringify(json)).not.toContain('oneOf');
  });
});

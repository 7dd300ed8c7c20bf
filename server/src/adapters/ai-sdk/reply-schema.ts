import type { JSONSchema7 } from '@ai-sdk/provider';
import { z } from 'zod';

export interface ReplySchema {
  readonly json: JSONSchema7;
  /** OpenAI's strict mode takes it: objects all the way down, every field required. */
  readonly strict: boolean;
}

type Node = Record<string, unknown>;

/** Keywords that OpenAI's strict mode refuses; our own check of the reply holds them. https://platform.openai.com/docs/guides/structured-outputs */
const REFUSED = ['$schema', 'default', 'minLength', 'maxLength', 'uniqueItems', 'contains', 'propertyNames', 'format'];

/**
 * A zod schema as the JSON schema that providers are given: closed objects, only keywords that all of them know.
 *
 * @example replySchema(z.object({ title: z.string() })).strict // true
 */
export function replySchema(schema: z.ZodType): ReplySchema {
  const json = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any', reused: 'inline' });
  let strict = (json as Node)['type'] === 'object';
  const tidy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(tidy);
    if (typeof node !== 'object' || node === null) return node;
    const { properties, oneOf, ...rest } = node as Node; // JSON: an object
    for (const keyword of REFUSED) delete rest[keyword];
    const tidied: Node = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [
        key,
        key === 'enum' || key === 'const' || key === 'required' ? value : tidy(value),
      ]),
    );
    if (oneOf !== undefined) tidied['anyOf'] = tidy(oneOf);
    if (properties !== undefined) {
      const fields = properties as Node; // JSON schema: names to schemas
      tidied['properties'] = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, tidy(field)]));
      tidied['additionalProperties'] = false;
      const required = new Set(Array.isArray(rest['required']) ? rest['required'] : []);
      strict &&= Object.keys(fields).every((name) => required.has(name));
    } else if (tidied['type'] === 'object') strict = false; // a map, or anything
    if (tidied['allOf'] !== undefined) strict = false;
    return tidied;
  };
  return { json: tidy(json) as JSONSchema7, strict }; // a JSON schema without some of its keywords
}

import type { ModelReply } from './model-reply.ts';

export const SPOILED = ['broken JSON', 'wrong types', 'invented ids', 'an empty reply', 'a cut-off reply'] as const;
export type Spoiled = (typeof SPOILED)[number];

/**
 * A good reply made bad, as language models do it.
 *
 * @example startModelServer({ replies: [spoilReply({ title: 'Tides' }, 'broken JSON'), { json: { title: 'Tides' } }] })
 */
export function spoilReply(value: unknown, how: Spoiled): ModelReply {
  const text = JSON.stringify(value);
  if (how === 'broken JSON') return `${text.slice(0, -1)},,}`;
  if (how === 'wrong types') return { json: withWrongTypes(value) };
  if (how === 'invented ids') return { json: withInventedIds(value) };
  if (how === 'an empty reply') return '';
  return { text: text.slice(0, Math.ceil(text.length / 2)), cut: true };
}

function withWrongTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(withWrongTypes);
  if (typeof value === 'string') return { value };
  if (typeof value === 'object' && value !== null) return mapFields(value, (_, field) => withWrongTypes(field));
  return `${String(value)}?`;
}

/** Every text under a name like `id`, `ids`, `sentenceId` becomes another; numbers under such names too. */
function withInventedIds(value: unknown, isId = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withInventedIds(item, isId));
  if (typeof value === 'object' && value !== null)
    return mapFields(value, (name, field) => withInventedIds(field, /(?:^|_|[a-z])ids?$/i.test(name)));
  if (!isId) return value;
  return typeof value === 'number' ? value + 1_000_003 : `invented-${String(value)}`;
}

function mapFields(value: object, map: (name: string, field: unknown) => unknown): unknown {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, map(name, field)]));
}

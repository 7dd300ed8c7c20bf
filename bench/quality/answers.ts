import { readFile } from 'node:fs/promises';
import type { Evidence, Writer } from '@scholium/server/core/ports/writer.ts';
import { z } from 'zod';
import type { BenchTable } from '../bench-table.ts';
import { numbered } from './sentences.ts';

const xquadSchema = z.object({
  data: z.array(
    z.object({
      paragraphs: z.array(
        z.object({
          context: z.string(),
          qas: z.array(z.object({ question: z.string(), answers: z.array(z.object({ text: z.string() })) })),
        }),
      ),
    }),
  ),
});

/** Every n-th paragraph is asked about: 1,190 questions would take minutes of embedding. */
const STRIDE = 10;
const signal = new AbortController().signal;

/** Share of XQuAD questions whose answer stands in the first sentence cited, and of foreign questions that are refused. */
export async function answerRows(writer: Writer, path: string): Promise<BenchTable['rows']> {
  const { data } = xquadSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const articles = data.map(({ paragraphs }, a) =>
    paragraphs.map(({ context, qas }, p) => ({ qas, evidence: evidenceOf(context, `src_${a}_${p}`) })),
  );
  const counts = { asked: 0, gold: 0, among: 0, refused: 0 };
  for (const [i, { article, paragraph }] of articles
    .flatMap((list, article) => list.map((paragraph) => ({ article, paragraph })))
    .entries()) {
    if (i % STRIDE !== 0) continue;
    const others = (articles[article] ?? []).filter((other) => other !== paragraph).map(({ evidence }) => evidence);
    const foreign = (articles[(article + 7) % articles.length] ?? []).map(({ evidence }) => evidence);
    for (const { question, answers } of paragraph.qas) {
      const wanted = answers.map(({ text }) => text);
      counts.asked++;
      if (await answersRightly(writer, question, [paragraph.evidence], wanted)) counts.gold++;
      if (await answersRightly(writer, question, [...others.slice(0, 1), paragraph.evidence, ...others.slice(1)], wanted))
        counts.among++;
      if (!(await writer.answer({ question, evidence: foreign }, signal)).supported) counts.refused++;
    }
  }
  const share = (count: number) => (100 * count) / counts.asked;
  return [
    { what: 'XQuAD: questions', value: counts.asked, unit: '' },
    {
      what: 'answer in the first cited sentence, gold paragraph given',
      value: share(counts.gold),
      unit: '%',
      goal: '>= 75 %',
      ok: share(counts.gold) >= 75,
    },
    { what: 'the same among 5 paragraphs of the article, gold second', value: share(counts.among), unit: '%' },
    {
      what: 'questions about another article refused',
      value: share(counts.refused),
      unit: '%',
      goal: '>= 90 %',
      ok: share(counts.refused) >= 90,
    },
  ];
}

async function answersRightly(
  writer: Writer,
  question: string,
  evidence: readonly Evidence[],
  wanted: readonly string[],
): Promise<boolean> {
  const { citations } = await writer.answer({ question, evidence }, signal);
  return wanted.some((text) => citations[0]?.quote.includes(text));
}

function evidenceOf(context: string, sourceId: string): Evidence {
  const sentences = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(context)].map(({ segment }) =>
    segment.trim(),
  );
  const whole = numbered([context], sourceId);
  const passage = whole[0];
  if (!passage) throw new Error('A paragraph is empty.');
  return { passage, sentences: numbered(sentences, sourceId), cosine: null, overlap: 1 };
}

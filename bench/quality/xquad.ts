import { readFileSync } from 'node:fs';
import { documentPassages } from '@scholium/server/core/indexing/document-passages.ts';
import type { DocumentText } from '@scholium/server/core/domain/document.ts';
import type { IndexedPassage } from '@scholium/server/core/domain/passage.ts';
import { z } from 'zod';
import { findSampleData } from '../sample-data.ts';

const squadSchema = z.object({
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

export interface XquadParagraph {
  /** Place of its article, from 0. */
  readonly article: number;
  /** Place in its article, from 0. */
  readonly place: number;
  readonly text: string;
  readonly questions: readonly { readonly question: string; readonly answers: readonly string[] }[];
}

/** The 240 English paragraphs of XQuAD (48 articles) with their questions; null where the data is not at hand. */
export function readXquad(): XquadParagraph[] | null {
  const file = findSampleData('qa/xquad/xquad.en.json');
  if (file === null) return null;
  const { data } = squadSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return data.flatMap(({ paragraphs }, article) =>
    paragraphs.map(({ context, qas }, place) => ({
      article,
      place,
      text: context,
      questions: qas.map(({ question, answers }) => ({ question, answers: answers.map(({ text }) => text) })),
    })),
  );
}

/** An article as a document of one paragraph a page, without any title. */
export function articleDocument(paragraphs: readonly XquadParagraph[], article: number): DocumentText {
  const pages = paragraphs.filter((paragraph) => paragraph.article === article);
  return {
    sourceId: sourceOf(article),
    lectureId: sourceOf(article),
    ownerId: 'bench',
    version: 1,
    reader: 'bench',
    format: 'text',
    language: 'en',
    title: null,
    author: null,
    publishedAt: null,
    createdAt: 0,
    pages: pages.map(({ text, place }) => ({ number: place + 1, label: null, text, headings: [] })),
  };
}

/** The article's passages, as the product cuts them. */
export function articlePassages(paragraphs: readonly XquadParagraph[], article: number): IndexedPassage[] {
  const place = { courseId: 'course', courseTitle: '', lectureTitle: '' };
  return documentPassages(articleDocument(paragraphs, article), place);
}

/** Which paragraph a passage is of, as `article.place`. */
export function paragraphOf({ sourceId, page }: Pick<IndexedPassage, 'sourceId' | 'page'>): string {
  return `${sourceId.replace('xquad', '')}.${(page ?? 0) - 1}`;
}

function sourceOf(article: number): string {
  return `xquad${article}`;
}

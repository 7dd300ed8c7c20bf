import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findSampleData } from '../sample-data.ts';

export interface RealText {
  readonly sentences: readonly string[];
  /** Questions about the text, in its own words. */
  readonly questions: readonly string[];
}

interface Squad {
  readonly data: readonly { readonly paragraphs: readonly { context: string; qas: readonly { question: string }[] }[] }[];
}

/** Sentences and questions of XQuAD where it is at hand; of the bundled sample lectures otherwise. */
export function readRealText(): RealText {
  const xquad = findSampleData('qa/xquad/xquad.en.json');
  if (xquad === null) return readSamples();
  const { data } = JSON.parse(readFileSync(xquad, 'utf8')) as Squad; // the published format of SQuAD 1.1
  const paragraphs = data.flatMap((article) => article.paragraphs);
  return {
    sentences: paragraphs.flatMap((paragraph) => sentencesOf(paragraph.context)),
    questions: paragraphs.flatMap((paragraph) => paragraph.qas.map((qa) => qa.question)),
  };
}

function readSamples(): RealText {
  const folder = fileURLToPath(new URL('../../samples/', import.meta.url));
  const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  const sentences = texts.flatMap((name) => sentencesOf(readFileSync(join(folder, name), 'utf8')));
  return { sentences, questions: sentences.map((sentence) => `What about ${sentence.split(/\s+/).slice(-6).join(' ')}`) };
}

function sentencesOf(text: string): string[] {
  const parts = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text);
  return Array.from(parts, (part) => part.segment.trim()).filter((sentence) => sentence !== '');
}

import { firstSentenceWriter } from './first-sentence-writer.ts';
import { writerConformance } from './writer.conformance.ts';

writerConformance('FirstSentenceWriter', async () => firstSentenceWriter());

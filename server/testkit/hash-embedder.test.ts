import { embedderConformance } from './embedder.conformance.ts';
import { HashEmbedder } from './hash-embedder.ts';

embedderConformance('HashEmbedder', async () => new HashEmbedder());

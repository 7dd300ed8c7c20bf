import { MemorySearchIndex } from './memory-search-index.ts';
import { searchIndexConformance } from './search-index.conformance.ts';

searchIndexConformance('MemorySearchIndex', async () => new MemorySearchIndex());

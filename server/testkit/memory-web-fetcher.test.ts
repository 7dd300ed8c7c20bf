import { memoryWebFetcher } from './memory-web-fetcher.ts';
import { webFetcherConformance } from './web-fetcher.conformance.ts';

const origin = 'http://site.example';

webFetcherConformance('MemoryWebFetcher', async (pages) => {
  const fetcher = memoryWebFetcher(Object.fromEntries(Object.entries(pages).map(([path, page]) => [origin + path, page])));
  return { fetcher, url: (path) => origin + path, close: () => fetcher.close() };
});

import { webFetcherConformance } from '../../../testkit/web-fetcher.conformance.ts';
import { startPageServer } from '../../../testkit/page-server.ts';
import { createSafeWebFetcher } from './safe-web-fetcher.ts';

webFetcherConformance('SafeWebFetcher', async (pages) => {
  const server = await startPageServer(pages);
  const fetcher = createSafeWebFetcher({ allowPrivate: ['127.0.0.1'] });
  return {
    fetcher,
    url: (path) => `http://127.0.0.1:${server.port}${path}`,
    async close() {
      await fetcher.close();
      await server.close();
    },
  };
});

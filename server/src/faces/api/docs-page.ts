import { createHash } from 'node:crypto';
import { API_PREFIX, may } from '@scholium/contract';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';

const DOCS = `${API_PREFIX}/docs`;

interface DocsPage {
  readonly html: string;
  readonly script: string;
  readonly policy: string;
}

/**
 * The reference page, with its one script served by us: nothing of it comes from elsewhere, and its content
 * policy lets nothing else in. The viewer weighs 5 MB, so it is loaded when the page is first opened.
 */
export function serveDocs(app: FastifyInstance): void {
  let page: Promise<DocsPage> | null = null;
  const load = (): Promise<DocsPage> => (page ??= renderDocs());
  const html = async (_request: unknown, reply: FastifyReply) => {
    const docs = await load();
    return reply.type('text/html; charset=utf-8').header('content-security-policy', docs.policy).send(docs.html);
  };
  const open = { config: { access: may.anyone, isCounted: false } };
  app.get(DOCS, open, (_request, reply) => reply.redirect(`${DOCS}/`, 302));
  app.get(`${DOCS}/`, open, html);
  app.get(`${DOCS}/js/scalar.js`, open, async (_request, reply) => {
    const docs = await load();
    return reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=3600').send(docs.script);
  });
}

/** The viewer comes as a Fastify plugin; asked once inside the process, it gives its page and its script. */
async function renderDocs(): Promise<DocsPage> {
  const { default: viewer } = await import('@scalar/fastify-api-reference');
  const app = fastify();
  await app.register(viewer, {
    routePrefix: DOCS,
    configuration: {
      url: `${API_PREFIX}/openapi.json`,
      pageTitle: 'Scholium API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  const html = (await app.inject(`${DOCS}/`)).payload;
  const script = (await app.inject(`${DOCS}/js/scalar.js`)).payload;
  await app.close();
  return { html, script, policy: policyOf(html) };
}

/** Only our script and the page's own inline ones, known by their hashes, may run. */
function policyOf(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code = '']) => {
    return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
  });
  return [
    "default-src 'none'",
    `script-src 'self' ${inline.join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'", // the viewer styles its elements as it draws them
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

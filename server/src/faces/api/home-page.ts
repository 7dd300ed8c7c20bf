import { createHash } from 'node:crypto';
import { may } from '@scholium/contract';
import type { FastifyInstance } from 'fastify';

const STYLE = `body{font:1.05rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem;color:#1c1c1c;background:#fbfaf7}
h1{font-weight:600;letter-spacing:-.01em}a{color:#1d4f91}
@media(prefers-color-scheme:dark){body{color:#e9e7e2;background:#16171a}a{color:#8fb8ee}}`;

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Scholium</title><style>${STYLE}</style></head>
<body><main>
<h1>Scholium</h1>
<p>Turns recordings into knowledge that can be checked: transcript, notes, cards and answers, each tied to the second it comes from.</p>
<p><a href="/api/docs/">API reference</a> · <a href="/health">Health</a></p>
</main></body>
</html>
`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What the root answers: where to go. */
export function serveHome(app: FastifyInstance): void {
  app.get('/', { config: { access: may.anyone, isCounted: false } }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(PAGE),
  );
}

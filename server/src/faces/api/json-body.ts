import type { FastifyInstance } from 'fastify';
import { AppError } from '../../core/domain/app-error.ts';

/** JSON bodies of the API are flat; anything far deeper is an attack on whatever walks it. */
const MAX_DEPTH = 64;

/** Sets how bodies are read: JSON, and nothing. Forms are added by the form reader. */
export function readJsonBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error'); // refuses __proto__ and constructor.prototype
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // An empty body of any type is no body: clients set the type by habit.
    if (body.length === 0) return done(null, undefined);
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
      refuseDepth(text);
      return parseJson(request, text, done);
    } catch (error) {
      return done(
        error instanceof AppError ? error : new AppError('invalid_request', 'The body is not valid UTF-8. Encode it as UTF-8.'),
      );
    }
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    return done(new AppError('unsupported_media_type', 'Send the body as application/json.'));
  });
}

function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '[' || char === '{') {
      depth += 1;
      if (depth > MAX_DEPTH) throw new AppError('invalid_request', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (char === ']' || char === '}') depth -= 1;
  }
}

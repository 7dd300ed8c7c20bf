import { AppError } from '../../core/domain/app-error.ts';
import type { AllowList } from './allow-list.ts';
import { checkUrl, type CheckedUrl } from './check-url.ts';
import { headerOf, type Headers } from './response-facts.ts';

/** What one server answered, before its body is read. */
export interface Hop {
  readonly status: number;
  readonly headers: Headers;
  /** Lets go of the answer and its connection. */
  discard(): void;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Opens `url` and follows redirects by hand, each address checked as if a user had named it. Nothing is carried from one
 * hop to the next: no cookies, no referrer, no credentials.
 *
 * @returns the first answer with a success status, and where it came from
 * @throws AppError as `WebFetcher.fetch`
 */
export async function followRedirects<T extends Hop>(
  url: string,
  allow: AllowList,
  open: (place: CheckedUrl) => Promise<T>,
): Promise<{ readonly place: CheckedUrl; readonly hop: T }> {
  let place = checkUrl(url, allow);
  for (let redirects = 0; ; redirects++) {
    const hop = await open(place);
    if (hop.status >= 200 && hop.status < 300) return { place, hop };
    hop.discard();
    const location = REDIRECTS.has(hop.status) ? headerOf(hop.headers, 'location') : null;
    if (location === null) throw failedStatus(place.host, hop.status);
    if (redirects === MOST_REDIRECTS) {
      throw new AppError(
        'url_not_found',
        `"${place.host}" leads from one address to the next more than ${MOST_REDIRECTS} times.`,
      );
    }
    place = checkUrl(absolute(location, place), allow);
  }
}

function absolute(location: string, from: CheckedUrl): string {
  if (URL.canParse(location, from.url.href)) return new URL(location, from.url).href;
  throw new AppError('url_not_found', `"${from.host}" leads to an address that is not valid.`);
}

/** 408, 425, 429 and 5xx may pass; the other ones are for good. */
function failedStatus(host: string, status: number): AppError {
  const passing = status >= 500 || status === 408 || status === 425 || status === 429;
  return passing
    ? new AppError('url_unreachable', `"${host}" could not answer just now (status ${status}). Try again later.`)
    : new AppError('url_not_found', `"${host}" does not give out this address (status ${status}). Check it in a browser.`);
}

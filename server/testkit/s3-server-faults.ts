import type { IncomingMessage } from 'node:http';

/**
 * `500`, `503`: an error of the store; `cut`: the connection ends before the request is read; `cut-reply`: it is carried
 * out, but its reply is lost; `cut-body`: the reply ends half way; `hang`: there is no reply; `slow`: the reply dribbles.
 * Of resumable uploads only, `short`: less is taken than was sent; `expired`: the session is gone.
 */
export type Fault = '500' | '503' | 'cut' | 'cut-reply' | 'cut-body' | 'hang' | 'slow' | 'short' | 'expired';

export interface FaultRule {
  readonly method: string;
  /** What the path with its query must match. */
  readonly url: RegExp;
  readonly fault: Fault;
  readonly times: number;
}

/** Faults on demand, for test servers of object stores. */
export class Faults {
  readonly #rules: { rule: FaultRule; left: number }[] = [];
  /** Every request that was seen: `METHOD /path?query`. */
  readonly seen: string[] = [];
  #happened = 0;

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times });
  }

  /** How many faults were carried out: a test that provokes them says so. */
  get happened(): number {
    return this.#happened;
  }

  next(request: IncomingMessage): Fault | null {
    const [method, url] = [request.method ?? '', request.url ?? ''];
    this.seen.push(`${method} ${url}`);
    const found = this.#rules.find(({ rule, left }) => left > 0 && rule.method === method && rule.url.test(url));
    if (!found) return null;
    found.left -= 1;
    this.#happened += 1;
    return found.rule.fault;
  }
}

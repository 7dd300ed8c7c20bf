import { parseHTML, DOMParser } from 'linkedom';

/** As much of the DOM as reading needs; the compiler's own DOM types are not loaded on a server. */
export interface HtmlNode {
  /** 1 element, 3 text, 4 CDATA. */
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly firstChild: HtmlNode | null;
  readonly nextSibling: HtmlNode | null;
}

export interface HtmlElement extends HtmlNode {
  /** With a prefix in XML: `w:p`. As written in XML, upper case in HTML. */
  readonly tagName: string;
  readonly children: Iterable<HtmlElement>;
  getAttribute(name: string): string | null;
  removeAttribute(name: string): void;
  querySelector(selector: string): HtmlElement | null;
  querySelectorAll(selector: string): Iterable<HtmlElement>;
}

export interface HtmlDocument extends HtmlNode {
  readonly documentElement: HtmlElement | null;
  readonly body: HtmlElement | null;
  querySelector(selector: string): HtmlElement | null;
  querySelectorAll(selector: string): Iterable<HtmlElement>;
}

/** Scripts are not run, nothing is loaded. */
export function parseHtml(html: string): HtmlDocument {
  // Without a root, linkedom would take the first element for it and lose the others.
  const whole = /<html[\s>]/i.test(html.slice(0, 100_000)) ? html : `<!doctype html><html><body>${html}</body></html>`;
  return parseHTML(whole).document as unknown as HtmlDocument; // linkedom implements all that is named above
}

/** Knows no entities but XML's own five, and no document type: what one declares is not looked at. */
export function parseXml(xml: string): HtmlDocument {
  return new DOMParser().parseFromString(xml, 'text/xml') as unknown as HtmlDocument; // as above
}

export function isElement(node: HtmlNode): node is HtmlElement {
  return node.nodeType === 1;
}

/** The elements below a node that have this name (prefix and all), in order; `skip` names elements that are not looked into. */
export function elementsOf(root: HtmlNode, name: string, skip: readonly string[] = []): HtmlElement[] {
  const found: HtmlElement[] = [];
  const walk = (node: HtmlNode): void => {
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (!isElement(child) || skip.includes(child.tagName)) continue;
      if (child.tagName === name) found.push(child);
      walk(child);
    }
  };
  walk(root);
  return found;
}

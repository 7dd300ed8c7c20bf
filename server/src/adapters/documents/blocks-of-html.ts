import { isElement, type HtmlElement, type HtmlNode } from './html-node.ts';
import type { Block } from './page-of-blocks.ts';

/** What a reader of the page does not see, or does not read: programs, forms, reading aids, the source of formulas. */
const SKIPPED = new Set(
  'head script style noscript template iframe object embed svg canvas audio video select option datalist button input textarea dialog rt rp annotation annotation-xml map'.split(
    ' ',
  ),
);
/** Elements that begin on a line of their own. */
const BLOCKS = new Set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot thead title tr ul'.split(
    ' ',
  ),
);
/** A row of a table whose cells are longer is layout, not data. */
const MOST_CELL_CHARS = 400;

/**
 * The paragraphs and headings of a piece of a page in reading order, hidden ones left out. Rows of tables are paragraphs with
 * ` | ` between cells. Works without recursion, so any nesting can be read.
 */
export function blocksOfHtml(root: HtmlNode): Block[] {
  const writer = new BlockWriter();
  const stack: { node: HtmlNode | null; leave: (() => void) | null }[] = [{ node: root, leave: null }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const { node } = top;
    if (node === null) {
      stack.pop();
      top.leave?.();
      continue;
    }
    top.node = node === root ? null : node.nextSibling;
    if (node.nodeType === 3 || node.nodeType === 4) writer.text(node.textContent ?? '');
    if (!isElement(node) && node !== root) continue;
    const leave = isElement(node) ? writer.enter(node) : () => {};
    if (leave) stack.push({ node: node.firstChild, leave });
  }
  writer.flush();
  return writer.blocks;
}

class BlockWriter {
  readonly blocks: Block[] = [];
  #parts: string[] = [];
  #level = 0;
  /** Above zero where blocks do not break: in the cells of a row. */
  #inRow = 0;
  #inPre = 0;

  text(text: string): void {
    this.#parts.push(this.#inPre > 0 ? text : text.replace(/\s+/g, ' '));
  }

  /** What is to be done at the end of the element; null when it is not to be looked into. */
  enter(element: HtmlElement): (() => void) | null {
    const name = element.tagName.toLowerCase();
    if (SKIPPED.has(name) || isHidden(element)) {
      // A formula or a list of choices in the midst of words parts them.
      this.#parts.push(' ');
      return null;
    }
    if (name === 'br') this.#parts.push('\n');
    if (name === 'td' || name === 'th') return this.#enterCell();
    if (name === 'tr' && isDataRow(element)) return this.#enterRow();
    if (!BLOCKS.has(name)) return () => {};
    if (this.#inRow > 0) {
      this.#parts.push(' ');
      return () => this.#parts.push(' ');
    }
    this.flush();
    const level = /^h[1-6]$/.test(name) ? Number(name[1]) : 0;
    const outer = this.#level;
    if (level > 0) this.#level = level;
    if (name === 'pre') this.#inPre++;
    return () => {
      this.flush();
      this.#level = outer;
      if (name === 'pre') this.#inPre--;
    };
  }

  flush(): void {
    const text = this.#parts.join('');
    this.#parts = [];
    // Two line breaks in a row are an old way to part paragraphs; a heading stays whole.
    const paragraphs = this.#level > 0 ? [text] : text.split(/\n\s*\n/);
    for (const paragraph of paragraphs) if (/\S/.test(paragraph)) this.blocks.push({ level: this.#level, text: paragraph });
  }

  #enterRow(): () => void {
    this.flush();
    this.#inRow++;
    return () => {
      this.#inRow--;
      this.flush();
    };
  }

  #enterCell(): () => void {
    if (this.#inRow === 0) {
      this.flush();
      return () => this.flush();
    }
    if (this.#parts.some((part) => /\S/.test(part))) this.#parts.push(' | ');
    return () => {};
  }
}

/** Not shown: a way to put words into a page that only machines read. */
function isHidden(element: HtmlElement): boolean {
  if (element.getAttribute('hidden') !== null || element.getAttribute('aria-hidden') === 'true') return true;
  const href = element.getAttribute('href');
  // mammoth's way back from a footnote
  if (href?.startsWith('#footnote-ref-') || href?.startsWith('#endnote-ref-')) return true;
  return /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(element.getAttribute('style') ?? '');
}

function isDataRow(row: HtmlElement): boolean {
  const cells = [...row.children];
  if (cells.length < 2 || row.querySelector('table, ul, ol, h1, h2, h3, h4, h5, h6') !== null) return false;
  return cells.every((cell) => (cell.textContent ?? '').length <= MOST_CELL_CHARS);
}

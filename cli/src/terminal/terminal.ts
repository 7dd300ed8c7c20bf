import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Where a command says things: results on standard output, everything else on standard error. */
export interface Terminal {
  /** How wide lines may be. */
  readonly columns: number;
  /** Whether a person watches, so that a bar may be drawn. */
  readonly interactive: boolean;
  /** A line of the result. */
  print(line?: string): void;
  /** A line for the person, not part of the result. */
  note(line?: string): void;
  /** Dresses text of the result; plain when it is not shown on a terminal or colours are not wanted. */
  style(style: Style, text: string): string;
}

/** Lines stay readable on wide screens. */
const MAX_COLUMNS = 100;
const USUAL_COLUMNS = 80;

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** @example createTerminal({ stdout: process.stdout, stderr: process.stderr }, { color: true }) */
export function createTerminal(streams: TerminalStreams, options: { color: boolean }): Terminal {
  const { stdout, stderr } = streams;
  const dressed = options.color && Boolean(stdout.isTTY);
  return {
    columns: Math.max(40, Math.min(MAX_COLUMNS, (stdout.isTTY && stdout.columns) || USUAL_COLUMNS)),
    interactive: Boolean(stderr.isTTY), // undefined, whatever its type says, when it is no terminal
    print: (line = '') => void stdout.write(`${line}\n`),
    note: (line = '') => void stderr.write(`${line}\n`),
    style: (style, text) => (dressed ? styleText(style, text, { validateStream: false }) : text),
  };
}

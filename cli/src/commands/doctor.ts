import { loadConfig } from '@scholium/server/config.ts';
import { compose } from '@scholium/server/compose.ts';
import type { Finding, FindingStatus } from '@scholium/server/doctor/finding.ts';
import { runDoctor } from '@scholium/server/doctor/run-doctor.ts';
import type { CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Style, Terminal } from '../terminal/terminal.ts';
import { wrapText } from '../terminal/wrap-text.ts';

const MARKS: Readonly<Record<FindingStatus, readonly [string, Style]>> = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  problem: ['problem', 'red'],
};

/** `scholium doctor`: one line a check, the cure under what is wrong. Ends with 1 when there is a problem. */
export async function doctor(context: CommandContext): Promise<number> {
  const { terminal, json, serverUrl, signal } = context;
  const findings: Finding[] = [];
  const input = { cwd: process.cwd(), nodeVersion: process.versions.node, serverUrl };
  for await (const finding of runDoctor({ loadConfig, compose }, input, signal)) {
    findings.push(finding);
    if (!json) showFinding(terminal, finding);
  }
  const problems = findings.filter(({ status }) => status === 'problem').length;
  if (json) terminal.print(JSON.stringify({ ok: problems === 0, findings }, null, 2));
  else terminal.print(summaryOf(problems));
  return problems === 0 ? exitCodes.ok.code : exitCodes.failed.code;
}

function showFinding(terminal: Terminal, { name, status, message, cure }: Finding): void {
  const [mark, style] = MARKS[status];
  const head = `  ${mark.padEnd(8)} ${name.padEnd(18)} `;
  for (const line of wrapText(message, { columns: terminal.columns, first: head }))
    terminal.print(line.replace(mark, terminal.style(style, mark)));
  if (cure === null) return;
  for (const line of wrapText(`-> ${cure}`, { columns: terminal.columns, first: ' '.repeat(head.length) })) terminal.print(line);
}

function summaryOf(problems: number): string {
  if (problems === 0) return '\nScholium can run here.';
  return `\n${problems === 1 ? 'One problem stands' : `${problems} problems stand`} in the way.`;
}

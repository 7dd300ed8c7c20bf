/** What one benchmark found. `goal` is the text of the limit it is held to, `ok` whether it was met. */
export interface BenchTable {
  name: string;
  rows: { what: string; value: number; unit: string; goal?: string; ok?: boolean }[];
}

/** The table as aligned lines of text for a terminal. */
export function formatTable(table: BenchTable): string {
  const cells = table.rows.map((row) => [
    row.what,
    `${formatValue(row.value)} ${row.unit}`.trim(),
    row.goal === undefined ? '' : `goal ${row.goal}`,
    row.ok === undefined ? '' : row.ok ? 'ok' : 'MISSED',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [table.name, ...lines.map((line) => `  ${line.trimEnd()}`)].join('\n');
}

function formatValue(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(1);
}
